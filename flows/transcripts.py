"""Transcripts: whole conversations in a file that writers can read, played again and compared word for word.

A file says when it happens, what the person does turn by turn (`type`, `tap`, `event`), and what the bot answers.
`python -m flows replay FILE --update` writes the answers anew after an edit, so that the difference can be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import yaml

from flows.model import Book, Event, EventKind, Input, Target, Turn, Typed
from flows.play import Session, moment

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Transcript:
    """One file: a title, the moment, and the turns."""

    title: str
    now: datetime
    talk: tuple[Line, ...]


def read(path: Path) -> Transcript:
    """The transcript in a file. Raises KeyError or ValueError when it is none."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Transcript(data["title"], moment(data["now"]), tuple(data["talk"]))


def replay(book: Book, transcript: Transcript) -> Iterator[tuple[Line, Turn]]:
    """Plays the person's side; gives each line as it is now, and its turn."""
    session = Session(book, transcript.now)
    for line in transcript.talk:
        if "now" in line:
            session.now = moment(line["now"])
        if "tap" in line and line["tap"] not in session.shown:
            raise ValueError(f"{transcript.title}: nobody was shown 「{line['tap']}」")
        turn = session.tap(line["tap"]) if "tap" in line else session.send(_input(line))
        given: Line = {
            name: line[name] for name in ("now", "type", "tap", "event", "about", "flows") if name in line
        }
        yield {**given, **_answer(turn)}, turn


def write(path: Path, transcript: Transcript, lines: list[Line]) -> None:
    """Writes a transcript with new answers."""
    head = {"title": transcript.title, "now": transcript.now.strftime("%Y-%m-%d %H:%M"), "talk": lines}
    path.write_text(
        yaml.dump(head, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8"
    )


def visited(turns: list[Turn]) -> set[Target]:
    """The steps that these turns went through."""
    return {target for turn in turns for target in turn.trace.visited}


def _input(line: Line) -> Input:
    if "event" in line and line["event"] in get_args(EventKind):
        return Event(line["event"], line.get("about", ""))
    if "type" in line:
        texts = line["type"]
        return Typed((texts,) if isinstance(texts, str) else tuple(texts))
    raise ValueError(f"a line needs type, tap or event: {line}")


def _answer(turn: Turn) -> Line:
    reply = turn.reply
    answer: Line = {"bot": [message.text for message in reply.messages if message.text]}
    cards = [card.title for message in reply.messages for card in message.cards]
    if cards:
        answer["desks"] = cards
    answer["choices"] = [button.label for button in reply.choices]
    if turn.trace.risk != "none":
        answer["risk"] = turn.trace.risk
    return answer


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, choices on one line."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    short = all(isinstance(item, str) and "\n" not in item and len(item) <= 20 for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
