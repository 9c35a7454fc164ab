"""Playing the conversation without any platform: a session in memory, transcripts, and a machine that walks it all."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import get_args

import yaml

from flows.engine import take_turn
from flows.hours import TOKYO
from flows.model import (
    SILENT,
    Ask,
    Book,
    Branch,
    Button,
    Check,
    Desks,
    Event,
    EventKind,
    Input,
    Listen,
    Place,
    Practice,
    Remind,
    Reply,
    State,
    Step,
    Tap,
    Target,
    Turn,
    Typed,
)
from flows.reading import limits
from flows.talking.talk import Talk


def moment(text: str) -> datetime:
    """A moment written as `2026-11-22 23:10`, in Asia/Tokyo. Raises ValueError on anything else."""
    return datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=TOKYO)


class Session:
    """One person's conversation, kept in memory. Between any two turns the state passes through JSON."""

    def __init__(self, book: Book, now: datetime) -> None:
        self.book = book
        self.now = now
        self.state: State | None = None
        self.shown: dict[str, Button] = {}  # label → the newest button that was shown with it
        self.choices: tuple[str, ...] = ()  # labels of the newest reply

    def send(self, input: Input) -> Turn:
        """One turn."""
        turn = take_turn(self.book, self.state, input, self.now)
        self.state = None if turn.erase else State.from_dict(json.loads(json.dumps(turn.state.to_dict())))
        self.shown.update((button.label, button) for button in turn.reply.choices)
        self.choices = tuple(button.label for button in turn.reply.choices)
        return turn

    def type(self, text: str) -> Turn:
        """Types a text."""
        return self.send(Typed((text,)))

    def tap(self, label: str) -> Turn:
        """Taps the newest button with this label, of this or any earlier reply; an unknown label is text."""
        button = self.shown.get(label)
        return self.send(button.tap) if button else self.type(label)


# ---------------------------------------------------------------------------------------------- the walk


@dataclass
class Walk:
    """What a machine reached, and what went wrong on the way."""

    book: Book
    reached: set[Target] = field(default_factory=set)
    taken: set[tuple[Target, str]] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    states: list[State] = field(default_factory=list)  # one for each situation met
    turns: int = 0

    def steps(self) -> list[Target]:
        """Every step of the book."""
        return [Target(flow.id, step) for flow in self.book.flows.values() for step in flow.steps]

    def choices(self) -> list[tuple[Target, str]]:
        """Every choice a writer wrote."""
        return [
            (target, choice) for target in self.steps() for choice in written_choices(self.book.step(target))
        ]

    def missing(self) -> list[str]:
        """Steps and choices that nothing led to."""
        steps = [str(target) for target in self.steps() if target not in self.reached]
        choices = [f"{target}.{id}" for target, id in self.choices() if (target, id) not in self.taken]
        return steps + choices


def written_choices(step: Step | None) -> Iterator[str]:
    """Ids of the choices that a step's writer gave it."""
    match step:
        case Ask() | Listen() | Desks():
            yield from (choice.id for choice in step.choices)
        case Check():
            yield from (item.id for item in step.items)
        case Practice():
            yield from (option.id for option in step.options)
        case Remind():
            yield from (when.id for when in step.times)
        case _:
            return


Key = tuple[object, ...]


