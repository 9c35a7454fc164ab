"""Content that somebody wrote to do harm: it is refused with its line, and nothing of it is carried out."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Callable

import pytest

from bot.editing import workbook
from flows.loader import load_book
from flows.problems import ContentError
from tests.support import bundle
from tests.test_workbooks import data

HOSTILE: dict[str, Callable[[], str]] = {
    "lists without end": lambda: "a: " + "[" * 100_000,
    "lists in lists": lambda: "a: " + "[" * 100_000 + "]" * 100_000,
    "tables in tables": lambda: "a: " + "{a: " * 20_000 + "}" * 20_000,
    "deep by columns": lambda: "\n".join(" " * depth + "a:" for depth in range(2000)),
    "lists on one line": lambda: "a:\n " + "- " * 100_000,
    "laughs": lambda: (
        "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}]\n" for n in range(99))
    ),
    "a list in itself": lambda: "a: &a [*a]\n",
    "a merge": lambda: "a: &a {x: y}\nb:\n  <<: *a\n",
    "not printable": lambda: "a: \x00",
    "two documents": lambda: "a: b\n---\na: b\n",
}


def test_hostile_files_are_problems_with_their_lines() -> None:
    files = {f"flows/{name}.yaml": text() for name, text in HOSTILE.items()}
    with pytest.raises(ContentError) as caught:
        load_book({**bundle(), **files})
    told = str(caught.value).splitlines()
    assert [name for name in files if not any(re.match(rf"{name}:[0-9]+: ", line) for line in told)] == []


#: For a field that is a number.
VALUES = ("!!python/object/apply:os.abort []", "9" * 5000)


def test_hostile_values_are_carried_out_by_nobody() -> None:
    for value in VALUES:
        text = bundle()["wording.yaml"].replace("longest_bubble: 150", f"longest_bubble: {value}")
        with pytest.raises(ContentError, match=r"wording\.yaml:[0-9]+: "):
            load_book({**bundle(), "wording.yaml": text})


def test_a_workbook_that_grows_by_entities_is_refused() -> None:
    """What the reader of XML makes of nested entities is bounded, or is an error."""
    names = [f"a{number}" for number in range(12)]
    inner = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise(names))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "xxxxxxxxxx">{inner}]>'.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            text = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                head, _, rest = text.rpartition(b"</sheetData>")
                text = (
                    doctype
                    + head
                    + b'<row r="999"><c t="inlineStr"><is><t>&a11;</t></is></c></row></sheetData>'
                    + rest
                )
            new.writestr(part, text)
    with pytest.raises(ContentError, match=r"a\.xlsx:1: "):
        workbook.read("a.xlsx", out.getvalue())
