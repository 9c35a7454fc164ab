"""Turns as plain functions: a batch with what the store knows, and a single one without it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.incoming import Arrival, Content, Incoming, Outcome, Word, in_turns, joined
from bot.logs import fault, log
from bot.parcels import Kind, Parcel, new_id
from bot.records import Person
from bot.store import Changes
from bot.totals import counted
from flows.hours import TOKYO
from flows.model import Input, Later, Reply, Risk, Trace, Turn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """One turn that was run: what becomes of its arrivals, and what is sent once it is committed."""

    turn: Sequence[Arrival]
    outcome: Outcome
    parcel: Parcel | None = None


class Batch:
    """Turns that are committed together.

    Args:
        content: talks.
        people: everybody who was taken; their turns change them.
        known: ids of events that were handled before.
        now: the process's time, aware, in Asia/Tokyo.
        lease_until: the end of the lease of the parcels.
    """

    def __init__(
        self,
        content: Content,
        people: Mapping[bytes, Person],
        known: Collection[bytes],
        now: datetime,
        lease_until: datetime,
    ) -> None:
        self._content = content
        self._people = people
        self._known = set(known)
        self._now = now
        self._lease_until = lease_until
        self.changes = Changes(people=list(people.values()))
        self.done: list[Done] = []

    def run(self, arrivals: Sequence[Arrival]) -> None:
        """Runs the turns of people who were taken; `changes` and `done` say what came of it."""
        fresh = []
        for arrival in arrivals:
            if self._known.isdisjoint(arrival.ids):
                self._known.update(arrival.ids)
                fresh.append(arrival)
            else:
                self.done.append(Done([arrival], Outcome("duplicate")))
        self.changes.events = [arrival.ids[0] for arrival in fresh]
        for turn in in_turns(fresh):
            self._run(turn)

    def _run(self, turn: Sequence[Arrival]) -> None:
        incoming = turn[-1].incoming
        person = self._people[incoming.key]
        try:
            result = self._take_turn(person, joined(turn), incoming)
        except Exception as error:
            log.error("turn", platform=incoming.platform, fault=fault(error))
            self._apologise(turn, person)
            return
        hour = incoming.received_at.astimezone(TOKYO).hour
        self.changes.totals.update(counted(person.state, result, hour))
        if result.erase:
            self._erase(person, incoming.previous)
        else:
            person.state, person.unheard = result.state, False
        if result.later or result.unremind:
            self._remind(incoming, result.later)
        kind: Kind = "erased" if result.erase else "answer"
        self._answer(turn, "answered", result.reply, result.trace, kind)

    def _take_turn(self, person: Person, given: Input, incoming: Incoming) -> Turn:
        now = incoming.received_at
        if person.unheard and person.state:
            return self._content.ask_again(person.state, given, now)
        return self._content.take_turn(person.state, given, now, incoming.reminders)

    def _apologise(self, turn: Sequence[Arrival], person: Person) -> None:
        """What broke may hang on this person's state: a text with risk is answered without it."""
        bare = impromptu(self._content, turn)
        reply = bare.reply
        if bare.risk == "none":
            now = turn[-1].incoming.received_at
            reply = _tried(lambda: self._content.apology(person.state, now)) or reply
        self._answer(turn, "failed", reply, Trace(bare.risk))

    def _erase(self, person: Person, previous: bytes | None) -> None:
        person.state = None
        self.changes.erase.update(filter(None, (person.key, previous)))
        self._drop(person.key, ("answer", "erased", "reminder"))

    def _remind(self, incoming: Incoming, later: Sequence[Later]) -> None:
        """A new reminder replaces the one before."""
        self.changes.unremind.add(incoming.key)
        self._drop(incoming.key, ("reminder",))
        today = incoming.received_at.astimezone(TOKYO).date()
        for one in later:
            due = datetime.combine(today + timedelta(days=one.days), one.at, TOKYO)
            parcel = parcel_for(incoming, one.reply, due, "none", "reminder")
            self.changes.parcels.append((parcel, due))  # in nobody's hand

    def _drop(self, key: bytes, kinds: Sequence[Kind]) -> None:
        def stays(parcel: Parcel) -> bool:
            return parcel.key != key or parcel.kind not in kinds

        self.changes.parcels = [(parcel, until) for parcel, until in self.changes.parcels if stays(parcel)]

    def _answer(
        self, turn: Sequence[Arrival], word: Word, reply: Reply, trace: Trace, kind: Kind = "answer"
    ) -> None:
        if not reply.messages:
            self.done.append(Done(turn, Outcome(word, trace)))
            return
        incoming = turn[-1].incoming
        parcel = parcel_for(incoming, reply, self._now, trace.risk, kind)
        self.changes.parcels.append((parcel, self._lease_until))
        self._people[incoming.key].last_reply = parcel.id
        self.done.append(Done(turn, Outcome(word, trace), parcel))


@dataclass(frozen=True, slots=True)
class Impromptu:
    """What is said to one turn without knowing the person; `erase`: something would have to be erased."""

    reply: Reply
    risk: Risk
    erase: bool


def impromptu(content: Content, turn: Sequence[Arrival]) -> Impromptu:
    """The answer to one turn from memory alone. Whatever is broken, it does not raise."""
    given, now = joined(turn), turn[-1].incoming.received_at
    as_new = _tried(lambda: content.take_turn(None, given, now))
    reply = _tried(lambda: content.from_memory(given, now)) or _tried(lambda: content.apology(None, now))
    if as_new is None:
        return Impromptu(reply or Reply(), "none", False)
    return Impromptu(reply or as_new.reply, as_new.trace.risk, as_new.erase)


def parcel_for(incoming: Incoming, reply: Reply, due: datetime, risk: Risk, kind: Kind = "answer") -> Parcel:
    """A reply on its way to whoever sent `incoming`."""
    return Parcel(new_id(), incoming.key, incoming.platform, incoming.address, due, reply, risk, kind)


def _tried(call: Callable[[], T]) -> T | None:
    try:
        return call()
    except Exception as error:
        log.error("content", fault=fault(error))
        return None
