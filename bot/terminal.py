"""`python -m bot chat`: a conversation in the terminal, for people and, with JSON lines, for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TextIO, get_args

from bot.discord import render as discord
from bot.line import render as line
from flows.model import Book, Event, EventKind, Reply, Turn
from flows.play import Session, moment

#: What each platform would be sent; rendering raises when a reply breaks its limits.
RENDER: Mapping[str, Callable[[Reply], object]] = {"line": line.render, "discord": discord.render}


def talk_json(
    book: Book, platform: str, clock: Callable[[], datetime], lines: Iterable[str], out: TextIO
) -> None:
    """One JSON object a line in, one a line out, as `python -m bot chat --json` does.

    Args:
        book: the content.
        platform: `line` or `discord`: every reply must be one that it accepts.
        clock: tells the time until a `now` freezes it.
        lines: JSON objects.
        out: where answers go, flushed line by line.
    """
    session, frozen = Session(book, clock()), False
    for row in lines:
        if not row.strip():
            continue
        try:
            message = json.loads(row)
            if "now" in message:
                session.now, frozen = moment(message["now"]), True
                answer: Mapping[str, Any] = {"replies": []}
            else:
                session.now = session.now if frozen else clock()
                turn = _send(session, message)
                RENDER[platform](turn.reply)
                answer = as_json(turn)
        except (ValueError, TypeError) as error:
            answer = {"error": str(error), "replies": []}
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        out.flush()


def _send(session: Session, message: Mapping[str, Any]) -> Turn:
    match message:
        case {"text": str(text)}:
            return session.type(text)
        case {"tap": str(label)}:
            return session.tap(label)
        case {"event": str(kind)} if kind in get_args(EventKind):
            return session.send(Event(kind, str(message.get("address", ""))))  # type: ignore[arg-type]
        case _:
            raise ValueError(
                'send {"text": …}, {"tap": …}, {"event": "follow"} or {"now": "2026-11-22 23:10"}'
            )


def as_json(turn: Turn) -> dict[str, Any]:
    """A turn as the contract writes it; the choices stand on the last reply."""
    replies = [
        {
            "text": message.text,
            "choices": [],
            "cards": [
                {"title": card.title, "lines": list(card.lines), "links": [link.url for link in card.links]}
                for card in message.cards
            ],
        }
        for message in turn.reply.messages
    ]
    if replies:
        replies[-1]["choices"] = [button.label for button in turn.reply.choices]
    return {"replies": replies, "risk": turn.trace.risk, "flow": turn.trace.flow, "step": turn.trace.step}


def talk_with_person(
    book: Book, platform: str, clock: Callable[[], datetime], lines: Iterable[str], out: TextIO
) -> None:
    """Bubbles and numbered choices; a number or a label taps, anything else is typed.

    Args: as for `talk_json`.
    """
    session = Session(book, clock())
    _show(session.send(Event("follow")), out)
    for row in lines:
        session.now = clock()
        text = row.strip()
        if text:
            turn = session.tap(_label(session, text))
            RENDER[platform](turn.reply)
            _show(turn, out)


def _label(session: Session, text: str) -> str:
    number = int(text) if text.isdecimal() else 0
    return session.choices[number - 1] if 0 < number <= len(session.choices) else text


def _show(turn: Turn, out: TextIO) -> None:
    for message in turn.reply.messages:
        if message.text:
            out.write(f"\n  {message.text.replace(chr(10), chr(10) + '  ')}\n")
        for card in message.cards:
            rows = [card.title, *card.lines, *(link.url for link in card.links)]
            out.write("\n" + "".join(f"  │ {row}\n" for row in rows))
    labels = [f"{number} {button.label}" for number, button in enumerate(turn.reply.choices, 1)]
    out.write("\n  " + " / ".join(labels) + "\n> ")
    out.flush()
