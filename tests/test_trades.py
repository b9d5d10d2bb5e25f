# SPDX-License-Identifier: Apache-2.0
"""Packs for trades that nobody wrote code for, made from the manual alone: they check clean, test whole, and score a base."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from rulescore import evaluate
from rulescore.cli import group
from rulescore.messages import LANGUAGES

TRADES = Path(__file__).parent / "trades"
PACKS = sorted(path.parent for path in TRADES.glob("*/pack.yaml"))


def command(*args: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(group, [str(arg) for arg in args])
    return result.exit_code, result.output


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_the_pack_checks_clean_and_every_branch_is_tested(pack: Path, tmp_path: Path) -> None:
    code, shown = command("check", pack, "--fail-on", "note")
    assert code == 0, shown
    code, shown = command("test", pack, "--min-coverage", "100")
    assert code == 0, shown
    for language in LANGUAGES:
        assert command("--lang", language, "handbook", pack, "-o", tmp_path / "book.html")[0] == 0


CUSTOMERS = """客户编号,客户名称,统一社会信用代码,押金月数,担保方式,是否投保,工况,失信被执行人
L1,甲机械（虚构）,91350100M000100Y43,3,无,是,室内,否
L2,乙建设（虚构）,,1,个人,否,矿山,否
"""
LEASES = """租约编号,客户编号,起租日,到期日,月租金,定位,到期去向
Z1,L1,2023-01-01,2026-12-31,10000,是,
Z2,L1,2021-01-01,2024-12-31,8000,是,续租
Z3,L2,2026-01-01,2026-12-31,5000,否,
"""
RENTS = """客户编号,应付日,租金金额,实付日
L1,2026-04-30,10000,2026-04-30
L1,2026-05-31,10000,2026-06-02
L1,2026-06-30,10000,2026-06-30
L2,2026-04-30,5000,2026-06-15
L2,2026-05-31,5000,
L2,2026-06-15,5000,
"""


def test_a_base_of_the_trade_is_scored(tmp_path: Path) -> None:
    """Worked out by hand.

    L1: credit (100*3 + 100*4 + 100*2 + 100) / 10 = 100, machines (100*3 + 100*2 + 100) / 6 = 100,
    relationship (100*3 + 100 + 60) / 5 = 92, composite (400 + 300 + 276) / 10 = 97.6.
    L2: all three rents late, 10,000 owed on a rent of 5,000, that is two months: 30 points; one month of deposit: 60.
    credit (0*3 + 30*4 + 60*2 + 100) / 10 = 34; machines (0*3 + 0*2 + 30) / 6 = 5; no lease of its own has ended, so
    relationship is (30*1 + 20*1) / 2 = 25: five months together, and of the papers the insurance alone is known.
    composite (4*34 + 3*5 + 3*25) / 10 = 22.6.
    """
    for name, text in (("customers", CUSTOMERS), ("leases", LEASES), ("rents", RENTS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="gb18030")
    (tmp_path / "assessment.yaml").write_text(
        "company: {zh: 某租赁公司（虚构）, en: A lessor (fictitious)}\nas_of: 2026-06-30\n"
        f"pack: {TRADES / 'equipment_leasing'}\n"
        "tables: {customers: customers.csv, leases: leases.csv, rents: rents.csv}\n",
        encoding="utf-8",
    )
    run = evaluate(tmp_path, out=tmp_path / "run")
    scores = {row["customer_id"]: row for row in run.scores.to_dicts()}
    wanted = {"L1": (100, 100, 92, 97.6, "strategic"), "L2": (34, 5, 25, 22.6, "ordinary")}
    for customer, (*points, tier) in wanted.items():
        row = scores[customer]
        assert [
            float(row[key]) for key in ("credit", "machines", "relationship", "composite")
        ] == pytest.approx(points)  # fmt: skip
        assert row["tier"] == tier
