"""The content as a workbook and back: what is edited arrives, what is broken is named and changes nothing.

Over 300 lines, because the broken workbooks are read as one table.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook as File
from typer.testing import CliRunner

from bot.__main__ import app
from bot.editing import workbook
from bot.editing.comparing import Difference, compare
from bot.editing.sheets import Workbook, sheets_of
from flows.loader import load_book, read_folder
from flows.problems import ContentError
from tests.support import CONTENT, book, bundle

FLOW, ABOUT, DESKS = "greeting", "運営者", "窓口 national"
TEXT, WELCOME = "文", ("welcome_back", "text", "ja", "1")

DAY = date(2026, 1, 2)  # what a spreadsheet makes of a day that was typed

Edit = Callable[[File], None]


@cache
def exported() -> Workbook:
    """Three sheets of the real content; all of them are exported in the test of the commands."""
    whole = sheets_of(book(), bundle())
    return replace(whole, sheets={title: whole.sheets[title] for title in (FLOW, ABOUT, DESKS)})


@cache
def data() -> bytes:
    return workbook.write(exported())


def edited(edit: Edit) -> bytes:
    file, out = load_workbook(io.BytesIO(data())), io.BytesIO()
    edit(file)
    file.save(out)
    return out.getvalue()


def compared(edit: Edit) -> Difference:
    return compare(exported(), workbook.read("a.xlsx", edited(edit)), load_book)


def column(file: File, sheet: str, heading: str) -> int:
    return next(number for number, cell in enumerate(file[sheet][1], 1) if cell.value == heading)


def row_of(file: File, sheet: str, *values: str) -> int:
    """The first row that has these values, in any cells."""
    known = {"ja": "日本語"}
    wanted = {known.get(value, value) for value in values}
    rows = enumerate(file[sheet].iter_rows(min_row=2, values_only=True), 2)
    return next(number for number, row in rows if wanted <= set(row))


def put(sheet: str, row: tuple[str, ...], heading: str, value: str | int | date | None) -> Edit:
    """Writes one cell."""

    def edit(file: File) -> None:
        file[sheet].cell(row_of(file, sheet, *row), column(file, sheet, heading)).value = value

    return edit


def add(sheet: str, **cells: str) -> Edit:
    """Writes one row below the last."""

    def edit(file: File) -> None:
        page = file[sheet]
        last = max(number for number, row in enumerate(page.iter_rows(values_only=True), 1) if any(row))
        for heading, value in cells.items():
            page.cell(last + 1, column(file, sheet, heading)).value = value

    return edit


def wording(text: str, number: str = "4", **more: str) -> Edit:
    cells = {
        "ステップ": "welcome_back",
        "項目": "text",
        "意味": "話す文",
        "だれに": "みんな",
        "言語": "日本語",
    }
    return add(FLOW, **{**cells, "番号": number, TEXT: text, **more})


# ---------------------------------------------------------------------------------------------- what arrives


def test_nothing_edited_is_no_difference() -> None:
    assert compared(lambda _: None).changes == []


def test_a_sentence_is_changed_at_its_place() -> None:
    found = compared(put(FLOW, WELCOME, TEXT, "こんばんは。\n\n灯です。"))
    assert [(change.sheet, change.about) for change in found.changes] == [(FLOW, "welcome_back text ja")]
    step = load_book(found.files).flows[FLOW].steps["welcome_back"]
    assert "こんばんは。\n\n灯です。" in str(step).replace("\\n", "\n")
    assert {name for name in found.files if found.files[name] != bundle()[name]} == {"flows/greeting.yaml"}


def test_a_wording_more_and_one_less() -> None:
    more = compared(wording("四つめの言いかたです。"))
    assert len(more.changes) == 1
    assert more.changes[0].before is None
    less = compared(put(FLOW, WELCOME, TEXT, None))
    assert less.changes[0].after == ""
    assert less.files["flows/greeting.yaml"].count("\n") == bundle()["flows/greeting.yaml"].count("\n") - 1


def test_a_desk_is_checked_and_another_is_added() -> None:
    def edit(file: File) -> None:
        put(DESKS, ("police-9110",), "checked_on", DAY)(file)
        new = {"id": "new-desk", "show": "no", "name": "新しい窓口", "checked_on": "2026-12-01"}
        add(DESKS, **new)(file)

    found = compared(edit)
    desks = {desk.id: desk for desk in load_book(found.files).directory.rows}
    assert f"{desks['police-9110'].checked_on}" == "2026-01-02"
    assert desks["new-desk"].name == "新しい窓口"
    old, new = bundle()["desks/national.csv"].splitlines(), found.files["desks/national.csv"].splitlines()
    assert len(set(new) - set(old)) == 2


def test_text_that_looks_like_a_formula_is_text() -> None:
    text = "=1+1"
    files = {**bundle(), "about.yaml": f'operator: "{text}"\ncontact: "+81"\nstaffed: "@10"\n'}
    whole = sheets_of(load_book(files), files)
    small = replace(whole, sheets={ABOUT: whole.sheets[ABOUT]})
    written = workbook.write(small)
    page = load_workbook(io.BytesIO(written))[ABOUT]
    cell = page.cell(2, 7)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert b"<f>" not in b"".join(_parts(written))
    assert compare(small, workbook.read("a.xlsx", written), load_book).changes == []


def test_what_was_changed_in_the_files_since_is_kept_and_only_a_true_conflict_is_refused() -> None:
    files = dict(bundle())
    files["about.yaml"] = files["about.yaml"].replace("operator:", "operator: NPO灯 #")
    whole = sheets_of(load_book(files), files)
    now = replace(whole, sheets={title: whole.sheets[title] for title in (FLOW, ABOUT, DESKS)})
    nothing = compare(now, workbook.read("a.xlsx", data()), load_book)
    assert nothing.changes == []
    read = workbook.read("a.xlsx", edited(put(ABOUT, ("operator",), TEXT, "別の団体")))
    with pytest.raises(ContentError, match="書き出したあとに「NPO灯」に変わっています"):
        compare(now, read, load_book)


# ---------------------------------------------------------------------------------------------- what is broken


def headings(sheet: str, old: str, new: str | None) -> Edit:
    def edit(file: File) -> None:
        file[sheet].cell(1, column(file, sheet, old)).value = new

    return edit


def twice(edit: Edit) -> Edit:
    def both(file: File) -> None:
        edit(file)
        edit(file)

    return both


def away(file: File) -> None:
    file[FLOW].delete_rows(row_of(file, FLOW, *WELCOME))


def another(file: File) -> None:
    file.create_sheet("メモ")


def renamed(file: File) -> None:
    file[FLOW].title = "greting"


BROKEN: dict[str, tuple[Edit, str]] = {
    "a formula": (put(FLOW, WELCOME, TEXT, "=A1&A2"), r"シート「greeting」:\d+: 文（G列）: 「=A1&A2」は式です。"),
    "an error value": (put(FLOW, WELCOME, TEXT, "#REF!"), r"文（G列）: 「#REF!」は表計算のエラーです。"),
    "a number for a text": (put(FLOW, WELCOME, TEXT, 119), r"文（G列）: 「119」は、文字ではなく数や日付に"),
    "a phone that lost its zero": (
        put(DESKS, ("police-9110",), "contact", 120279338),
        r"シート「窓口 national」:5: contact（M列）: 「120279338」は、文字ではなく数",
    ),
    "a truth value": (put(DESKS, ("police-9110",), "show", True), r"show（B列）: 「True」は、文字ではなく"),
    "a day in a text": (put(DESKS, ("police-9110",), "name", DAY), r"「2026-01-02」は、文字ではなく"),
    "a sheet that is not ours": (another, r"シート「メモ」:1: このシートは知りません。"),
    "a sheet that is missing": (lambda file: file.remove(file[ABOUT]), r"シート「運営者」:1: シートがありません。"),
    "a sheet with another name": (renamed, r"「greting」:1: このシートは知りません。もしかして「greeting」ですか。"),
    "a column too much": (headings(FLOW, "意味", "いみ"), r"シート「greeting」:1: いみ（C列）: 「いみ」という列は"),
    "a column that is missing": (headings(FLOW, TEXT, None), r"シート「greeting」:1: 「文」の列がありません。"),
    "two columns of a name": (headings(FLOW, "意味", TEXT), r"「文」の列が2つあります。"),
    "a step that does not exist": (
        wording("はい", ステップ="welcome_bakc"),
        r"ステップ（A列）: 「welcome_bakc」はありません。もしかして「welcome_back」ですか。",
    ),
    "a part that does not exist": (wording("はい", 項目="txet"), r"項目（B列）: 「txet」はありません。"),
    "a language that nobody speaks": (wording("はい", 言語="日本"), r"言語（E列）: 「日本」は使えません。"),
    "a number that is skipped": (wording("はい", number="9"), r"番号（F列）: 番号「9」は使えません。1から4までの"),
    "a number that is none": (wording("はい", number="よん"), r"番号（F列）: 番号「よん」は使えません。"),
    "a row twice": (wording("はい", number="3"), r"「welcome_back text ja 3」の行が2つあります。\d+行目にも"),
    "a row that is gone": (away, r"シート「greeting」:1: 「welcome_back text ja」の行がありません。"),
    "everybody and one voice": (wording("はい", "1", だれに="家族"), r"「家族」と、ほかの行の「だれに」が合いません"),
    "a cell only to look at": (put(FLOW, WELCOME, "意味", "あいさつ"), r"意味（C列）: 「あいさつ」に変わっています。"),
    "a desk without an id": (add(DESKS, name="窓口"), r"シート「窓口 national」:\d+: id（A列）: 空です。"),
    "a desk twice": (add(DESKS, id="police-9110", name="窓口"), r"「police-9110」の行が2つあります。5行目にも"),
    "a desk that is gone": (put(DESKS, ("police-9110",), "id", "police-9111"), r"「police-9110」の行がありません。"),
    "a phone that cannot be dialled": (
        put(DESKS, ("police-9110",), "contact", "12-34"),
        r"シート「窓口 national」:5: contact（M列）: 「12-34」: 「12-34」は使えません。",
    ),
    "119 hidden": (put(DESKS, ("fire-119",), "show", "no"), r"id が「fire-119」"),
    "a button too long": (
        put(FLOW, ("voice", "choices.me.label", "ja"), TEXT, "あ" * 21),
        r"シート「greeting」:\d+: 文（G列）: 「ああ.*21文字",
    ),
    "no Japanese": (put(FLOW, ("hello_trial", "text", "ja"), TEXT, None), r"シート「greeting」:\d+: 文（G列）: .*ja"),
    "a placeholder misspelt": (
        put(FLOW, ("hello_live", "text", "ja"), TEXT, "{operater}です。"),
        r"文（G列）: 「\{operater\}です。」: .*もしかして「operator」ですか。",
    ),
    "a word that we do not use": (put(FLOW, WELCOME, TEXT, "甘えです。"), r"「greeting」:\d+: 文（G列）"),
    "two titles": (
        add(FLOW, **{"項目": "title", "意味": "会話の名前", "番号": "2", TEXT: "題"}),
        r"番号（F列）: 番号「2」は使えません。",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workbook_is_refused_with_sheet_row_column_and_remedy(name: str) -> None:
    edit, wanted = BROKEN[name]
    with pytest.raises(ContentError, match=wanted) as caught:
        compared(edit)
    assert all(problem.hint for problem in caught.value.problems)


def _parts(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return [packed.read(name) for name in packed.namelist() if name.endswith(".xml")]


def _without(data: bytes, part: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if part not in name:
                new.writestr(name, old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"\xd0\xcf\x11\xe0" + b"\0" * 600,  # with a password, or .xls
        lambda data: b"id,show\n",
        lambda data: _without(data, "xl/workbook.xml"),
        lambda data: _without(data, "sheet2.xml"),
    ],
)
def test_a_file_that_is_no_workbook_is_named(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ContentError, match=r"a\.xlsx:1: Excelのブック（\.xlsx）として読めません。"):
        workbook.read("a.xlsx", damage(data()))


def test_what_unpacks_without_end_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", bytes(workbook.UNPACKED_BYTES + 1))
    with pytest.raises(ContentError, match="大きすぎます"):
        workbook.read("a.xlsx", out.getvalue())


# ---------------------------------------------------------------------------------------------- the commands


def test_export_edit_import_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, file, again = tmp_path / "content", tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    shutil.copytree(CONTENT, folder)
    monkeypatch.setenv("CONTENT_DIR", str(folder))
    run = CliRunner()
    assert run.invoke(app, ["content", "export", str(file)]).exit_code == 0
    book = load_workbook(file)
    put(FLOW, WELCOME, TEXT, "来てくれて、うれしいです。")(book)
    book.save(file)

    asked = run.invoke(app, ["content", "import", str(file)], input="n\n")
    assert asked.exit_code == 0
    assert "1か所が変わります" in asked.output
    assert "あと: 来てくれて、うれしいです。" in asked.output
    assert read_folder(folder) == bundle()

    assert run.invoke(app, ["content", "import", str(file), "--yes"]).exit_code == 0
    assert "        - 来てくれて、うれしいです。\n" in (folder / "flows/greeting.yaml").read_text(
        encoding="utf-8"
    )
    after = read_folder(folder)
    assert run.invoke(app, ["content", "export", str(again)]).exit_code == 0
    assert (
        run.invoke(app, ["content", "import", str(again), "--yes"]).output == "変わったところはありません。\n"
    )
    assert read_folder(folder) == after
    assert list(folder.rglob("*.new")) == []

    put(FLOW, WELCOME, TEXT, "=1+1")(book)
    book.save(file)
    refused = run.invoke(app, ["content", "import", str(file), "--yes"])
    assert (refused.exit_code, read_folder(folder)) == (1, after)
    assert "は式です" in refused.output
