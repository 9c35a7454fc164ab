"""What comes in, what becomes of it, and the content that answers: the seams between adapters, core and engine."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, Protocol

from flows.model import Input, Reply, State, Trace, Turn, Typed

#: `answered`: the turn is committed. `failed`: it broke; an apology is committed. `duplicate`: was handled before.
#: `from_memory`: answered without the store; nothing was kept. `unfinished`: so too, but something must still be
#: done (an erase), so the platform should deliver the event again.
Word = Literal["answered", "failed", "duplicate", "from_memory", "unfinished"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event of one person, as an adapter hands it in.

    Attributes:
        key: the person's pseudonym.
        event_id: the platform's id of the event; the same when it is delivered again.
        input: what was typed, tapped or sent.
        address: what the platform's sender needs to answer; plain JSON.
        received_at: the moment of the turn, aware.
        platform: whose sender answers.
        previous: the pseudonym under the secret before, if there is one.
        reminders: whether something can be sent to this person unasked.
    """

    key: bytes
    event_id: str
    input: Input
    address: Mapping[str, Any]
    received_at: datetime
    platform: str
    previous: bytes | None = None
    reminders: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event. `trace` says why, for those who write content; a duplicate has none."""

    word: Word
    trace: Trace | None = None


class Content(Protocol):
    """One version of the content, ready to talk. It is told everything, awaits nothing, and may raise."""

    @property
    def version(self) -> str:
        """The bundle's version."""
        ...

    def take_turn(self, state: State | None, given: Input, now: datetime, reminders: bool = True) -> Turn:
        """One message in, one reply out. `reminders`: whether something can be sent to this person unasked."""
        ...

    def ask_again(self, state: State, given: Input, now: datetime) -> Turn:
        """A turn of somebody who never got the last reply, so cannot have answered its question: it is put again.

        Risk, global words and taps are met as ever.
        """
        ...

    def from_memory(self, given: Input, now: datetime) -> Reply:
        """The answer while nothing can be kept: risk with its desks, anything else one honest sentence."""
        ...

    def apology(self, state: State | None, now: datetime) -> Reply:
        """Said when a turn broke."""
        ...


@dataclass(eq=False, slots=True)
class Arrival:
    """An incoming on its way through the core.

    Attributes:
        incoming: what came.
        ids: its event id, hashed (see `Keyring.event_ids`).
        since: when it came, in seconds of the event loop's clock.
        outcome: for whoever waits; once it is there, nothing more is sent.
    """

    incoming: Incoming
    ids: tuple[bytes, ...]
    since: float
    outcome: asyncio.Future[Outcome]
    finished: bool = False

    def finish(self, outcome: Outcome) -> None:
        """Tells whoever still waits."""
        self.finished = True
        if not self.outcome.done():  # nobody waits any more
            self.outcome.set_result(outcome)


def taken(queue: deque[Arrival], limit: int, share: int) -> list[Arrival]:
    """Takes arrivals out of a queue, oldest first. Whoever sends more than a share waits; nobody else does.

    Args:
        queue: what waits; keeps the rest in its order.
        limit: arrivals in all.
        share: arrivals of one person.
    """
    found: list[Arrival] = []
    later: list[Arrival] = []
    counts: Counter[bytes] = Counter()
    while queue and len(found) < limit:
        arrival = queue.popleft()
        counts[arrival.incoming.key] += 1
        (found if counts[arrival.incoming.key] <= share else later).append(arrival)
    queue.extendleft(reversed(later))
    return found


def in_turns(arrivals: Iterable[Arrival]) -> list[list[Arrival]]:
    """Arrivals by turns, person by person, in order: texts of one person that wait together are one turn."""
    people: dict[bytes, list[Arrival]] = {}
    for arrival in arrivals:
        people.setdefault(arrival.incoming.key, []).append(arrival)
    turns: list[list[Arrival]] = []
    for theirs in people.values():
        for typed, group in groupby(theirs, lambda arrival: isinstance(arrival.incoming.input, Typed)):
            run = list(group)
            turns += [run] if typed else [[arrival] for arrival in run]
    return turns


def joined(turn: Sequence[Arrival]) -> Input:
    """What the arrivals of one turn say, as one input."""
    inputs = [arrival.incoming.input for arrival in turn]
    if len(inputs) == 1:
        return inputs[0]
    typed = [given for given in inputs if isinstance(given, Typed)]
    return Typed(
        tuple(part for given in typed for part in given.parts),
        tuple(mark for given in typed for mark in given.marks),
    )
