"""`python -m bot desks`: what the find-a-center conversation would offer, with the same functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from flows.desks import Need, Offered, as_of, card, choose, fitting
from flows.model import Book, Desks
from flows.places import Area, find_places


class UnknownDesk(Exception):
    """No desk that may be shown has this id."""


def places(book: Book, text: str | None) -> tuple[Area, ...]:
    """The places that a text means; several when it is ambiguous."""
    return find_places(book.gazetteer, text, asked=True, postal=book.postal) if text else ()


def desks(
    book: Book,
    now: datetime,
    areas: Sequence[Area] = (),
    who: Literal["self", "family"] = "self",
    by: str | None = None,
    *,
    everything: bool = False,
) -> Sequence[Offered]:
    """The best three desks, or every desk that fits.

    Args:
        book: the content.
        now: an aware datetime.
        areas: where; used when it is one place, as the conversation asks back otherwise.
        who: for whom.
        by: phone, chat, visit or mail.
        everything: all that fits, with the other ways.
    """
    place = areas[0].code if len(areas) == 1 else None
    need = Need(_topics(book), who, by, place)
    if everything:
        return fitting(book.directory, need, now)
    return choose(book.directory, need, now).offered


def desk(book: Book, id: str, now: datetime) -> Offered:
    """One desk by its id. Raises UnknownDesk."""
    if id not in book.directory.by_id:
        raise UnknownDesk(id)
    return as_of(book.directory.by_id[id], now)


def as_json(areas: Sequence[Area], found: Sequence[Offered]) -> dict[str, Any]:
    """The answer as the contract writes it."""
    return {"places": [area.full_name for area in areas], "desks": [_json(one) for one in found]}


def as_text(book: Book, areas: Sequence[Area], found: Sequence[Offered], now: datetime) -> Iterator[str]:
    """The answer as people read it: places, then cards."""

    def word(name: str) -> str:
        return book.phrases.desks[name].of("person", "ja")[0]

    yield from (area.full_name for area in areas)
    for one in found:
        shown = card(one, now, word)
        yield ""
        yield from (
            shown.title,
            *(f"  {line}" for line in shown.lines),
            *(f"  {link.url}" for link in shown.links),
        )


def _topics(book: Book) -> frozenset[str]:
    """The topics of the conversation that asks for the place."""
    steps = book.flows[book.phrases.entries["place"].flow].steps.values()
    return frozenset(topic for step in steps if isinstance(step, Desks) for topic in step.topics)


def _json(one: Offered) -> dict[str, Any]:
    found = one.desk
    return {
        "id": found.id,
        "name": found.name,
        "channel": found.channels[0],
        "contact": found.contact,
        "open": one.open,
        "until": one.until.isoformat() if one.until else None,
        "opens": one.opens.isoformat() if one.opens else None,
        "checked_on": found.checked_on.isoformat(),
        "url": found.url,
    }
