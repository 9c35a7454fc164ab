"""The arrows between the rooms: who may import whom, and that the house is as the docs draw it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

#: Outside packages that only some rooms may know.
ROOMS = {
    "linebot": ("bot/line/",),
    "discord": ("bot/discord/",),
    "sqlalchemy": (
        "bot/store.py",
        "bot/database.py",
        "bot/versions.py",
        "bot/consents.py",
        "bot/totals.py",
        "bot/doctor.py",
        "bot/migrations/",
    ),
    "aiohttp": ("bot/web/", "bot/line/", "bot/discord/", "bot/process.py", "bot/doctor.py"),
}
#: What would make the inside depend on a moment, a machine or a platform.
OUTSIDE = {"asyncio", "aiohttp", "socket", "os", "sqlalchemy", "linebot", "discord", "bot", "random", "time"}


#: Where tables of characters and a notation for reading Japanese stand.
TABLES = ("normalise.py", "choosing.py", "spelling.py", "hours.py", "mentions.py")


def modules(folder: str) -> Iterator[Path]:
    """The Python files of a room."""
    yield from sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """First names of everything that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_the_inside_knows_nothing_of_the_outside() -> None:
    for path in modules("flows"):
        assert not imported(path) & OUTSIDE, f"{path.relative_to(ROOT)} imports {imported(path) & OUTSIDE}"


def test_nothing_inside_asks_the_clock() -> None:
    for path in modules("flows"):
        found = re.findall(r"\.(?:now|today|utcnow)\(", path.read_text(encoding="utf-8"))
        assert not found, path.relative_to(ROOT)


@pytest.mark.parametrize("package", ROOMS)
def test_each_library_has_its_rooms(package: str) -> None:
    for path in modules("bot"):
        name = path.relative_to(ROOT).as_posix()
        if package in imported(path):
            assert name.startswith(ROOMS[package]), name


def test_japanese_for_people_stands_in_content() -> None:
    """Only the wording of problems and tables of characters are Japanese in Python (and comments and docs)."""
    japanese = re.compile(r"[぀-ヿ一-鿿]{6,}")
    for room in ("flows", "bot"):
        for path in modules(room):
            if path.name == "problems.py" or path.name in TABLES:
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            docstrings = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and id(node) not in docstrings
                ):
                    assert not japanese.search(node.value), (
                        path.relative_to(ROOT),
                        node.lineno,
                        node.value[:30],
                    )


def test_no_file_outgrows_its_room_without_a_reason() -> None:
    for room in ("bot", "flows", "tests"):
        for path in modules(room):
            text = path.read_text(encoding="utf-8")
            if len(text.splitlines()) > 300:
                docstring = ast.get_docstring(ast.parse(text)) or ""
                assert "lines" in docstring, (
                    f"{path.relative_to(ROOT)}: over 300 lines, and no reason in its docstring"
                )


def test_the_architecture_page_names_what_is_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = page.split("```")[1]
    room = ""
    for line in drawing.splitlines():
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        words = re.split(r"\s{2,}", line.strip())[0].split()
        if indent == 0:
            room = words[0]
        for word in words:
            path = ROOT / (room if indent == 0 else room + word)
            assert path.exists(), f"docs/architecture.md names {path.relative_to(ROOT)}"
    for room in ("bot", "flows"):
        named = drawing[drawing.index(f"\n{room}/") :]
        for path in modules(room):
            top = path.relative_to(ROOT / room).parts[0]
            if not top.startswith("__"):
                assert top in named, f"docs/architecture.md does not name {room}/{top}"