def walk(book: Book, now: datetime) -> Walk:
    """Plays every branch from the greeting, breadth first, by the labels that a person sees.

    Two conversations that stand at the same step with the same voice, the same way back and the same answers to
    what that flow branches on count as one; of every list of places only the first and the last are taken. It is
    walked as on trial and as live.

    Args:
        book: the content.
        now: the moment in which all of it happens.
    """
    result = Walk(book)
    seen: set[Key] = set()
    waiting: deque[tuple[Book, State]] = deque()

    def visit(book: Book, state: State | None, input: Input) -> None:
        turn = take_turn(book, state, input, now)
        result.turns += 1
        _note_turn(result, turn, input)
        fresh = State.from_dict(json.loads(json.dumps(turn.state.to_dict())))
        key = _key(book, fresh, now)
        if key not in seen and not turn.erase:
            seen.add(key)
            waiting.append((book, fresh))
            result.states.append(fresh)

    anywhere, listening, in_danger = _sentences()
    for trial in (True, False):
        start = replace(book, about=replace(book.about, trial=trial))
        for event in (kind for kind in get_args(EventKind) if kind not in SILENT):
            visit(start, None, Event(event))
        for text in anywhere:
            visit(start, None, Typed((text,)))
    typing, heard = len(waiting), set[Target]()
    while waiting:
        start, state = waiting.popleft()
        reply = take_turn(start, state, Event("media"), now).reply  # shows the present choices again
        for button in _worth_tapping(start, state, reply):
            visit(start, state, button.tap)
        typing -= 1
        for text in anywhere if typing > 0 else ():
            visit(start, state, Typed((text,)))
            visit(start, state, Event("follow"))
        here = Target(state.at.flow, state.at.step)
        if here not in heard:
            heard.add(here)
            typed = listening if isinstance(book.step(here), Listen) else []
            for text in (*typed, *(in_danger if here.flow == book.phrases.entries["fine"].flow else ())):
                visit(start, state, Typed((text,)))
    return result


def _sentences() -> tuple[list[str], list[str], list[str]]:
    """What is typed at the first questions, at every question that listens, and in the talk about danger."""
    data = yaml.safe_load(Path(__file__).with_name("walk_sentences.yaml").read_text(encoding="utf-8"))
    return data["anywhere"], data["listening"], data["in_danger"]


def _note_turn(result: Walk, turn: Turn, input: Input) -> None:
    here = Target(turn.trace.flow, turn.trace.step)
    result.reached.update(turn.trace.visited)
    if isinstance(input, Tap) and input.flow:
        result.taken.add((Target(input.flow, input.step), input.choice))
    reply = turn.reply
    if not reply.messages or not reply.choices:
        result.faults.append(f"{here}: nothing is said or nothing can be tapped")
    if len(reply.messages) > limits.MESSAGES:
        result.faults.append(f"{here}: {len(reply.messages)} messages")
    if len(reply.choices) > limits.LINE_QUICK_REPLIES:
        result.faults.append(f"{here}: {len(reply.choices)} choices")
    for button in reply.choices:
        if limits.graphemes(button.label) > limits.LINE_LABEL:
            result.faults.append(f"{here}: label too long: {button.label}")
        if len(button.tap.encode()) > limits.DISCORD_CUSTOM_ID:
            result.faults.append(f"{here}: button data too long: {button.tap.encode()}")


def _key(book: Book, state: State, now: datetime) -> Key:
    at = state.at
    step = book.step(Target(at.flow, at.step))
    if isinstance(step, Place) and at.detail:
        return (at.flow, at.step, at.detail)  # the map of the country is walked once
    detail: object = (
        at.detail if isinstance(step, Place | Practice) else bool(at.detail and isinstance(step, Check))
    )
    talk = Talk.of(book, state, now)
    known = tuple(talk.known(on) for on in _branches(book, at.flow))
    return (at.flow, at.step, at.voice, at.language, detail, *(frame.flow for frame in at.stack[-1:]), known)


def _branches(book: Book, flow: str) -> list[str]:
    steps = book.flows[flow].steps.values() if flow else ()
    return sorted({step.by for step in steps if isinstance(step, Branch)})


def _worth_tapping(book: Book, state: State, reply: Reply) -> list[Button]:
    """All buttons; of a check that has ticks only the end, of a list of places only the first and the last."""
    step = book.step(Target(state.at.flow, state.at.step))
    buttons = list(reply.choices)
    if isinstance(step, Check) and state.at.detail:
        return [button for button in buttons if button.tap.choice == "-done"]
    if isinstance(step, Place) and state.at.detail:
        own = [button for button in buttons if button.tap.flow]
        return [button for button in buttons if button not in own[1:-1]]
    return buttons
