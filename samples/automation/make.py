# SPDX-License-Identifier: Apache-2.0
"""Makes the sample of a fictitious system integrator: `python samples/automation/make.py [FOLDER]`.

Nothing here is real: no company, person, number or credit code. Every customer draws from its own stream, seeded by
`SEED` and its id, so that the same files come out byte for byte each time and a change to one customer leaves the others
alone. There is no clock: everything is told from the assessment date backwards. How each value is drawn stands beside
it; the README sums it up. After the tables are made, the known flaws are planted and written down in `flaws.csv`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import rows
from common import facts
from common.answers import answers
from common.files import Row, write_csv
from common.flaws import spoil
from common.measures import measures_taken
from common.party import AS_OF
from flaws import PLANTED, UNMAPPED
from world import SEED, SEGMENTS, make_customer

# The ERP writes GB18030, the CRM and the service desk UTF-8.
FILES = {
    "customers": "gb18030", "orders": "gb18030", "invoices": "gb18030", "receivables": "gb18030", "projects": "utf-8", "milestones": "utf-8",
    "service_tickets": "utf-8", "contracts": "utf-8", "activities": "utf-8-sig", "complaints": "utf-8", "survey_answers": "utf-8",
    "referrals": "utf-8",
}  # fmt: skip
DATES = {
    "orders": "下单日期",
    "invoices": "开票日期",
    "projects": "立项日期",
    "milestones": "应付日期",
    "activities": "跟进时间",
}

# Two assessors. Projects are run well; what is known of the sites hangs on single engineers.
LEANING = {
    "market": 2.7,
    "promotion": 2.2,
    "relations": 2.8,
    "service_team": 2.4,
    "data_protection": 2.6,
    "management": 3.1,
}
PLANTED_ANSWERS = {
    ("M. Lang", "site-knowledge"): (
        4,
        "contract_seen",
    ),  # the archive was shown to one, taking over failed before the other
    ("J. Okafor", "site-knowledge"): (2, "third_party_confirmed"),
}


def make() -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {name: [] for name in FILES}
    number, taken = 0, set[str]()
    for segment in SEGMENTS:
        for _ in range(segment.size):
            number += 1
            who = make_customer(number, segment)
            tables["customers"].append(rows.customer_row(who, taken) | rows.STORIES.get(who.id, {}))
            tables["orders"] += rows.order_rows(who)
            tables["projects"] += rows.project_rows(who)
            tables["milestones"] += rows.milestone_rows(who)
            tables["service_tickets"] += rows.ticket_rows(who)
            share = {"key": 0.95, "growing": 0.75, "service": 0.9}.get(segment.name, 0.5)
            tables["contracts"] += facts.contract_rows(who, share, {"维保合同": 0.6, "年度框架": 0.25, "项目合同": 0.15})  # fmt: skip
            tables["invoices"] += facts.invoice_rows(who)
            tables["receivables"] += facts.receivable_rows(who)
            tables["activities"] += rows.activity_rows(who)
            tables["complaints"] += facts.complaint_rows(who, {"设备故障": 0.4, "交期": 0.3, "服务": 0.2, "备件": 0.1})  # fmt: skip
            tables["survey_answers"] += facts.survey_rows(who, asks_needs=True)
            tables["referrals"] += facts.referral_rows(who)
    for name, header in DATES.items():
        tables[name].sort(key=lambda row: (row[header], row[next(iter(row))]))
    # customers are listed as an export lists them, not by segment
    tables["customers"].sort(key=lambda row: Random(f"{SEED}/order/{row['客户编号']}").random())
    return tables


# What became of measures for the whole base since the spring: role, and notes by state.
MEASURES: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "collect": ("Head of finance", {"Done": "All balances over ninety days reconciled", "In progress": "Statements sent, answers awaited"}, ()),
    "win_wallet": ("Sales director", {"Done": "Account plans written", "In progress": "Plans drafted for half of the list"}, ()),
    "raise_satisfaction": ("Service manager", {"Done": "First calls after delivery in place", "In progress": "Training under way"}, ()),
    "secure_contracts": ("Legal", {"Done": "Letters for consent sent to all", "In progress": "Letters sent to the largest"}, ()),
    "care_for_best": ("Sales director", {"Done": "Yearly plan of visits agreed", "In progress": "Dates being arranged"}, ()),
}  # fmt: skip


def main(folder: Path) -> None:
    tables = make()
    listed = spoil(tables, PLANTED, UNMAPPED, {name: f"{name}.csv" for name in FILES})
    for name, encoding in FILES.items():
        write_csv(folder / f"{name}.csv", tables[name], encoding)
    told = answers("automation", SEED, LEANING, ("M. Lang", "J. Okafor"), "en", PLANTED_ANSWERS)
    write_csv(folder / "company_answers.csv", told, "utf-8")
    write_csv(folder / "measures.csv", measures_taken(SEED, AS_OF, MEASURES, "en"), "utf-8")
    listed.append({
        "table": "company_answers.csv", "row": "", "column": "Mark", "raw": "4 / 2", "code": "assessors-contradict", "outcome": "median"
    })  # fmt: skip
    write_csv(folder / "flaws.csv", listed, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
