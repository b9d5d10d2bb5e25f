# SPDX-License-Identifier: Apache-2.0
"""Makes the sample of a fictitious wedding studio: `python samples/wedding_photography/make.py [FOLDER]`.

Nothing here is real: no couple, number or picture. Each household draws from its own stream, so that the same files come
out byte for byte. How each value is drawn stands in `studio.py` and `ledger.py`; the README sums it up.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "general")]

import ledger  # noqa: E402
from flawed import FLAWS  # noqa: E402
from planted import Row, plant, write_csv  # noqa: E402
from studio import GROUPS, make_couple  # noqa: E402

FILES = {
    "customers": "客户.csv", "orders": "订单.csv", "payments": "收款.csv", "activities": "往来.csv", "complaints": "投诉.csv",
    "survey_answers": "满意度.csv", "referrals": "转介绍.csv", "mentions": "评价.csv", "consents": "授权.csv",
}  # fmt: skip
DATES = {
    "orders": "签单日期", "payments": "收款日期", "activities": "跟进时间", "complaints": "投诉时间", "survey_answers": "填写时间",
    "referrals": "推荐时间", "mentions": "发布时间", "consents": "授权日期",
}  # fmt: skip


def make() -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {name: [] for name in FILES}
    number = 0
    for group in GROUPS:
        for _ in range(group.size):
            number += 1
            who = make_couple(number, group)
            tables["customers"].append(ledger.customer_row(who))
            tables["orders"] += ledger.order_rows(who)
            tables["payments"] += ledger.payment_rows(who)
            tables["activities"] += ledger.activity_rows(who)
            tables["complaints"] += ledger.complaint_rows(who)
            tables["survey_answers"] += ledger.survey_rows(who)
            tables["referrals"] += ledger.referral_rows(who)
            tables["mentions"] += ledger.mention_rows(who)
            tables["consents"] += ledger.consent_rows(who)
    for name, header in DATES.items():
        tables[name].sort(key=lambda row: (row[header], row[next(iter(row))]))
    tables["customers"].sort(key=lambda row: Random(f"wedding/order/{row['客户编号']}").random())
    return tables


def main(folder: Path) -> None:
    tables = make()
    listed = plant(tables, FLAWS, FILES, "X")
    for name, file in FILES.items():
        write_csv(folder / file, tables[name], "gb18030")
    write_csv(folder / "flaws.csv", listed, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
