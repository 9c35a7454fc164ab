"""Commands as people type them (tests/understanding/commands.yaml): the whole text is the command, or it is none."""

from __future__ import annotations

import yaml

from flows.hearing.lexicon import COMMANDS
from flows.understand import understand
from tests.support import ROOT, book

FILE = ROOT / "tests" / "understanding" / "commands.yaml"
#: Only in the talk about danger (tests/test_danger.py).
IN_DANGER = {"hard", "fine"}


def test_commands_are_the_whole_text_and_nothing_else_is_one() -> None:
    labelled: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert set(labelled) | IN_DANGER == {*COMMANDS, "none"}
    wrong = {
        text: command
        for wanted, texts in labelled.items()
        for text in texts
        if (command := understand(book(), [text]).command or "none") != wanted
    }
    assert wrong == {}
