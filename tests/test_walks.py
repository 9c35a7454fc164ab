"""Varied people (mis-taps, silence, anger, other languages, long nights): no circle, no block again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import transcripts
from flows.model import Message, Reply, State, Trace, Turn
from tests.support import ROOT, book
from tests.walks import faults

#: Written by hand or by readers who talked to the bot; the tours are a machine's and tap everything there is.
FILES = [
    path
    for path in sorted((ROOT / "tests" / "conversations").glob("*.yaml"))
    if not path.name.startswith("tour_")
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_walk_ends_well(path: Path) -> None:
    transcript = transcripts.read(path)
    assert list(faults(transcripts.replay(book(), transcript))) == []


def _turn(flow: str, *texts: str) -> Turn:
    return Turn(State(), Reply(tuple(map(Message, texts))), Trace(flow=flow))


def test_the_machine_sees_what_goes_wrong() -> None:
    block = (
        "ここで話してくれたことは、ゆっくりでも、ひとことだけでも、そのまま受けとります。急がなくていいです。"
    )
    again = [({"type": "うん"}, _turn("crisis", block)), ({"type": "はい"}, _turn("crisis", block))]
    assert "the same answer again" in next(faults(again))
    often = [({"type": str(n)}, _turn("crisis", *(["はい。"] if n % 2 else []), block)) for n in range(1, 4)]
    assert "said 3 times" in next(faults(often))
    wrong = [
        ({"type": "眠れない", "flows": ["talk_first"]}, _turn("crisis", text))
        for text in ("読みました。", "はい。")
    ]
    assert "2 turns in a row" in next(faults(wrong))
