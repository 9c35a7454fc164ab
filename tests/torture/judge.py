"""What became of every event: nothing lost, nothing doubled, everybody in order.

The state of a person in the database must be the one that the pure engine makes of the same events in the same
order: it counts turns and remembers marks of messages, so that one turn more, less or elsewhere makes another state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.database import Database, events, outbox, people
from bot.guide import Guide
from bot.incoming import Incoming
from bot.line.events import Events
from bot.line.render import render
from bot.privacy import Keyring
from bot.records import Records
from flows.hours import TOKYO
from flows.model import State, Turn, Typed
from tests.line.standin import ACCOUNT, Line
from tests.support import book
from tests.torture.people import Said
from tests.torture.processes import BOT_SECRET

#: What must be nought.
FAULTS = (
    "acknowledged turns lost",
    "people whose state is not that of their turns",
    "texts at high or above unanswered",
    "pushes doubled",
    "answers of one process out of order",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in the database at the end: ids of events, people's states by pseudonym, parcels left."""

    events: frozenset[bytes]
    states: Mapping[bytes, State | None]
    parcels: int


async def kept(url: str) -> Kept:
    """Reads a database as its owner can, who has the secret."""
    database, records = Database(url), Records(Keyring(BOT_SECRET))
    async with database.read() as connection:
        ids = frozenset((await connection.execute(sa.select(events.c.id))).scalars())
        rows = (await connection.execute(sa.select(people.c.key, people.c.last_day, people.c.sealed))).all()
        left = await connection.scalar(sa.select(sa.func.count()).select_from(outbox))
    await database.close()
    return Kept(ids, {row.key: records.person(*row).state for row in rows}, int(left or 0))


class Judge:
    """Holds what was said against what was kept.

    Args:
        line: what reached people.
        kept: the database in the end.
        deaths: moments at which a process was killed (seconds since 1970).
        alone: one process answers everybody, so that it can keep the order of answers.
    """

    def __init__(self, line: Line, kept: Kept, deaths: Sequence[float], *, alone: bool) -> None:
        self._line = line
        self._kept = kept
        self._deaths = deaths
        self._order = FAULTS[-1] if alone else "answers overtaken by another process's"
        self._guide = Guide(book())
        self._keyring = Keyring(BOT_SECRET)
        self._figures: Counter[str] = Counter(dict.fromkeys(FAULTS, 0))

    def figures(self, everybody: Mapping[str, Sequence[Said]]) -> Counter[str]:
        """Counts everything; those of `FAULTS` must be nought."""
        for user, said in everybody.items():
            self._person(user, said)
        self._figures["parcels left in the outbox"] = self._kept.parcels
        return self._figures

    def _person(self, user: str, said: Sequence[Said]) -> None:
        states: list[State | None] = [None]
        urgent = unanswered = 0
        for one in said:
            incoming, moment = self._incoming(one)
            self._figures["acknowledged turns"] += 1
            answer = self._line.answers.get(one.event["replyToken"])
            danger = self._is_danger(incoming, moment)
            if danger:
                self._figures["texts at high or above"] += 1
                urgent += 1
                unanswered += answer is None
            if answer and danger:
                self._slow(answer[0] - one.taken)
            if self._keyring.event_ids("line", incoming.event_id)[0] in self._kept.events:
                states = self._after(states, incoming, moment, answer)
            elif answer or danger:
                self._figures["answered from memory"] += 1
            else:
                self._figures["acknowledged turns lost"] += 1
        pushes = sum(way == "push" and to == user for way, to, _ in self._line.said)
        self._figures["pushes"] += pushes
        self._figures["texts at high or above unanswered"] += max(0, unanswered - pushes)
        self._figures["texts at high or above answered twice"] += max(0, min(pushes, urgent) - unanswered)
        self._figures["pushes doubled"] += max(0, pushes - urgent)
        self._figures[self._order] += self._disorder(said)
        key = self._keyring.pseudonym("line", ACCOUNT, user).key
        if self._kept.states.get(key) not in states:
            self._figures["people whose state is not that of their turns"] += 1

    def _incoming(self, one: Said) -> tuple[Incoming, datetime]:
        moment = datetime.fromtimestamp(one.taken, TOKYO)
        incoming = Events(self._keyring, lambda: moment).incoming(ACCOUNT, one.event)
        assert incoming
        return incoming, moment

    def _is_danger(self, incoming: Incoming, moment: datetime) -> bool:
        turn = self._guide.take_turn(None, incoming.input, moment)
        return turn.trace.risk in ("high", "emergency")

    def _after(
        self,
        states: Sequence[State | None],
        incoming: Incoming,
        moment: datetime,
        answer: tuple[float, list[dict[str, Any]]] | None,
    ) -> list[State | None]:
        """The states that this turn can have led to; what reached the person tells which way it went."""
        ways: list[tuple[bool, Turn]] = []
        for state in states:
            ways.append((False, self._guide.take_turn(state, incoming.input, moment, incoming.reminders)))
            if state and isinstance(incoming.input, Typed):  # the reply before may have died with its process
                ways.append((True, self._guide.ask_again(state, incoming.input, moment)))
        if answer:
            heard = _bare(answer[1])
            told = [(again, turn) for again, turn in ways if _bare(render(turn.reply)) == heard]
            if told and all(again for again, _ in told):
                self._figures["ordinary replies asked again"] += 1
            if not told:
                self._figures["committed, but answered from memory"] += 1
            ways = told or ways
        else:
            self._figures["committed turns whose reply died"] += 1
        found: list[State | None] = []
        for _, turn in ways:
            state = None if turn.erase else State.from_dict(turn.state.to_dict())
            if state not in found:
                found.append(state)
        return found

    def _slow(self, seconds: float) -> None:
        for limit in (1, 10, 40):
            if seconds > limit:
                self._figures[f"answers to danger later than {limit} s after the 200"] += 1

    def _disorder(self, said: Sequence[Said]) -> int:
        """Answers that came before an earlier one, when no process had died with that in its hand."""
        count, newest, since = 0, 0.0, 0.0
        for one in said:
            answer = self._line.answers.get(one.event["replyToken"])
            if answer is None or self._is_danger(*self._incoming(one)):  # danger may overtake
                continue
            if answer[0] < newest and not self._died(since, newest):
                count += 1
            if answer[0] > newest:
                newest, since = answer[0], one.sent
        return count

    def _died(self, since: float, until: float) -> bool:
        return any(since <= death <= until for death in self._deaths)


def _bare(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name != "sender"} for one in messages]
