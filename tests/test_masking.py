# SPDX-License-Identifier: Apache-2.0
"""Personal data: in no byte of a run and in no output unless asked for, while scores, audit and joins stay what they are."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import rulescore
from commands import called, files_of, sealed, small_pack
from rulescore.folder import Run
from rulescore.masking import PREFIX, VARIABLE, _Pseudonyms
from rulescore.problems import ProblemError, UsageError

TABLES = """
tables:
  customers:
    title: {zh: 客户, en: Customers}
    key: customer_id
    fields:
      customer_id: {type: text, title: {zh: 客户编号, en: Customer id}, required: true}
      name: {type: text, title: {zh: 客户名称, en: Customer name}}
      customer_type: {type: text, values: [company, person], title: {zh: 客户类型, en: Customer type}}
      legal_representative: {type: text, personal: true, title: {zh: 法定代表人, en: Legal representative}}
      account_manager: {type: text, personal: true, title: {zh: 客户负责人, en: Account manager}}
      gender: {type: text, sensitive: true, values: [female, male], title: {zh: 性别, en: Gender}}
      born_on: {type: date, personal: true, title: {zh: 出生日期, en: Date of birth}}
      annual_revenue: {type: number, title: {zh: 年营业收入, en: Annual revenue}}
      visits: {type: number, title: {zh: 拜访次数, en: Visits}, min: 0}
  contacts:
    title: {zh: 联系人, en: Contacts}
    customer: customer_id
    fields:
      customer_id: {type: text, title: {zh: 客户编号, en: Customer id}, required: true}
      person: {type: text, personal: true, title: {zh: 姓名, en: Person}}
      phone: {type: text, personal: true, title: {zh: 手机, en: Mobile}}
      role: {type: text, title: {zh: 角色, en: Role}}
"""

RULES = """
  - {id: people, title: {zh: 联系人, en: People}, formula: 'count_distinct(contacts.phone) * 10', source: judgement}
  - {id: own-hands, title: {zh: 亲自负责, en: Own hands}, when: account_manager == legal_representative, points: 100, else: 0, source: judgement}
  - {id: reached, title: {zh: 有负责人, en: Reached}, when: not is_missing(account_manager), points: 100, else: 0, source: judgement}
