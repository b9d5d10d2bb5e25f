# SPDX-License-Identifier: Apache-2.0
"""Makes the sample of a fictitious supplier of industrial goods: `python samples/general/make.py [FOLDER]`.

Nothing here is real: no company, person, number or credit code. Every customer draws from its own stream, seeded by
`SEED` and its id, so that the same files come out byte for byte each time, and a change to one customer leaves the others
alone. There is no clock: everything is told from AS_OF backwards. How each value is drawn stands beside it; the README
sums it up. After the tables are made, `spoil` plants the known flaws and writes each down in `flaws.csv`.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import rows
from common.answers import answers, write_form
from common.files import write_csv
from common.flaws import spoil
from common.measures import measures_taken
from flaws import PLANTED, UNMAPPED
from world import AS_OF, BRANCH, SEED, SEGMENTS, Row, make_customer

# File, encoding, and how it is sorted. UTF-8 without a mark but for two that come as Excel and an old CRM write them.
FILES = {
    "customers": "utf-8", "contacts": "utf-8", "orders": "utf-8", "contracts": "utf-8", "invoices": "utf-8", "receivables": "utf-8",
    "activities": "utf-8-sig", "complaints": "gb18030", "survey_answers": "utf-8", "referrals": "utf-8",
    "acquisition_spend": "utf-8",
}  # fmt: skip

# Two assessors filled in the pack's own form. The company keeps its customers well and guards their data badly.
FORM_SHEET = "公司问卷"
FORMS = {"questionnaire_1.xlsx": "评估人甲", "questionnaire_2.xlsx": "评估人乙"}
LEANING = {
    "market": 2.8,
    "promotion": 2.6,
    "relations": 3.2,
    "service_team": 3.0,
    "data_protection": 1.9,
    "management": 2.7,
}
PLANTED_ANSWERS = {
    ("评估人甲", "crm-system"): (4, "contract_seen"),  # one saw the licence, the other only spreadsheets
    ("评估人乙", "crm-system"): (2, "system_export"),
    ("评估人甲", "market-share"): (4, "seller_statement"),  # said, not shown: counts as 2
    ("评估人乙", "market-share"): (4, "seller_statement"),
}
ANSWERS = answers("general", SEED, LEANING, list(FORMS.values()), "zh", PLANTED_ANSWERS)

# What became of the measures since the spring: role, notes by state, and of how many customers of which segments it was noted.
MEASURES = {
    "win_back": ("大客户经理", {"已完成": "已拜访，停购原因与回归条件已记录 / visited, reason and terms noted", "进行中": "已约定拜访 / visit arranged", "已取消": "三次联系无果，转入年度问候 / three contacts in vain, yearly greeting from now on"}, ("dormant",), 12),
    "wake_silent": ("内勤销售", {"已完成": "回访完成，原因已记录 / called, reason noted", "进行中": "两次未接通 / two calls unanswered"}, ("shrinking",), 8),
    "care_for_best": ("销售总监", {"已完成": "高层会面已完成 / met at top level", "进行中": "联合计划起草中 / joint plan being drafted"}, ("key",), 8),
    "collect": ("财务", {"已完成": "已对账，欠款金额经对方确认 / reconciled, arrears confirmed", "进行中": "已签还款计划 / repayment plan signed", "已取消": "转入诉讼 / handed to court"}, ("steady",), 10),
    "hold_churn": ("总经理", {"已完成": "每月公布流失率 / churn reported monthly", "进行中": "预警规则试运行 / alerts on trial"}, (), 0),
    "raise_satisfaction": ("服务经理", {"已完成": "首次回访制度已执行 / first calls carried out", "进行中": "培训进行中 / training under way"}, (), 0),
    "tighten_prices": ("销售总监", {"已完成": "折扣审批已上线 / approval of discounts in place", "进行中": "价目表修订中 / price list under revision"}, (), 0),
}  # fmt: skip


def taken() -> list[Row]:
    """The notes on measures; whom they are about is drawn from the segments."""
    numbers: dict[str, list[str]] = {}
    count = 0
    for segment, size in [(segment, segment.size) for segment in SEGMENTS]:
        numbers[segment.name] = [f"C{count + place:04d}" for place in range(1, size + 1)]
        count += size
    tasks = {}
    for measure, (role, notes, segments, number) in MEASURES.items():
        ids = [customer for name in segments for customer in numbers[name]]
        tasks[measure] = (role, notes, sorted(Random(f"{SEED}/{measure}").sample(ids, number)))
    return measures_taken(SEED, AS_OF, tasks)


def make() -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {name: [] for name in FILES}
    names = set[str]()
    sizes = [(segment, segment.size) for segment in SEGMENTS] + list(zip(SEGMENTS, BRANCH, strict=True))
    numbered = (segment for segment, size in sizes for _ in range(size))
    for number, segment in enumerate(numbered, 1):
        who = make_customer(number, segment)
        tables["customers"].append(rows.customer_row(who, names) | rows.STORIES.get(who.id, {}))
        tables["orders"] += rows.order_rows(who)
        tables["contracts"] += rows.contract_rows(who)
        tables["invoices"] += rows.invoice_rows(who)
        tables["receivables"] += [
            row for cut in (date(2026, 3, 31), AS_OF) if (row := rows.receivable_row(who, cut))
        ]
        tables["activities"] += rows.activity_rows(who)
        tables["complaints"] += rows.complaint_rows(who)
        tables["survey_answers"] += rows.survey_rows(who)
        tables["referrals"] += rows.referral_rows(who)
        tables["contacts"] += rows.contact_rows(who)
    tables["acquisition_spend"] = rows.spend_rows()
    dates = {"orders": "Order Date", "contracts": "签订日期", "invoices": "开票日期", "receivables": "截止日期", "activities": "跟进时间",
             "complaints": "投诉时间", "survey_answers": "Response date", "referrals": "Referral date",
             "acquisition_spend": "入账日期"}  # fmt: skip
    for name, header in dates.items():
        tables[name].sort(key=lambda row: (row[header], row[next(iter(row))]))
    # customers are listed as an export lists them, not by segment
    tables["customers"].sort(key=lambda row: Random(f"{SEED}/order/{row['客户编号']}").random())
    return tables


def main(folder: Path) -> None:
    tables = make()
    listed = spoil(tables, PLANTED, UNMAPPED, {name: f"{name}.csv" for name in FILES})
    for name, encoding in FILES.items():
        write_csv(folder / f"{name}.csv", tables[name], encoding)
    write_csv(folder / "measures.csv", taken(), "utf-8")
    for name, assessor in FORMS.items():
        own = [row for row in ANSWERS if row["评估人"] == assessor]
        write_form(folder / name, "general", own, "zh")
    listed += [
        {
            "table": FORM_SHEET,
            "row": "9",
            "column": "",
            "raw": "",
            "code": "header-below",
            "outcome": "read from there",
        }
        for _ in FORMS
    ]
    listed.append({
        "table": FORM_SHEET, "row": "", "column": "评分", "raw": "4 / 2", "code": "assessors-contradict", "outcome": "median",
    })  # fmt: skip
    write_csv(folder / "flaws.csv", listed, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
