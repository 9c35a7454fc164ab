"""What the docs say is there."""

from __future__ import annotations

import re
import tomllib
from datetime import date

from typer.core import TyperGroup
from typer.main import get_command

from bot.__main__ import app
from bot.settings import Settings
from flows.__main__ import app as flows_app
from flows.listing.report import report
from tests.pictures import PAGES as pictures_of_docs
from tests.support import ROOT, book

PAGES = ["README.md", *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]

#: Pages in which commands and settings are named.
WITH_COMMANDS = [*PAGES, *(str(path.relative_to(ROOT)) for path in (ROOT / "content").rglob("README.md"))]


def test_every_setting_is_in_the_example_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"(?m)^#? ?([A-Z][A-Z_]+)=", text))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_setting_is_named_in_the_docs_and_nothing_that_is_none() -> None:
    text = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in WITH_COMMANDS)
    named = set(re.findall(r"(?<![A-Za-z0-9_])[A-Z][A-Z_]*[A-Z]\b", text))
    settings = {name.upper() for name in Settings.model_fields}
    assert settings <= named
    assert {name for name in named if "_" in name} <= settings


APPS = {"bot": get_command(app), "flows": get_command(flows_app)}


def unknown_in(package: str, words: list[str]) -> str | None:
    """The first word of a command line that is no command, and no option of the command it is given to."""
    command = APPS[package]
    while words and isinstance(command, TyperGroup):
        name = words.pop(0)
        if name not in command.commands:
            return name
        command = command.commands[name]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    options = (word.strip("[]") for word in words)
    return next((word for word in options if word.startswith("--") and word not in {*known, "--help"}), None)


def test_every_command_and_option_in_the_docs_exists() -> None:
    found = 0
    for page in [*WITH_COMMANDS, "Procfile", "Makefile"]:
        text = (ROOT / page).read_text(encoding="utf-8")
        for package, line in re.findall(r"python3? -m (bot|flows)((?: [^\s`#|>;&）。、]+)+)", text):
            assert unknown_in(package, line.split()) is None, (page, line)
            found += 1
        for line in re.findall(r"`(?:bot )?(run --[^`]+)`", text):
            assert unknown_in("bot", line.split()) is None, (page, line)
        for module in re.findall(r"python3? -m (tests\.[a-z_.]+[a-z])", text):
            path = ROOT / module.replace(".", "/")
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), (page, module)
    assert found > 40


def test_what_is_no_command_is_noticed() -> None:
    assert unknown_in("bot", ["content", "exprot", "a.xlsx"]) == "exprot"
    assert unknown_in("bot", ["content", "publish", "--dry"]) == "--dry"
    assert unknown_in("bot", ["content", "publish", "--dry-run"]) is None


def test_every_picture_in_the_docs_says_what_it_shows() -> None:
    shown = set()
    for page in PAGES:
        for alt, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / page).read_text(encoding="utf-8")):
            assert len(alt) > 5, (page, path)
            shown.add((ROOT / page).parent / path)
    pictures = set((ROOT / "docs" / "ja" / "pictures").glob("*.png"))
    assert pictures <= shown
    assert {path.stem for path in pictures} == set(pictures_of_docs)
    assert all(path.stat().st_size < 100_000 for path in pictures)


def test_every_word_of_make_in_the_docs_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    for page in PAGES:
        for word in re.findall(r"`?make ([a-z]+)`?", (ROOT / page).read_text(encoding="utf-8")):
            if word not in ("of",):
                assert word in targets, (page, word)


def test_a_hoster_takes_a_python_that_the_project_runs_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    least = tuple(map(int, project["requires-python"].removeprefix(">=").split(".")))
    assert tuple(map(int, (ROOT / ".python-version").read_text(encoding="utf-8").split("."))) >= least


def test_every_link_in_the_docs_leads_somewhere() -> None:
    for page in [*PAGES, "content/README.md"]:
        folder = (ROOT / page).parent
        for link in re.findall(
            r"\]\(([^)#\s]+)\)|src=\"([^\"]+)\"", (ROOT / page).read_text(encoding="utf-8")
        ):
            path = link[0] or link[1]
            if not path.startswith("http"):
                assert (folder / path).exists(), (page, path)


def test_no_registry_and_no_path_of_a_machine_is_named() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "pyproject.toml", "Makefile", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--index-url|/work/|/root/", text), name


def test_the_page_of_the_directory_is_what_the_tables_say() -> None:
    page = (ROOT / "docs" / "directory.md").read_text(encoding="utf-8")
    written = re.search(r"--now (\d{4}-\d\d-\d\d) >", page)
    assert written
    lines = report(book().directory, book().gazetteer, date.fromisoformat(written[1]))
    assert page == "\n".join(lines) + "\n"
