# SPDX-License-Identifier: Apache-2.0
"""`rulescore map` and `rulescore profile`: what they say of small files, and that edits of a proposal stay."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
import yaml
from commands import SAMPLE, called
from rulescore.problems import Problems
from rulescore.readers import read_assessment

CUSTOMERS = "客户编号,客户名称,客户级别,生命状态,注册资本(万元),电话,编外栏\n" + "".join(
    f"K{number:03},公司{number},A,正常,{number},1380000{number:04},x{number % 3}\n" for number in range(1, 21)
)
ORDERS = "订单编号,客户编号,下单日期,订单金额,生命状态\n" + "".join(
    f"D{number},K{number % 20 + 1:03},2026-03-{number % 28 + 1:02},{number * 10},正常\n"
    for number in range(1, 61)
)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "客户.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "订单.csv").write_text(ORDERS, encoding="utf-8")
    return tmp_path


def mapped(desk: Path, *args: str, lang: str = "en") -> str:
    done = called("map", *args, cwd=desk, lang=lang)
    assert done.code == 0, done.err
    return done.out


def propose(desk: Path, *files: str, lang: str = "en") -> str:
    """The proposed text; it must be YAML that an assessment is read from, once it has a date."""
    mapped(desk, *files, "--as-of", "2026-06-30", "--company", "甲", "--out", "a.yaml", lang=lang)
    text = (desk / "a.yaml").read_text(encoding="utf-8")
    problems = Problems()
    read_assessment(desk / "a.yaml", problems)
    assert list(problems) == []
    return text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_proposal_of_known_exports_evaluates_as_it_is(desk: Path, lang: str) -> None:
    """Guards the short way: files in, a run out, with nothing to edit when everything needed is there."""
    text = propose(desk, "客户.csv", "订单.csv", lang=lang)
    tables = yaml.safe_load(text)["tables"]
    assert [(name, [one["mapping"] for one in uses]) for name, uses in tables.items()] == [
        ("customers", ["fxiaoke"]),
        ("orders", ["fxiaoke"]),
    ]
    done = called("evaluate", "a.yaml", "--out", "run", cwd=desk)
    assert done.code == 0, done.err
    manifest = json.loads((desk / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert [item["rows"] for item in manifest["inputs"]] == [20, 60]


def test_both_languages_propose_the_same(desk: Path) -> None:
    texts = [
        propose(desk, "客户.csv", "订单.csv", lang=lang)
        for lang in ("zh", "en")
        if not (desk / "a.yaml").unlink(missing_ok=True)
    ]
    data = [yaml.safe_load(text) for text in texts]
    assert data[0] == data[1]
    assert "确定 1.00：列名符合“纷享销客”" in texts[0]
    assert 'certain 1.00: the headers are those of "Fxiaoke (ShareCRM)"' in texts[1]


def test_a_header_in_wan_is_no_certain_match(desk: Path) -> None:
    """Guards a factor of ten thousand: 注册资本(万元) is active only with its unit, else commented out."""
    text = propose(desk, "客户.csv", "订单.csv")
    (line,) = (line.strip() for line in text.split("\n") if "registered_capital" in line)
    assert "unit: 万元" in line or line.startswith("#")


def test_no_value_of_the_files_is_in_the_proposal(desk: Path) -> None:
    """Guards what may be passed around: reasons speak of types and shares, never of samples."""
    text = propose(desk, "客户.csv", "订单.csv")
    for value in ("公司1", "K001", "13800000001", "x1", "D1,"):
        assert value not in text
    assert "编外栏: text, 100% filled" in text


def test_ambiguous_dates_are_asked_for(tmp_path: Path) -> None:
    """Guards the worst silent mistake: 03/04/2026 is never taken one way or the other."""
    rows = "".join(f"{number},C{number},0{number}/04/2026\n" for number in range(1, 7))
    (tmp_path / "orders.csv").write_text("order_id,customer_id,order_date\n" + rows, encoding="utf-8")
    text = propose(tmp_path, "orders.csv")
    assert "# order_date: order_date  # unsure 0.50" in text
    assert "%d/%m/%Y or %m/%d/%Y" in text
    assert "lacks the required field order_date" in text
    done = called("evaluate", "a.yaml", "--out", "run", cwd=tmp_path)
    assert done.code == 4
    assert "missing-column" in done.err


@pytest.mark.parametrize(
    ("day", "form"), [("{}/04/2026", "%d/%m/%Y"), ("04-{}-26 10:30", "%m-%d-%y %H:%M")], ids=["day", "month"]
)
def test_a_day_above_twelve_tells_the_order(tmp_path: Path, day: str, form: str) -> None:
    rows = "".join(f"{number},C1,{day.format(number)}\n" for number in range(10, 16))
    (tmp_path / "orders.csv").write_text("order_id,customer_id,order_date\n" + rows, encoding="utf-8")
    tables = yaml.safe_load(propose(tmp_path, "orders.csv"))["tables"]
    assert tables["orders"][0]["columns"]["order_date"] == {"field": "order_date", "date_format": form}


def test_events_alone_name_their_customers(desk: Path) -> None:
    """Without a list of customers, each customer id of the orders is a customer: 20 of them."""
    tables = yaml.safe_load(propose(desk, "订单.csv"))["tables"]
    assert tables["customers"] == [
        {"file": "订单.csv", "distinct": True, "columns": {"客户编号": "customer_id"}}
    ]
    assert called("evaluate", "a.yaml", "--out", "run", cwd=desk).code == 0
    manifest = json.loads((desk / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["customers"] == 20


def test_title_rows_are_skipped_and_the_date_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "账龄.csv").write_text(
        "示例公司账龄分析表\n截止日：2025年12月31日\n客户编号,客户名称,应收账款余额,逾期1-30天,坏账准备\nK1,甲,5,5,0\nK2,乙,6,0,0\n合计,,11,5,0\n",
        encoding="utf-8",
    )
    mapped(tmp_path, "账龄.csv", "--as-of", "2026-06-30", "--out", "a.yaml")
    data = yaml.safe_load((tmp_path / "a.yaml").read_text(encoding="utf-8"))
    (use,) = data["tables"]["receivables"]
    assert use["mapping"] == "receivables_ageing"
    assert use.get("header_row", 3) == 3  # not written where the reader finds it by itself
    assert use["constants"] == {"snapshot_date": None}
    assert called("evaluate", "a.yaml", "--out", "run", cwd=tmp_path).code == 4


def test_pages_of_one_kind_are_one_file_and_others_are_named(tmp_path: Path) -> None:
    """Two pages of accounts and one of deals in an archive: accounts would be read from the page of deals, so each is named."""
    accounts, deals = (
        "Id,Account_Name,Owner\n{0},A{0},9\n",
        "Id,Deal_Name,Account_Name,Stage,Closing_Date,Amount\n5,B,1,Closed Won,2026-03-01,9\n",
    )
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("A_1.csv", accounts.format(1))
        archive.writestr("A_2.csv", accounts.format(2))
    tables = yaml.safe_load(propose(tmp_path, "a.zip"))["tables"]
    assert tables["customers"] == [{"file": "a.zip", "mapping": "zoho_bulk"}]
    (tmp_path / "a.yaml").unlink()
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as archive:
        archive.writestr("D_1.csv", deals)
    tables = yaml.safe_load(propose(tmp_path, "a.zip"))["tables"]
    named = [(name, one["sheet"]) for name, uses in tables.items() for one in uses]
    assert named == [("customers", "A_1.csv"), ("customers", "A_2.csv"), ("orders", "D_1.csv")]
    assert called("evaluate", "a.yaml", "--out", "run", cwd=tmp_path).code == 0


def test_a_reference_is_a_hint_for_a_lacking_id(tmp_path: Path) -> None:
    """Names that serve as ids are shown, not taken."""
    names = [f"Firm {letter}" for letter in "ABCDEFGH"]
    (tmp_path / "accounts.csv").write_text(
        "account,sector\n" + "".join(f"{name},x\n" for name in names), encoding="utf-8"
    )
    deals = "".join(f"{number},{name},2026-01-{number + 1:02},5\n" for number, name in enumerate(names * 2))
    (tmp_path / "deals.csv").write_text(
        "opportunity_id,account,close_date,close_value\n" + deals, encoding="utf-8"
    )
    text = propose(tmp_path, "accounts.csv", "deals.csv")
    assert text.count("# account: customer_id  # may be this column; please decide") == 2
    columns = yaml.safe_load(text)["tables"]["orders"][0]["columns"]
    assert "account" not in columns


def test_the_sample_through_map_scores_as_its_own_assessment(tmp_path: Path) -> None:
    """Guards the whole way on ten files with many flaws: proposed with one edit, the scores are those of the assessment that
    was written by hand."""
    names = (
        *("customers", "contacts", "orders", "contracts", "invoices", "receivables", "activities"),
        *("complaints", "survey_answers", "referrals"),
    )
    files = [str(SAMPLE / f"{name}.csv") for name in names]
    text = propose(tmp_path, *files)
    (tmp_path / "a.yaml").write_text(
        text.replace("        Order No:", '        "Net value": amount\n        Order No:'), encoding="utf-8"
    )
    (tmp_path / "a.yaml").write_text(
        (tmp_path / "a.yaml").read_text(encoding="utf-8") + f"overrides: {SAMPLE / 'overrides.yaml'}\n",
        encoding="utf-8",
    )
    for source, out in ((tmp_path / "a.yaml", "mapped"), (SAMPLE, "written")):
        assert called("evaluate", source, "--out", tmp_path / out).code == 0
    mapped, written = (
        pl.read_csv(tmp_path / out / "scores.csv", infer_schema_length=0) for out in ("mapped", "written")
    )
    assert mapped.drop("name").equals(written.drop("name"))  # pseudonyms are of one set of inputs


def test_a_seller_s_own_list_is_no_company_list(tmp_path: Path) -> None:
    """A list with the seller's ids beside credit code and register status is the seller's, not one of a register site."""
    (tmp_path / "客户.csv").write_text(
        "客户编号,统一社会信用代码,登记状态\nK1,X,存续\nK2,Y,注销\n", encoding="utf-8"
    )
    (use,) = yaml.safe_load(propose(tmp_path, "客户.csv"))["tables"]["customers"]
    assert "mapping" not in use


# ---- running it again ---------------------------------------------------------------------------------------------


def test_strange_headers_stay_headers(tmp_path: Path) -> None:
    """Headers are other people's text: no line break, quote or mark of YAML in them may become part of the file."""
    headers = [
        "customer_id",
        "a: b",
        "# c",
        "- d",
        "{e}",
        "'f",
        '"g',
        "yes",
        "h\u2028i",
        "j\nk: l",
        "客户等级",
    ]
    line = ",".join('"' + header.replace('"', '""') + '"' for header in headers)
    (tmp_path / "customers.csv").write_text(f"{line}\n" + ",".join("12345678901") + "\n", encoding="utf-8")
    (use,) = yaml.safe_load(propose(tmp_path, "customers.csv"))["tables"]["customers"]
    assert use["columns"] == {"customer_id": "customer_id", "客户等级": "grade"}


