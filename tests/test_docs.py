"""What the docs say is there."""

from __future__ import annotations

import re
from datetime import date

from bot.__main__ import app
from bot.settings import Settings
from flows.__main__ import app as flows_app
from flows.listing.report import report
from tests.support import ROOT, book

PAGES = ["README.md", *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]


def test_every_setting_is_in_the_example_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"(?m)^#? ?([A-Z][A-Z_]+)=", text))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_command_in_the_docs_exists() -> None:
    known = {
        "bot": {
            command.name or (command.callback and command.callback.__name__)
            for command in app.registered_commands
        }
        | {group.name for group in app.registered_groups},
        "flows": {
            command.name or (command.callback and command.callback.__name__)
            for command in flows_app.registered_commands
        },
    }
    found = 0
    for page in [*PAGES, "content/README.md", "Procfile", "Makefile"]:
        text = (ROOT / page).read_text(encoding="utf-8")
        for package, command in re.findall(r"python3? -m (bot|flows) ([a-z]+)", text):
            assert command in known[package], (page, command)
            found += 1
    assert found > 5


def test_every_word_of_make_in_the_docs_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    for page in PAGES:
        for word in re.findall(r"`?make ([a-z]+)`?", (ROOT / page).read_text(encoding="utf-8")):
            if word not in ("of",):
                assert word in targets, (page, word)


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