"""

CUSTOMERS = """customer_id,name,customer_type,legal_representative,account_manager,gender,born_on,annual_revenue,visits
C1,北辰泵业,company,LiMing甲,LiMing甲,female,1961-02-03,120,4
C2,ZhaoJun丙,person,,SunLi丁,malee,1962-33-04,120,4
C3,QianWei戊,person,WuFang己,,male,1963-04-05,10,1
"""

CONTACTS = """customer_id,person,phone,role
C1,LiMing甲,13811110001,buyer
C1,ZhouTao庚,13811110002,buyer
C1,ZhouTao庚,13811110002,user
C2,ZhaoJun丙,13811110003,buyer
C9,ZhengHua辛,13811110004,buyer
C3,WangBo壬,13811110005,buyer,too,long
"""

RAW = (
    "LiMing甲", "ZhaoJun丙", "SunLi丁", "QianWei戊", "WuFang己", "ZhouTao庚", "ZhengHua辛", "WangBo壬", "1381111000", "malee", "1962-33-04",
    "1961-02-03", "1963-04-05",
)  # fmt: skip
"""Everything personal in the files, good and bad cells alike."""


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An assessment with personal data in fields, in cells that can't be read, and in rows that do not count."""
    made = tmp_path / "given"
    pack = small_pack(made)
    (pack / "tables.yaml").write_text(TABLES, encoding="utf-8")
    with (pack / "worth.yaml").open("a", encoding="utf-8") as file:
        file.write(RULES)
    (made / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (made / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    (made / "assessment.yaml").write_text(
        "company: {zh: 甲, en: A}\nas_of: 2026-06-30\npack: small\ntables: {customers: customers.csv, contacts: contacts.csv}\n",
        encoding="utf-8",
    )
    return made


def evaluate(folder: Path, out: str = "run", *options: str) -> Run:
    done = called("evaluate", folder, "--out", folder.parent / out, *options)
    assert done.code == 0, done.err
    return Run.read(folder.parent / out)


def texts(folder: Path) -> Iterator[str]:
    """All that can be read in a run, unpacked and decoded."""
    for name, data in files_of(folder).items():
        yield data.decode("utf-8", "replace")
        if name.endswith(".parquet"):
            frame = pl.read_parquet(folder / name)
            yield frame.select(pl.all().cast(pl.String)).write_csv()
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(folder / name) as book:
                for part in book.namelist():
                    yield book.read(part).decode("utf-8", "replace")


def found(texts: Iterator[str] | list[str]) -> set[str]:
    whole = "\n".join(texts)
    return {value for value in RAW if value in whole}


def test_nothing_personal_is_in_a_run_or_an_output(folder: Path) -> None:
    """Guards every door at once: all files of the run, all that the commands say, in both languages and as data."""
    run = evaluate(folder)
    assert {problem["code"] for problem in run.problems} == {
        "unlisted-value", "unreadable-date", "event-of-unknown-customer", "row-too-long", "customers-without-events",
    }  # fmt: skip
    assert (run.folder / "rejected.xlsx").exists()
    said = [
        called(*args, *more, lang=language)
        for language in ("zh", "en")
        for more in ((), ("--json",))
        for args in (
            ("explain", run.folder, "C1"), ("explain", run.folder, "C2"), ("explain", run.folder, "C3"), ("verify", run.folder),
            ("verify", run.folder, "--sources", folder), ("evaluate", folder, "--out", run.folder),
        )
    ]  # fmt: skip
    assert {done.code for done in said} == {0}
    assert found(texts(run.folder)) == set()
    assert found([text for done in said for text in (done.out, done.err)]) == set()
    assert "北辰泵业" in "".join(texts(run.folder)), "a company's name is nobody's personal data"


def test_unmask_shows_all_and_is_recorded(folder: Path) -> None:
    """Guards the test above, which must be able to fail, and the record of who asked for raw data."""
    run = evaluate(folder, "open", "--unmask")
    only_counted = {"ZhouTao庚", "1961-02-03", "1963-04-05"}
    assert found(texts(run.folder)) == set(RAW) - only_counted
    assert run.manifest["masked"] == []
    assert set(run.manifest["unmasked"]) == MASKED
    assert "LiMing甲" in called("explain", run.folder, "C1").out
    assert called("verify", run.folder, "--sources", folder).code == 0
    said = {
        language: called("evaluate", folder, "--unmask", "--out", run.folder, lang=language).out
        for language in ("zh", "en")
    }
    assert "未脱敏的个人信息（--unmask）：" in said["zh"]
    assert "Personal data shown as they are (--unmask): " in said["en"]


MASKED = {
    "customers.name", "customers.legal_representative", "customers.account_manager", "customers.gender", "customers.born_on",
    "contacts.person", "contacts.phone",
}  # fmt: skip


def test_the_run_says_what_was_masked(folder: Path) -> None:
    run = evaluate(folder)
    assert set(run.manifest["masked"]) == MASKED
    assert run.manifest["unmasked"] == []
    assert run.manifest["pseudonyms"]["key"] == "inputs"
    said = {
        language: called("evaluate", folder, "--out", run.folder, lang=language).out
        for language in ("zh", "en")
    }
    for language, text in said.items():
        for name in MASKED:  # by the titles of table and field, as people know them
            table, field = name.split(".")
            titles = run.pack.tables[table]
            assert titles.title[language] in text and titles.fields[field].title[language] in text
    assert "已脱敏的个人信息：" in said["zh"]
    assert "Masked as personal data: " in said["en"]


def test_scores_are_those_of_the_raw_data(folder: Path) -> None:
    """Guards the meaning. C1: revenue 100, visits 3 · 40, two phones 20, own hands 100, reached 100: 440 / 7 = 62.8571.
    C2: 100, 120, 10, no legal representative (left out), 100: 330 / 6 = 55. C3: 20, 30, 0, left out, 0: 50 / 6 = 8.3333."""
    masked, raw = evaluate(folder), evaluate(folder, "open", "--unmask")
    scores = dict(masked.table.select("customer_id", "composite").iter_rows())
    assert scores == {"C1": 62.86, "C2": 55.0, "C3": 8.33}
    assert masked.table.drop("name").equals(raw.table.drop("name"))
    assert masked.trace.collect().equals(raw.trace.collect())


def test_pseudonyms_keep_rows_joinable(folder: Path) -> None:
    """Guards joins: a person is the same pseudonym in every field and table, and nobody else is."""
    run = evaluate(folder)
    inputs = {row["customer_id"]: row for row in run.inputs.collect().iter_rows(named=True)}
    first = inputs["C1"]["account_manager"]
    assert re.fullmatch(re.escape(PREFIX) + "[0-9a-f]{20}", first)
    assert first == inputs["C1"]["legal_representative"]
    everybody = [
        inputs[key][field] for key in inputs for field in ("name", "account_manager", "legal_representative")
    ]
    assert len(set(everybody) - {None}) == 6, "two names, one company, LiMing twice, SunLi, WuFang"
    assert inputs["C3"]["account_manager"] is None
    assert inputs["C1"]["name"] == "北辰泵业"


def test_a_pseudonym_is_a_keyed_hash() -> None:
    """Guards against pseudonyms that anyone can make: RFC 4231, test case 2, has this key, text and HMAC-SHA256."""
    assert _Pseudonyms(b"Jefe").name("what do ya want for nothing?") == PREFIX + "5bdcc146bf60754e6a04"


def test_the_same_data_give_the_same_bytes_and_other_data_another_key(folder: Path) -> None:
    """Guards both sides of the key that comes from the data: repeatable, and not to be had without all of them."""
    first, again = evaluate(folder), evaluate(folder, "again")
    assert sealed(first.folder) == sealed(again.folder)
    path = folder / "contacts.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "C1,ZhouTao庚,13811110002,user", "C1,ZhouTao庚,13811110002,chief"
        ),
        encoding="utf-8",
    )
    other = evaluate(folder, "other")
    assert first.manifest["pseudonyms"] != other.manifest["pseudonyms"]
    names = [run.inputs.collect()["account_manager"][0] for run in (first, other)]
    assert names[0] != names[1]