def test_running_again_changes_nothing(desk: Path) -> None:
    first = propose(desk, "客户.csv", "订单.csv")
    assert propose(desk, "客户.csv", "订单.csv") == first


def test_edits_and_comments_stay_and_what_is_new_is_added(desk: Path) -> None:
    text = propose(desk, "客户.csv")
    edited = text.replace("company: {zh: 甲, en: 甲}", "company: {zh: 乙, en: B}  # 我改的").replace(
        "    - file: 客户.csv", "    # 分析员：以此为准\n    - file: 客户.csv"
    )
    assert edited.count("我改的") == edited.count("分析员") == 1
    (desk / "a.yaml").write_text(edited, encoding="utf-8")
    (desk / "客户.csv").write_text(CUSTOMERS.replace("编外栏", "行业"), encoding="utf-8")
    mapped(desk, "客户.csv", "订单.csv", "--out", "a.yaml")
    again = (desk / "a.yaml").read_text(encoding="utf-8")
    lines = iter(again.split("\n"))
    assert all(any(line == other for other in lines) for line in edited.rstrip("\n").split("\n"))
    data = yaml.safe_load(again)
    assert data["company"] == {"zh": "乙", "en": "B"}
    assert [one["file"] for one in data["tables"]["orders"]] == ["订单.csv"]


