"""A desk as people read it: what it is for, how to reach it, open until or from when, cost, how fresh the facts are.

All wording comes from the `desks:` section of content/phrases.yaml, by the keys in `DESK_WORDS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from flows.hours import TOKYO
from flows.model import Card, Language, Link

if TYPE_CHECKING:
    from flows.desks import Offered
    from flows.listing.directory import Desk, Words

#: A template by its key.
Say = Callable[[str], str]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: Keys of the section `desks:`.
DESK_WORDS = (
    "open_always", "open_until", "closed_opens", "not_known", "any_time", "reply_later",
    "same_day", "tomorrow", "this_week", "some_day", *WEEKDAYS,
    "cost_free", "cost_data", "cost_call", "cost_navi", "cost_differs",
    "family_alone", "first_phone", "first_chat", "first_visit",
    "in_language", "in_japanese", "address", "email", "fax", "checked", "stale", "confirm",
    "call", "chat", "send", "page",
)  # fmt: skip
#: Names that a template may hold between braces.
DESK_PLACEHOLDERS = ("when", "time", "weekday", "year", "month", "day", "address", "email", "fax")


def card(offered: Offered, now: datetime, say: Say, language: Language = "ja") -> Card:
    """A card for one desk.

    Args:
        offered: the desk and what is known of its hours at `now`.
        now: an aware datetime.
        say: gives the template for a key of `DESK_WORDS` in the language.
        language: of the person.
    """
    desk, now, words = offered.desk, now.astimezone(TOKYO), offered.desk.words(language)
    before = (words.about, *_reach(desk, say))
    lines = (
        *before,
        *_hours(offered, words, now, say),
        *_spoken(desk, language, say),
        *_terms(desk, words, say),
        *_freshness(desk, now, say),
    )
    turn = _turn(offered)
    clock = (len(before), int(turn.timestamp())) if turn else None
    return Card(words.name, lines, tuple(_links(desk, say)), clock)


def moment(at: datetime, now: datetime, say: Say) -> str:
    """A time in words as one says it at `now`: the time alone, tomorrow, with the day of the week, with the date."""
    at, now = at.astimezone(TOKYO), now.astimezone(TOKYO)
    days = (at.date() - now.date()).days
    time = f"{at.hour}:{at.minute:02}"
    key = "same_day" if days == 0 else "tomorrow" if days == 1 else "this_week" if days < 7 else "some_day"
    weekday = say(WEEKDAYS[at.weekday()])
    return _fill(say(key), time=time, weekday=weekday, month=str(at.month), day=str(at.day))


def _fill(template: str, **values: str) -> str:
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def _reach(desk: Desk, say: Say) -> Iterator[str]:
    if not desk.contact.startswith("http"):
        yield desk.contact  # alone on its line, so that it can be copied
    if "visit" in desk.channels and desk.address:
        yield _fill(say("address"), address=desk.address)
    if desk.email and desk.email != desk.contact:
        yield _fill(say("email"), email=desk.email)
    if desk.fax and desk.fax != desk.contact:
        yield _fill(say("fax"), fax=desk.fax)


def _turn(offered: Offered) -> datetime | None:
    """When a desk where people answer closes, or opens next; that is what the line about its hours tells."""
    if not (offered.desk.staffed or offered.desk.kind == "emergency"):
        return None
    return offered.until if offered.open else offered.opens


def _hours(offered: Offered, words: Words, now: datetime, say: Say) -> Iterator[str]:
    desk = offered.desk
    if desk.staffed or desk.kind == "emergency":
        if offered.open is None:
            yield say("not_known")
            if words.hours_note:
                yield words.hours_note
        elif offered.open:
            until = offered.until
            yield _fill(say("open_until"), when=moment(until, now, say)) if until else say("open_always")
        elif offered.opens:
            yield _fill(say("closed_opens"), when=moment(offered.opens, now, say))
    elif desk.kind == "desk":
        yield say("reply_later")
    elif offered.open:
        yield say("any_time")
    elif words.hours_note:
        yield words.hours_note


def _spoken(desk: Desk, language: Language, say: Say) -> Iterator[str]:
    """Whether they speak the language of somebody who may not speak Japanese; 110 and 119 come before that."""
    if desk.kind == "desk" and language != "ja":
        if language in desk.languages:
            yield say("in_language")
        elif language == "en" and "ja" in desk.languages:  # who reads easy Japanese speaks it
            yield say("in_japanese")


def _terms(desk: Desk, words: Words, say: Say) -> Iterator[str]:
    if desk.cost:
        yield say(f"cost_{desk.cost}")
    if desk.family in ("yes", "only"):
        yield say("family_alone")
    if words.first:
        yield words.first
    elif desk.staffed:
        yield say(f"first_{desk.channels[0]}")


def _freshness(desk: Desk, now: datetime, say: Say) -> Iterator[str]:
    if desk.kind == "page":
        return
    today, checked = now.date(), desk.checked_on
    yield _fill(say("checked"), year=str(checked.year), month=str(checked.month), day=str(checked.day))
    if desk.stale(today):
        yield say("stale")
    if desk.source_old(today):
        yield say("confirm")


def _links(desk: Desk, say: Say) -> Iterator[Link]:
    if desk.contact.startswith("http"):
        key = {"chat": "chat", "mail": "send"}.get(desk.channels[0], "page")
        yield Link(say(key), desk.contact)
    elif "@" not in desk.contact:
        yield Link(say("call"), f"tel:{quote(re.sub('[^0-9#]', '', desk.contact))}")
    if desk.url and desk.url != desk.contact:
        yield Link(say("page"), desk.url)