def test_the_manifest_gives_no_key_away(folder: Path) -> None:
    """Guards against the attack on unkeyed hashes: what the run holds, and the plain hashes of its values, make no pseudonym."""
    run = evaluate(folder)
    name = run.inputs.collect()["account_manager"][0].removeprefix(PREFIX)
    value = "LiMing甲".encode()
    keys = [b"", run.run_id.encode(), *(str(one["sha256"]).encode() for one in run.manifest["inputs"])]
    keys += [bytes.fromhex(one["sha256"]) for one in run.manifest["inputs"]]
    keys += [hashlib.sha256(b"".join(keys[-2:])).digest(), run.manifest["pseudonyms"]["fingerprint"].encode()]
    tried = [hmac.digest(key, value, "sha256").hex() for key in keys] + [hashlib.sha256(value).hexdigest()]
    assert not [one for one in tried if one.startswith(name)]


def test_a_key_of_the_environment_joins_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards follow-up over years: with one key a person keeps the pseudonym though the data change; without it, another."""
    monkeypatch.setenv(VARIABLE, "k" * 32)
    first = evaluate(folder)
    path = folder / "customers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("120,4", "90,5"), encoding="utf-8")
    second = evaluate(folder, "second")
    monkeypatch.setenv(VARIABLE, "j" * 32)
    third = evaluate(folder, "third")
    names = [run.inputs.collect()["account_manager"][0] for run in (first, second, third)]
    assert names[0] == names[1] != names[2]
    prints = [run.manifest["pseudonyms"] for run in (first, second, third)]
    assert prints[0] == prints[1] != prints[2]
    assert prints[0]["key"] == "environment"
    assert [text for text in texts(first.folder) if "k" * 32 in text] == []
    done = called("verify", second.folder, "--sources", folder)
    assert (done.code, "[masking-differs]" in done.out) == (5, True), (
        "another key: it can't be compared, and is told"
    )
    monkeypatch.setenv(VARIABLE, "k" * 32)
    assert called("verify", second.folder, "--sources", folder).code == 0


def test_a_short_key_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "k" * 31)
    done = called("evaluate", folder, "--out", folder.parent / "run")
    assert (done.code, "[pseudonym-key-short]" in done.err, "kkk" in done.err) == (2, True, False)


READS = {
    "a pattern": "starts_with(account_manager, \"Li\")",
    "a value": "account_manager == \"LiMing甲\"",
    "a list": "gender in [\"female\"]",
    "an order": "account_manager < legal_representative",
    "a length": "length(legal_representative) > 2",
    "a date": "born_on < as_of",
    "whether a date is there": "is_missing(born_on)",
    "the last of events": "min(contacts.phone) == account_manager",
    "a condition on events": "count(contacts, where=contacts.phone == \"13811110001\") > 0",
}  # fmt: skip


@pytest.mark.parametrize("condition", READS.values(), ids=READS)
def test_a_rule_that_reads_content_is_refused(condition: str, folder: Path) -> None:
    """Guards scores: under a pseudonym such a rule would be wrong without a word. Unmasked it is evaluated."""
    with (folder / "small" / "worth.yaml").open("a", encoding="utf-8") as file:
        file.write(
            f"  - {{id: reading, title: {{zh: 读, en: Reading}}, when: '{condition}', points: 100, else: 0, source: judgement, fairness: {{zh: 试, en: Trial}}}}\n"
        )
    line = len((folder / "small" / "worth.yaml").read_text(encoding="utf-8").splitlines())
    with pytest.raises(UsageError) as refused:
        rulescore.evaluate(folder)
    assert {(problem.code, problem.place.line) for problem in refused.value.problems if problem.place} == {
        ("personal-content", line)
    }  # type: ignore[union-attr]
    run = rulescore.evaluate(folder, unmask=True)
    assert run.manifest["unmasked"]
    assert (
        f"worth.yaml:{line}" in called("check", folder / "small").out + called("check", folder / "small").err
    )


ALLOWED = {
    "counting": "count_distinct(contacts.person) + count(contacts.born_in) > 0",
    "equal to another": "coalesce(legal_representative, account_manager) != manager",
    "missing": "is_missing(coalesce(legal_representative, manager))",
    "equal to another of events": "count(contacts, where=contacts.person == contacts.phone) > 0",
}


@pytest.mark.parametrize("condition", ALLOWED.values(), ids=ALLOWED)
def test_what_masking_keeps_may_be_asked(condition: str, folder: Path) -> None:
    """Guards against refusing too much; the masked answer is the raw one."""
    path = folder / "small" / "worth.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "rules:", "features:\n  manager: {title: {zh: 负责人, en: Manager}, is: account_manager}\nrules:"
    )
    text += f"  - {{id: reading, title: {{zh: 读, en: Reading}}, when: '{condition}', points: 100, else: 0, source: judgement, fairness: {{zh: 试, en: Trial}}}}\n"
    path.write_text(text, encoding="utf-8")
    tables = folder / "small" / "tables.yaml"
    tables.write_text(
        TABLES + "      born_in: {type: number, sensitive: true, title: {zh: 出生年, en: Born in}}\n",
        encoding="utf-8",
    )
    try:
        masked, raw = rulescore.evaluate(folder), rulescore.evaluate(folder, unmask=True)
    except ProblemError as error:
        raise AssertionError([(problem.code, problem.facts) for problem in error.problems]) from error
    assert masked.trace.collect().equals(raw.trace.collect())


@pytest.mark.parametrize(
    "header", ["customer_id,person,phone,role", "customer_id,person,phone,称呼"], ids=["ascii", "chinese"]
)
def test_a_sample_of_a_file_shows_headers_only(header: str, folder: Path) -> None:
    """Guards the note on the encoding, which quotes the first words beyond ASCII: names, when the headers are ASCII."""
    text = CONTACTS.split("\n", 1)[1].replace("LiMing甲", "李明甲")
    (folder / "contacts.csv").write_bytes(f"{header}\n{text}".encode("gb18030"))
    run = evaluate(folder)
    (note,) = (problem for problem in run.problems if problem["code"] == "encoding-found")
    assert note["facts"]["sample"].split(",")[0] == ("称呼" if "称呼" in header else "***")
    assert not [text for text in texts(run.folder) if "李明甲" in text]
    assert called("verify", run.folder, "--sources", folder).code == 0


def test_a_broken_line_is_not_quoted(folder: Path) -> None:
    """Guards what is said of files that can't be read at all."""
    (folder / "contacts.jsonl").write_text(
        '{"customer_id": "C1", "phone": "13811110001"}\nC2;13811110003\n', encoding="utf-8"
    )
    path = folder / "assessment.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("contacts.csv", "contacts.jsonl"), encoding="utf-8"
    )
    done = called("evaluate", folder)
    assert (done.code, "[line-not-json]" in done.err, "1381111" in done.err) == (4, True, False)