def test_a_new_column_is_added_to_the_columns(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id,name\n1,A\n2,B\n", encoding="utf-8")
    text = propose(tmp_path, "customers.csv").replace("name: name ", "name: former_name ")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "customers.csv").write_text("customer_id,name,city\n1,A,X\n2,B,Y\n", encoding="utf-8")
    mapped(tmp_path, "customers.csv", "--out", "a.yaml")
    (use,) = yaml.safe_load((tmp_path / "a.yaml").read_text(encoding="utf-8"))["tables"]["customers"]
    assert use["columns"] == {"customer_id": "customer_id", "name": "former_name", "city": "city"}


@pytest.mark.parametrize(
    "written",
    [
        "  orders: old.csv",
        "  orders:\n    file: old.csv  # mine\n    encoding: utf-8",
        "  orders:\n  - old.csv",
        "  orders:\n    - {file: old.csv}",
    ],
    ids=["name", "mapping", "list", "flow"],
)
def test_a_file_is_added_to_a_table_however_it_is_written(desk: Path, written: str) -> None:
    (desk / "a.yaml").write_text(
        f"company: 甲\nas_of: 2026-06-30\ntables:\n  customers: 客户.csv\n{written}\n# the end\n",
        encoding="utf-8",
    )
    mapped(desk, "订单.csv", "--out", "a.yaml")
    text = (desk / "a.yaml").read_text(encoding="utf-8")
    orders = yaml.safe_load(text)["tables"]["orders"]
    assert [one if isinstance(one, str) else one["file"] for one in orders] == ["old.csv", "订单.csv"]
    assert "# the end" in text
    assert ("# mine" in text) == ("# mine" in written)


