# SPDX-License-Identifier: Apache-2.0
"""Makes the sample of a fictitious maker of ventilation: `python samples/ventilation/make.py [FOLDER]`.

Nothing here is real: no company, person, number or credit code. Each customer draws from its own stream, so that the same
files come out byte for byte. How each value is drawn stands in `trade.py` and `ledger.py`; the README sums it up.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "general")]

import ledger  # noqa: E402
from common.answers import answers  # noqa: E402
from common.files import Row, write_csv, write_workbook  # noqa: E402
from common.flaws import spoil  # noqa: E402
from flawed import FLAWS, UNMAPPED  # noqa: E402
from rows import receivable_row  # noqa: E402
from trade import ROLES, make_buyer  # noqa: E402
from world import AS_OF, SEED  # noqa: E402

SHEETS = {"projects": "Projects", "milestones": "Milestones", "equipment": "Installed base"}
TABLES = ("customers", "orders", "contracts", "invoices", "payments", "receivables", "activities", "complaints", "survey_answers",
          "referrals", "service_tickets", "opportunities")  # fmt: skip
FILES = {name: f"{name}.csv" for name in TABLES} | SHEETS
DATES = {
    "orders": "Order Date", "contracts": "签订日期", "invoices": "开票日期", "payments": "Payment Date", "receivables": "截止日期",
    "activities": "Activity Date", "complaints": "CreatedDate", "survey_answers": "Response date", "referrals": "Referral date",
    "projects": "中标日期", "milestones": "Due on", "equipment": "InstallDate", "service_tickets": "Created Time",
    "opportunities": "Create Date",
}  # fmt: skip

# Known in its region, careless with receivables and with data.
LEANING = {
    "market": 2.9,
    "promotion": 2.9,
    "relations": 2.5,
    "service_team": 2.7,
    "data_protection": 2.0,
    "management": 2.4,
}


def make() -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {name: [] for name in FILES}
    number, names = 0, set[str]()
    for role in ROLES:
        for _ in range(role.size):
            number += 1
            who = make_buyer(number, role)
            tables["customers"].append(ledger.customer_row(who, names))
            tables["projects"] += ledger.project_rows(who)
            tables["opportunities"] += ledger.quote_rows(who)
            tables["milestones"] += ledger.milestone_rows(who)
            tables["equipment"] += ledger.plant_rows(who)
            tables["orders"] += ledger.order_rows(who)
            tables["contracts"] += ledger.contract_rows(who)
            tables["invoices"] += ledger.invoice_rows(who)
            tables["payments"] += ledger.payment_rows(who)
            tables["receivables"] += [
                row for cut in (date(2026, 3, 31), AS_OF) if (row := receivable_row(who, cut))
            ]
            tables["activities"] += ledger.activity_rows(who)
            tables["complaints"] += ledger.complaint_rows(who)
            tables["survey_answers"] += ledger.survey_rows(who)
            tables["referrals"] += ledger.referral_rows(who)
            tables["service_tickets"] += ledger.ticket_rows(who)
    for name, header in DATES.items():
        tables[name].sort(key=lambda row: (row[header], row[next(iter(row))]))
    tables["customers"].sort(key=lambda row: Random(f"ventilation/order/{row['Account ID']}").random())
    return tables


def main(folder: Path) -> None:
    tables = make()
    listed = spoil(tables, FLAWS, UNMAPPED, FILES)
    for name in TABLES:
        write_csv(folder / f"{name}.csv", tables[name], "utf-8")
    write_workbook(folder / "projects.xlsx", {sheet: tables[name] for name, sheet in SHEETS.items()})
    write_csv(
        folder / "company_answers.csv", answers("ventilation", SEED, LEANING, ("Assessor A",), "en"), "utf-8"
    )
    write_csv(folder / "flaws.csv", listed, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
