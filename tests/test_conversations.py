"""The transcripts are what the bot says today, and together they show every step of the conversations."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import transcripts
from flows.model import Turn
from tests.support import ROOT, book, walked

FILES = sorted((ROOT / "tests" / "conversations").glob("*.yaml"))
#: Said only once an operator's name stands in about.yaml.
LIVE = ("greeting.hello_live", "greeting.about_live")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_transcript_is_what_the_bot_says(path: Path) -> None:
    transcript = transcripts.read(path)
    for written, (line, _) in zip(transcript.talk, transcripts.replay(book(), transcript), strict=True):
        assert line == written, f"python -m flows replay --update {path}"


def test_together_they_show_every_step() -> None:
    turns: list[Turn] = []
    for path in FILES:
        turns += [turn for _, turn in transcripts.replay(book(), transcripts.read(path))]
    seen = transcripts.visited(turns)
    missing = {str(target) for target in walked().steps() if target not in seen}
    assert missing == set(LIVE)


def test_the_walk_reaches_every_step_and_choice_without_a_fault() -> None:
    assert walked().missing() == []
    assert walked().faults == []
