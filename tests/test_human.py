"""人と話したい: a desk that is open now, then the operator's own hours; and when a closed desk opens next."""

from __future__ import annotations

from datetime import datetime

import pytest

from flows.engine import take_turn
from flows.loader import Mode, load_book
from flows.model import Typed
from tests.support import SUNDAY_NIGHT, TUESDAY_NOON, book, bundle

ABOUT = "operator: NPO ともしび\ncontact: 000-000-0000\nstaffed: 平日の10時から16時\n"


@pytest.mark.parametrize("mode", ["standard", "municipal"])
@pytest.mark.parametrize("now", [SUNDAY_NIGHT, TUESDAY_NOON], ids=["night", "noon"])
def test_open_desks_come_first_then_the_operator(mode: Mode, now: datetime) -> None:
    live = load_book({**bundle(), "about.yaml": ABOUT}, mode=mode)
    said = take_turn(live, None, Typed(("人と話したい",)), now).reply.messages
    desks = next(n for n, one in enumerate(said) if one.cards)
    own = next(n for n, one in enumerate(said) if "平日の10時から16時" in one.text)
    assert desks < own
    assert "000-000-0000" in said[own].text
    assert any("いま話せます" in line for line in said[desks].cards[0].lines)


def test_a_bot_on_trial_names_no_hours_of_its_own() -> None:
    said = take_turn(book(), None, Typed(("人と話したい",)), TUESDAY_NOON).reply.messages
    assert said[-1].cards


def test_on_a_sunday_night_the_desk_of_a_town_tells_when_it_opens() -> None:
    turn = take_turn(book(), None, Typed(("人と話したい",)), SUNDAY_NIGHT)
    for text in ("近くの窓口も見る", "岐阜市", "電話"):
        turn = take_turn(book(), turn.state, Typed((text,)), SUNDAY_NIGHT)
    cards = [card for one in turn.reply.messages for card in one.cards]
    assert any("いま話せます" in line for line in cards[0].lines)
    assert any("次は 11月24日 火曜 8:45から" in line for card in cards for line in card.lines)
