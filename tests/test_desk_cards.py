"""Cards of the real desks: the number on its own line, hours, costs and dates in words."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.desks import (
    DESK_PLACEHOLDERS,
    DESK_WORDS,
    as_of,
    card,
)
from flows.hours import TOKYO
from flows.listing.cards import moment
from tests.desk_needs import (
    MOMENTS,
    NEW_YEAR_NIGHT,
    TUESDAY_NOON,
    directory,
)

# ---------------------------------------------------------------------------------------------- cards


TEMPLATES = {
    "open_always": "open always",
    "open_until": "open until {when}",
    "closed_opens": "opens {when}",
    "not_known": "not known",
    "same_day": "{time}",
    "tomorrow": "tomorrow {weekday} {time}",
    "this_week": "{weekday} {time}",
    "some_day": "{month}/{day} {weekday} {time}",
    "checked": "checked {year}/{month}/{day}",
    "address": "at {address}",
    "email": "mail {email}",
    "fax": "fax {fax}",
}


def word(key: str) -> str:
    assert key in DESK_WORDS
    assert set(re.findall(r"\{(\w+)\}", TEMPLATES.get(key, ""))) <= set(DESK_PLACEHOLDERS)
    return TEMPLATES.get(key, key)


def lines(id: str, now: datetime = TUESDAY_NOON) -> list[str]:
    return list(card(as_of(directory().by_id[id], now), now, word).lines)


def links(id: str) -> list[str]:
    return [link.url for link in card(as_of(directory().by_id[id], TUESDAY_NOON), TUESDAY_NOON, word).links]


def test_a_card_says_all_one_needs_to_call() -> None:
    assert lines("yorisoi-338")[1:] == [
        "0120-279-338",
        "open always",
        "cost_free",
        "family_alone",
        directory().by_id["yorisoi-338"].first,
        "checked 2026/11/23",
    ]
    assert links("yorisoi-338") == ["tel:0120279338", "https://www.since2011.net/yorisoi/"]


def test_a_card_of_a_local_desk_has_its_place_and_other_contacts() -> None:
    desk = next(desk for desk in directory().by_id.values() if desk.email and desk.fax and desk.address)
    found = lines(desk.id)
    assert {desk.contact, f"at {desk.address}", f"mail {desk.email}", f"fax {desk.fax}"} <= set(found)


def test_hours_in_words() -> None:
    assert "opens 16:00" in lines("inochinodenwa-free")
    assert "open until tomorrow wednesday 8:00" in lines(
        "inochinodenwa-free", datetime(2026, 11, 10, 9, 0, tzinfo=TOKYO)
    )
    assert "open until 17:45" in lines("center-30")
    assert "opens 1/4 monday 9:00" in lines("center-30", datetime(2026, 12, 28, 18, 0, tzinfo=TOKYO))
    assert "opens monday 9:00" in lines("center-30", NEW_YEAR_NIGHT)


@pytest.mark.parametrize("id", ["shohisha-188", "town-01100", "ikizurabit", "kodoku-9999", "childline-chat"])
@pytest.mark.parametrize("now", [NEW_YEAR_NIGHT, TUESDAY_NOON])
def test_unknown_hours_are_never_called_open(id: str, now: datetime) -> None:
    found = lines(id, now)
    assert "not known" in found
    assert not [line for line in found if "open" in line]


def test_links_open_what_they_name() -> None:
    assert links("police-9110")[0] == "tel:%239110"
    assert links("anata-no-ibasho") == ["https://talkme.jp/"]
    assert links("ikizurabit")[0] == "https://line.me/R/ti/p/%40yorisoi-chat"
    assert links("page-40130") == ["https://www.city.fukuoka.lg.jp/"]
    for desk in directory().by_id.values():
        for url in links(desk.id):
            assert re.fullmatch(r"tel:(%23)?\d+|https?://\S+", url), desk.id


def test_old_checks_and_old_sources_are_told() -> None:
    assert "stale" not in lines("yorisoi-338", datetime(2027, 11, 23, 23, 59, tzinfo=TOKYO))
    assert "stale" in lines("yorisoi-338", datetime(2027, 11, 24, 0, 0, tzinfo=TOKYO))
    assert "stale" not in lines("shohisha-188", datetime(2032, 1, 1, tzinfo=TOKYO))
    assert "confirm" not in lines("yorisoi-338")  # source of 2025-12
    assert "confirm" in lines("police-8103")  # source of 2020
    assert "confirm" in lines("town-01100")  # undated
    assert "confirm" in lines("yorisoi-338", datetime(2028, 12, 27, tzinfo=TOKYO))


@given(st.sampled_from(sorted(directory().by_id)), MOMENTS)
@settings(max_examples=200, deadline=None)
def test_the_number_stands_alone_on_its_line(id: str, now: datetime) -> None:
    desk = directory().by_id[id]
    shown = card(as_of(desk, now), now, word)
    assert shown.title == desk.name
    assert shown.lines[0] == desk.about
    assert shown.links
    assert desk.contact.startswith("http") or shown.lines[1] == desk.contact


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-24 16:00", "16:00"),
        ("2026-11-25 00:00", "tomorrow wednesday 0:00"),
        ("2026-11-25 09:05", "tomorrow wednesday 9:05"),
        ("2026-11-30 09:00", "monday 9:00"),
        ("2026-12-01 09:00", "12/1 tuesday 9:00"),
    ],
)
def test_moments_in_words(at: str, said: str) -> None:
    assert moment(datetime.fromisoformat(at).replace(tzinfo=TOKYO), TUESDAY_NOON, word) == said
