"""Walking the find-a-center conversation at any place and minute always ends at somebody who answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.desks import as_of
from flows.hours import TOKYO
from flows.model import Tap
from flows.play import Session
from tests.support import book

TOWNS = sorted(code for code in book().gazetteer.areas if not book().gazetteer.wards(code) and len(code) == 5)
MINUTES = 3 * 365 * 24 * 60
START = datetime(2026, 1, 1, tzinfo=TOKYO)


@given(
    town=st.sampled_from(TOWNS),
    minute=st.integers(0, MINUTES),
    voice=st.sampled_from(["自分のこと", "家族や身近な人のこと"]),
    way=st.integers(0, 3),
)
@settings(max_examples=120, deadline=None)
def test_every_path_ends_at_a_desk_that_is_open_and_the_local_one(
    town: str, minute: int, voice: str, way: int
) -> None:
    now = START + timedelta(minutes=minute)
    session = Session(book(), now)
    session.type("最初から")
    session.tap(voice)
    place = book().phrases.entries["place"]
    session.send(Tap(place.flow, place.step, f"-m-{town}"))
    turn = session.tap(session.choices[way])
    assert session.state
    shown = [book().directory.by_id[id] for id in session.state.at.detail.split(",")]
    cards = [card for message in turn.reply.messages for card in message.cards]
    assert [card.title for card in cards] == [desk.name for desk in shown]
    assert any(desk.staffed and as_of(desk, now).open for desk in shown)
    near = set(book().directory.within[town])
    assert any(desk.area & near or desk.kind == "page" for desk in shown)
