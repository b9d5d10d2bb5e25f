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
sys.path.append(str(HERE.parent))

import ledger  # noqa: E402
from common.answers import answers  # noqa: E402
from common.files import Row, write_csv  # noqa: E402
from common.flaws import spoil  # noqa: E402
from flawed import FLAWS, UNMAPPED  # noqa: E402
from studio import GROUPS, SEED, head_counts, make_couple  # noqa: E402

FILES = {
    "customers": "客户.csv", "orders": "订单.csv", "payments": "收款.csv", "activities": "往来.csv", "complaints": "投诉.csv",
    "survey_answers": "满意度.csv", "referrals": "转介绍.csv", "mentions": "评价.csv", "consents": "授权.csv", "leads": "线索.csv",
    "acquisition_spend": "获客支出.csv",
}  # fmt: skip
DATES = {
    "orders": "签单日期", "payments": "收款日期", "activities": "跟进时间", "complaints": "投诉时间", "survey_answers": "填写时间",
    "referrals": "推荐时间", "mentions": "发布时间", "consents": "授权日期", "leads": "创建时间",
    "acquisition_spend": "入账日期",
}  # fmt: skip

# Well liked and well known on platforms; the photographs are kept less well.
LEANING = {
    "market": 2.5,
    "promotion": 3.2,
    "relations": 3.0,
    "service_team": 2.9,
    "data_protection": 2.2,
    "management": 2.5,
}


def make() -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {name: [] for name in FILES}
    number, couples = 0, []
    for group in GROUPS:
        for _ in range(group.size):
            number += 1
            who = make_couple(number, group)
            couples.append(who)
            tables["customers"].append(ledger.customer_row(who))
            tables["orders"] += ledger.order_rows(who)
            tables["leads"] += ledger.lead_rows(who)
            tables["payments"] += ledger.payment_rows(who)
            tables["activities"] += ledger.activity_rows(who)
            tables["complaints"] += ledger.complaint_rows(who)
            tables["survey_answers"] += ledger.survey_rows(who)
            tables["referrals"] += ledger.referral_rows(who)
            tables["mentions"] += ledger.mention_rows(who)
            tables["consents"] += ledger.consent_rows(who)
    tables["acquisition_spend"] = ledger.spend_rows(couples)
    for name, header in DATES.items():
        tables[name].sort(key=lambda row: (row[header], row[next(iter(row))]))
    tables["customers"].sort(key=lambda row: Random(f"wedding/order/{row['客户编号']}").random())
    return tables


def main(folder: Path) -> None:
    tables = make()
    write_csv(folder / "年龄性别.csv", head_counts(tables["customers"]), "gb18030")
    listed = spoil(tables, FLAWS, UNMAPPED, FILES)
    for name, file in FILES.items():
        write_csv(folder / file, tables[name], "gb18030")
    write_csv(
        folder / "公司问卷.csv", answers("wedding_photography", SEED, LEANING, ("评估人甲",), "zh"), "gb18030"
    )
    write_csv(folder / "flaws.csv", listed, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