def test_personal_ids_keep_tables_joined(folder: Path) -> None:
    """Guards bases whose customer id is a phone number: one mark on it masks it wherever tables are joined by it."""
    tables = folder / "small" / "tables.yaml"
    text = tables.read_text(encoding="utf-8")
    tables.write_text(
        text.replace("customer_id: {type: text,", "customer_id: {type: text, personal: true,", 1),
        encoding="utf-8",
    )
    for name in ("customers.csv", "contacts.csv"):
        path = folder / name
        path.write_text(
            re.sub(r"^C(\d)", r"1381111000\1", path.read_text(encoding="utf-8"), flags=re.MULTILINE),
            encoding="utf-8",
        )
    run = evaluate(folder)
    assert found(texts(run.folder)) == set()
    assert sorted(run.table["composite"].to_list()) == [8.33, 55.0, 62.86]
    assert called("verify", run.folder, "--sources", folder).code == 0
    with (folder / "customers.csv").open("a", encoding="utf-8") as file:
        file.write("13811110001,again,company,,,,,1,1\n")
    done = called("evaluate", folder, "--out", folder.parent / "twice")
    assert (done.code, "[duplicate-customer]" in done.err, "13811110001" in done.err) == (4, True, False)


def test_frames_are_masked_alike(folder: Path) -> None:
    """Guards the Python door: pandas and polars, with the same pseudonyms for the same data."""
    customers = pl.read_csv(folder / "customers.csv", infer_schema_length=0)
    contacts = pl.read_csv(folder / "contacts.csv", infer_schema_length=0, truncate_ragged_lines=True)
    runs = [
        rulescore.evaluate(
            kind(customers), pack=folder / "small", as_of="2026-06-30", tables={"contacts": kind(contacts)}
        )
        for kind in (lambda frame: frame, lambda frame: frame.to_pandas())
    ]
    for run in runs:
        assert found(texts(run.folder)) == set()
        assert run.manifest["pseudonyms"]["key"] == "inputs"
    assert runs[1].scores["name"].iloc[0] == "北辰泵业"
    names = [run.inputs.collect()["account_manager"].to_list() for run in runs]
    assert names[0] == names[1]


def test_nothing_personal_nothing_masked(tmp_path: Path) -> None:
    """Guards plain runs: no mark, no pseudonym, no second look at the files."""
    pack = small_pack(tmp_path)
    run = rulescore.evaluate(
        [{"customer_id": "C1", "name": "甲", "annual_revenue": 1}], pack=pack, as_of="2026-06-30"
    )
    assert (run.manifest["masked"], run.manifest["unmasked"]) == ([], [])
    assert run.manifest["pseudonyms"] == {"key": "", "fingerprint": ""}
    assert json.loads((run.folder / "manifest.json").read_text())["masked"] == []