def test_a_file_that_a_remark_speaks_of_is_still_added(desk: Path) -> None:
    """Only an item that was commented out, not any remark, keeps a file from being added; what no table fits is told too."""
    text = "company: 甲\nas_of: 2026-06-30\ntables:\n  customers: 客户.csv\n  # 订单.csv 待补\n"
    (desk / "a.yaml").write_text(text, encoding="utf-8")
    (desk / "别的.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    for _ in range(2):
        mapped(desk, "订单.csv", "别的.csv", "--out", "a.yaml")
        again = (desk / "a.yaml").read_text(encoding="utf-8")
        assert [one["file"] for one in yaml.safe_load(again)["tables"]["orders"]] == ["订单.csv"]
        assert again.count("# - 别的.csv: ") == 1
        assert "# 订单.csv 待补" in again


def test_an_item_that_was_commented_out_stays_out(desk: Path) -> None:
    text = propose(desk, "客户.csv", "订单.csv")
    start = text.index("  orders:")
    out = text[:start] + "".join(f"# {line}\n" for line in text[start:].rstrip().split("\n"))
    (desk / "a.yaml").write_text(out, encoding="utf-8")
    mapped(desk, "客户.csv", "订单.csv", "--out", "a.yaml")
    assert (desk / "a.yaml").read_text(encoding="utf-8") == out


def test_what_cannot_be_added_to_is_left_alone(desk: Path) -> None:
    text = "{company: 甲, as_of: 2026-06-30, tables: {customers: 客户.csv}}\n"
    (desk / "a.yaml").write_text(text, encoding="utf-8")
    done = called("map", "订单.csv", "--out", "a.yaml", cwd=desk)
    assert done.code == 2
    assert "assessment-not-extended" in done.err
    assert (desk / "a.yaml").read_text(encoding="utf-8") == text


def test_an_existing_file_that_is_no_yaml_is_told(desk: Path) -> None:
    (desk / "a.yaml").write_bytes(b"tables: [\xff")
    done = called("map", "订单.csv", "--out", "a.yaml", cwd=desk)
    assert (done.code, "file-not-text" in done.err) == (4, True)


def test_a_file_that_cannot_be_read_is_told_beside_the_proposal_of_the_others(desk: Path) -> None:
    """The proposal is written, and the exit code says that it is not of all files."""
    done = called("map", "订单.csv", "缺.csv", "--out", "a.yaml", cwd=desk)
    assert (done.code, "file-not-found" in done.err) == (4, True)
    assert (desk / "a.yaml").is_file()


# ---- profile ------------------------------------------------------------------------------------------------------


def test_profile_counts_what_a_person_counts(tmp_path: Path) -> None:
    """Five rows; worked out by eye."""
    (tmp_path / "a.csv").write_text(
        "编号,金额,日期,电话,标记\n1,10,2026-01-05,13800000001,x\n2,20,2026-01-06,13800000002,-\n3,３０,2026-02-01,13800000003, y\n4,1000,2026-01-05,,x\n5,坏,,13800000005,x\n",
        encoding="utf-8",
    )
    done = called("profile", "a.csv", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    (part,) = json.loads(done.out)["files"]
    columns = {column["header"]: column for column in part["columns"]}
    assert part["rows"] == 5
    assert part["keys"] == ["编号"]
    amount = columns["金额"]
    assert (amount["kind"], amount["kinds"]) == ("mixed", {"number": 4, "text": 1})
    assert amount["odd"]["wide"] == 1
    date = columns["日期"]
    assert (date["kind"], date["missing"], date["distinct"], date["least"], date["most"]) == (
        "date", 1, 3, "2026-01-05", "2026-02-01",
    )  # fmt: skip
    assert columns["标记"]["missing"] == 1
    assert columns["标记"]["odd"] == {"spaced": 1}
    assert columns["标记"]["frequent"] == [["x", 3], ["y", 1]]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_profile_masks_personal_data(tmp_path: Path, lang: str) -> None:
    """By the header (a personal field), and by the look of the values whatever the header."""
    (tmp_path / "a.csv").write_text(
        "客户编号,法定代表人,甲\nK1,王小明,13800000001\nK2,李小红,13900000002\n", encoding="utf-8"
    )
    done = called("profile", "a.csv", cwd=tmp_path, lang=lang)
    assert done.code == 0, done.err
    for value in ("王小明", "李小红", "13800000001", "13900000002"):
        assert value not in done.out
    assert "王***" in done.out and "K1" in done.out
    assert ("已遮蔽" if lang == "zh" else "masked") in done.out


def test_profile_of_many_rows_looks_at_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts are of all rows; frequent values of a share of them, and said to be."""
    from rulescore.profiling import columns

    monkeypatch.setattr(columns, "SAMPLED", 10)
    (tmp_path / "a.csv").write_text(
        "id,n\n" + "".join(f"K{i},{i}\n" for i in range(1, 101)), encoding="utf-8"
    )
    (part,) = json.loads(called("profile", "a.csv", "--json", cwd=tmp_path).out)["files"]
    number = part["columns"][1]
    assert (part["rows"], number["least"], number["most"]) == (100, "1", "100")
    assert (number["sampled"], number["distinct"]) == (True, 10)


def test_profile_of_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    done = called("profile", "a.pdf", cwd=tmp_path)
    assert (done.code, "unknown-format" in done.err) == (4, True)


# ---- the page of inputs -------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = {"en": ROOT / "rulesets" / "inputs.md", "zh": ROOT / "rulesets" / "inputs.zh.md"}


def fenced(language: str, kind: str) -> list[str]:
    """The fenced blocks of a kind in the section about `map`."""
    text = PAGES[language].read_text(encoding="utf-8")
    section = next(part for part in text.split("\n## ") if "`map`" in part.split("\n")[0])
    return [block.split("\n", 1)[1] for block in section.split("```")[1::2] if block.startswith(kind)]


def test_the_page_of_inputs_can_be_followed(tmp_path: Path) -> None:
    """Guards the manual: its commands run one after the other, and are the same in both languages."""
    assert fenced("en", "sh") == fenced("zh", "sh") != []
    assert fenced("en", "yaml") == fenced("zh", "yaml") != []
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    for line in "".join(fenced("en", "sh")).splitlines():
        done = called(*line.split()[1:], cwd=tmp_path)
        assert done.code == 0, done.err
    assert (tmp_path / "mapped" / "run" / "scores.csv").is_file()


def test_every_known_export_is_in_the_manual() -> None:
    from rulescore.readers.mappings import shipped_ids

    for page in PAGES.values():
        text = page.read_text(encoding="utf-8")
        assert [name for name in shipped_ids() if f"`{name}`" not in text] == []
