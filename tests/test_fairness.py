# SPDX-License-Identifier: Apache-2.0
"""Natural persons are not scored by sensitive data, age or gender unless the pack says why; personal data in rules is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from rulescore.cli import group
from rulescore.packs.loading import load

W = "{zh: 甲, en: A}"
WHY = "fairness: {zh: 法律要求核实成年, en: The law asks for proof of age}"

TABLES = f"""
tables:
  customers:
    title: {W}
    key: customer_id
    fields:
      customer_id: {{type: text, title: {W}, required: true}}
      gender: {{type: text, values: [female, male], personal: true, sensitive: true, title: {W}}}
      age: {{type: integer, title: {W}}}
      geburt: {{type: date, title: {{zh: 出生日期, en: Born}}}}
      bride_gender: {{type: text, title: {W}}}
      groom: {{type: date, title: {{zh: 新郎生日, en: Groom}}}}
      machine_age: {{type: number, title: {{zh: 设备年龄, en: Age of the machine}}}}
      phone: {{type: text, personal: true, title: {W}}}
      years_with_us: {{type: integer, title: {{zh: 合作年限, en: Tenure}}}}
  contacts:
    title: {W}
    customer: customer_id
    fields:
      customer_id: {{type: text, title: {W}}}
      birth_date: {{type: date, title: {W}}}
  machines:
    title: {W}
    customer: customer_id
    fields:
      customer_id: {{type: text, title: {W}}}
      age: {{type: integer, title: {W}}}
"""


def pack(folder: Path, rule: str, keys: str = "", features: str = "{}") -> Path:
    files = {
        "tables": TABLES,
        "pack": f"id: small\nversion: 1.0.0\ntitle: {W}\ndimensions: {{quality: 1}}\ntiers: [{{id: all, title: {W}}}]\n{keys}",
        "quality": f"dimension: quality\ntitle: {W}\nfeatures: {features}\nrules:\n  - {{id: tried, title: {W}, why: {W}, source: judgement, {rule}}}\n",
    }
    folder = folder / "small"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


REFUSED = [
    ("when: gender == \"female\", points: 1", ["gender"]),
    ("when: phone == \"1\", points: 1, applies: gender == \"male\"", ["gender"]),
    ("when: age > 40, points: 1", ["age"]),
    ("when: young, points: 1", ["age"]),
    ("when: bride_gender == \"x\" or is_missing(groom), points: 1", ["bride_gender", "groom"]),
    ("when: is_missing(geburt), points: 1", ["geburt"]),
    ("when: count(contacts.birth_date) > 0, points: 1", ["contacts.birth_date"]),
    ("checklist: [{id: one, title: {zh: 甲, en: A}, when: age > 1, points: 5}]", ["age"]),
]  # fmt: skip
FEATURES = f"{{young: {{title: {W}, is: age < 30}}}}"


@pytest.mark.parametrize(("rule", "fields"), REFUSED, ids=[case[0] for case in REFUSED])
def test_such_a_rule_is_refused_and_with_a_reason_accepted(
    tmp_path: Path, rule: str, fields: list[str]
) -> None:
    loaded, problems = load(pack(tmp_path, rule, features=FEATURES))
    assert loaded is None
    assert [(problem.code, problem.severity, problem.facts["fields"]) for problem in problems] == [
        ("sensitive-rule", "error", fields)
    ]
    (tmp_path / "reasoned").mkdir()
    loaded, problems = load(pack(tmp_path / "reasoned", f"{rule}, {WHY}", features=FEATURES))
    assert loaded is not None, list(problems)
    assert loaded.rule("tried").fairness["en"] == "The law asks for proof of age"


def test_a_blank_reason_is_none(tmp_path: Path) -> None:
    loaded, _ = load(pack(tmp_path, "when: age > 40, points: 1, fairness: {zh: ' ', en: needed}"))
    assert loaded is None


@pytest.mark.parametrize(
    "rule",
    [
        "when: years_with_us > 3, points: 1",
        'when: phone == "1", points: 1',
        "when: max(machines.age) > 8, points: 1",
        "when: machine_age > 8, points: 1",
    ],
)
def test_other_fields_are_not_refused(tmp_path: Path, rule: str) -> None:
    """Guards against zeal: tenure, telephone numbers, and the age of a machine are no traits of a person."""
    assert load(pack(tmp_path, rule))[0] is not None


def test_gates_say_why_and_tiers_cannot(tmp_path: Path) -> None:
    gate = f"gates: [{{id: minor, title: {W}, when: age < 18, cap: {{composite: 0}}, reason: {W}, source: law%s}}]\n"
    plain = "when: years_with_us > 3, points: 1"
    for number, (keys, codes) in enumerate(
        [
            (gate % "", ["sensitive-rule"]),
            (gate % f", {WHY}", []),
            (f"tiers: [{{id: top, title: {W}, when: age > 40}}, {{id: all, title: {W}}}]\n", ["sensitive-tier"]),
        ]
    ):  # fmt: skip
        (tmp_path / str(number)).mkdir()
        folder = pack(tmp_path / str(number), plain)
        text = (folder / "pack.yaml").read_text(encoding="utf-8")
        if keys.startswith("tiers"):
            text = text[: text.index("tiers")]
        (folder / "pack.yaml").write_text(text + keys, encoding="utf-8")
        assert [problem.code for problem in load(folder)[1]] == codes


def test_check_refuses_and_lists_what_personal_data_is_used_by_which_rules(tmp_path: Path) -> None:
    folder = pack(tmp_path, 'when: phone == "1", points: 1')
    result = CliRunner().invoke(group, ["--lang", "en", "check", str(folder)])
    assert "phone (tried)" in result.stdout
    assert "[personal-fields]" in result.stdout
    (folder / "quality.yaml").write_text(
        (folder / "quality.yaml").read_text(encoding="utf-8").replace('phone == "1"', "age > 3"), "utf-8"
    )
    result = CliRunner().invoke(group, ["--lang", "zh", "check", str(folder)])
    assert result.exit_code == 3
    assert "tried 用敏感个人信息或年龄、性别等特征评分，却没有写明理由：age" in result.stdout


def test_the_shipped_dictionary_marks_age_and_gender() -> None:
    loaded, _ = load("general")
    assert loaded is not None
    marked = {name for name, (_, field) in loaded.fields.items() if field.sensitive}
    assert marked == {"gender", "birth_date", "contacts.gender", "contacts.birth_date"}
    assert all(loaded.fields[name][1].personal for name in marked)
