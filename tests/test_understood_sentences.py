"""Labelled sentences (tests/understanding): the grade, the speaker, the route, the command that each must get.

The sentences and the rules have the same author, so this guards what is understood and measures nothing.
"""

from __future__ import annotations

from typing import Any, get_args

import pytest
import yaml

from flows.hearing.lexicon import COMMANDS, ROUTES
from flows.model import RISKS, Risk, Speaker
from flows.understand import Understanding, understand
from tests.support import ROOT, book

FOLDER = ROOT / "tests" / "understanding"
#: Sentences whose speaker is read rightly, of all; the rest cannot be told without knowing the family.
SPEAKERS_RIGHT = 0.94


def sentences(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def read(*parts: str) -> Understanding:
    return understand(book().lexicon, parts)


def misread(label: Risk, found: Risk) -> bool:
    """Danger may be taken more seriously than it is, but a watch is no emergency, and nothing is nothing."""
    if label == "none":
        return found != "none"
    too_low = RISKS.index(found) < RISKS.index(label)
    return too_low or (label == "watch" and found == "emergency")


@pytest.mark.parametrize("label", RISKS)
def test_every_sentence_gets_its_grade(label: Risk) -> None:
    known: dict[str, Any] = yaml.safe_load((FOLDER / "known_misses.yaml").read_text(encoding="utf-8"))
    found = {text: read(text).risk for texts in sentences(label).values() for text in texts}
    assert {text: risk for text, risk in found.items() if misread(label, risk)} == known.get(label, {})


def test_no_known_danger_is_called_none() -> None:
    for label in ("emergency", "high"):
        for texts in sentences(label).values():
            for text in texts:
                assert read(text).risk in RISKS[1:], text


def test_there_are_enough_different_sentences() -> None:
    counts = {label: sum(len(set(texts)) for texts in sentences(label).values()) for label in RISKS}
    assert sum(counts.values()) >= 1500
    assert counts["none"] >= 600
    assert set(sentences("high")) == set(get_args(Speaker))


def test_speakers() -> None:
    pairs = [
        (read(text), speaker)
        for label in RISKS[1:]
        for speaker, texts in sentences(label).items()
        for text in texts
    ]
    right = sum(heard.speaker == speaker for heard, speaker in pairs)
    assert right / len(pairs) >= SPEAKERS_RIGHT


def test_every_route_is_found() -> None:
    labelled = sentences("routes")
    assert set(labelled) == set(ROUTES)
    wrong = {
        text: read(text).route
        for route, texts in labelled.items()
        for text in texts
        if read(text).route != route
    }
    assert wrong == {}


def test_sentences_with_a_route_hold_no_danger() -> None:
    heard = {text: read(text).risk for texts in sentences("routes").values() for text in texts}
    assert {text: risk for text, risk in heard.items() if risk in ("high", "emergency")} == {}


def test_commands_are_the_whole_text_and_nothing_else_is_one() -> None:
    labelled = sentences("commands")
    assert set(labelled) == {*COMMANDS, "none"}
    wrong = {
        text: read(text).command
        for command, texts in labelled.items()
        for text in texts
        if (read(text).command or "none") != command
    }
    assert wrong == {}
