# SPDX-License-Identifier: Apache-2.0
"""Makes the sample of a fictitious biotech supplier: `python samples/biotech/make.py [FOLDER]`.

Nothing here is real: no company, person, number or credit code. Every customer draws from its own stream, seeded by
`SEED` and its id, so that the same workbook comes out each time and a change to one customer leaves the others alone.
There is no clock: everything is told from the assessment date backwards. How each value is drawn stands beside it; the
README sums it up. After the sheets are made, the known flaws are planted and each is written down in `flaws.csv`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import rows
from common import facts
from common.answers import answers
from common.files import Row, write_csv, write_workbook
from common.flaws import spoil
from flaws import PLANTED, UNMAPPED
from world import PROSPECTS, SEED, SEGMENTS, make_customer

SHEETS = {
    "customers": "客户", "orders": "订单", "deliveries": "发货", "licences": "许可", "service_tickets": "工单", "citations": "引用",
    "financials": "财报", "contracts": "合同", "invoices": "发票", "receivables": "账龄", "activities": "跟进", "complaints": "投诉",
    "survey_answers": "问卷", "referrals": "转介绍",
}  # fmt: skip
DATES = {"orders": "下单日期", "deliveries": "到货日期", "invoices": "开票日期", "activities": "跟进时间"}

# Strong in research and quality, thin in promotion.
LEANING = {
    "market": 2.9,
    "promotion": 2.3,
    "relations": 2.8,
    "service_team": 3.1,
    "data_protection": 2.9,
    "management": 3.3,
}


def make() -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {name: [] for name in SHEETS}
    number, taken = 0, set[str]()
    for segment in SEGMENTS:
        for place in range(segment.size):
            number += 1
            who = make_customer(number, segment, segment.word == "未上市生物科技" and place < PROSPECTS)
            tables["customers"].append(rows.customer_row(who, taken) | rows.STORIES.get(who.id, {}))
            tables["orders"] += rows.order_rows(who)
            tables["deliveries"] += rows.delivery_rows(who)
            tables["licences"] += rows.licence_rows(who)
            tables["service_tickets"] += rows.ticket_rows(who)
            tables["citations"] += rows.citation_rows(who)
            tables["financials"] += rows.account_rows(who)
            share = 0.95 if who.strong else 0.6
            tables["contracts"] += facts.contract_rows(who, share, {"年度框架": 0.4, "购销合同": 0.4, "服务合同": 0.2} if who.strong else {"年度框架": 0.2, "购销合同": 0.8})  # fmt: skip
            tables["invoices"] += facts.invoice_rows(who)
            tables["receivables"] += facts.receivable_rows(who)
            tables["activities"] += rows.activity_rows(who)
            tables["complaints"] += facts.complaint_rows(who, {"批次差异": 0.35, "交期": 0.3, "冷链": 0.2, "发错货": 0.15})  # fmt: skip
            tables["survey_answers"] += facts.survey_rows(who)
            tables["referrals"] += facts.referral_rows(who)
    for name, header in DATES.items():
        tables[name].sort(key=lambda row: (row[header], row[next(iter(row))]))
    # customers are listed as an export lists them, not by class
    tables["customers"].sort(key=lambda row: Random(f"{SEED}/order/{row['客户编号']}").random())
    return tables


def main(folder: Path) -> None:
    tables = make()
    listed = spoil(tables, PLANTED, UNMAPPED, SHEETS)
    sheets = {SHEETS[name]: tables[name] for name in SHEETS}
    sheets["公司答复"] = answers("biotech", SEED, LEANING, ("评估人甲",), "zh")
    write_workbook(folder / "biotech.xlsx", sheets)
    write_csv(folder / "flaws.csv", listed, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
