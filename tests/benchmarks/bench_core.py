"""The core and the store: what batching gains, and what a million conversations cost.

    python -m tests.benchmarks.bench_core [--people 1000000]

Everything that is compared is measured in the same run, in turn about, with the median of the rounds. Batching is
measured without the engine: a function gives back a state and a reply of ordinary size, so that only core, store,
seals and the database count. What a million conversations cost is measured with a tap in the real content. Nothing is
sent anywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from bot import database as databases
from bot import logs
from bot.core import LIMIT, Core, Shelf, tokyo_now
from bot.database import Database
from bot.guide import Guide
from bot.incoming import Content, Incoming
from bot.outbox import Outbox
from bot.parcels import Parcel, Sent, Way
from bot.privacy import Keyring
from bot.records import Person, Records
from bot.store import Store
from flows.model import Event, Input, Reply, State, Trace, Turn
from flows.play import Session
from tests.parts import postgres_address, postgres_server
from tests.support import SUNDAY_NIGHT, book

#: People who write at the same time, each waiting for the answer before writing again.
WRITERS = 512
ROUNDS = 5
#: Conversations stored in one transaction before anything is measured.
CHUNK = 5_000
_KEYRING = Keyring("the secret of the benchmark, which keeps nothing")


@dataclass(frozen=True)
class Subject:
    """Who talks, where everybody stands, and what everybody sends."""

    content: Content
    state: State
    given: Input


def real() -> Subject:
    """The real content, half a dozen answers deep in a conversation, and a tap."""
    session = Session(book(), SUNDAY_NIGHT)
    turn = session.send(Event("follow"))
    for _ in range(6):
        turn = session.tap(session.choices[0])
    return Subject(Guide(book()), turn.state, turn.reply.choices[0].tap)


class Canned:
    """A content that answers at once, and always the same."""

    version = "0123abcd"

    def __init__(self, state: State, reply: Reply) -> None:
        self._turns = (Turn(state, reply, Trace()), Turn(replace(state, misses=1), reply, Trace()))

    def take_turn(self, state: State | None, given: Input, now: datetime, reminders: bool = True) -> Turn:
        return self._turns[state.misses == 0 if state else 0]

    def ask_again(self, state: State, given: Input, now: datetime) -> Turn:
        return self.take_turn(state, given, now)

    def from_memory(self, given: Input, now: datetime) -> Reply:
        raise RuntimeError("the store was too slow for this benchmark")

    def apology(self, state: State | None, now: datetime) -> Reply:
        raise RuntimeError


def canned() -> Subject:
    """The same, without the engine."""
    subject = real()
    reply = subject.content.take_turn(subject.state, subject.given, SUNDAY_NIGHT).reply
    return Subject(Canned(subject.state, reply), subject.state, subject.given)


class Nowhere:
    """A sender that delivers at once."""

    async def send(self, parcel: Parcel, way: Way) -> Sent:
        return Sent("delivered")


@asynccontextmanager
async def running(url: str, content: Content, limit: int) -> AsyncIterator[Core]:
    """A core on a database."""
    database = Database(url)
    store = Store(database, _KEYRING)
    core = Core(
        store, Outbox(store, {"bench": Nowhere()}, tokyo_now), Shelf(content), limit=limit, patience=60
    )
    core.start()
    try:
        yield core
    finally:
        await core.stop()
        await database.close()


async def turns(core: Core, given: Input, people: int, count: int) -> float:
    """Seconds for `count` turns of people chosen at random."""
    mark, now, address = random.getrandbits(64), tokyo_now(), {"token": "0" * 32}
    incomings = iter(
        [
            Incoming(_key(random.randrange(people)), f"{mark}-{number}", given, address, now, "bench")
            for number in range(count)
        ]
    )

    async def write() -> None:
        for incoming in incomings:
            (outcome,) = await core.handle([incoming])
            if outcome.word != "answered":
                raise RuntimeError(outcome.word)

    start = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(WRITERS)))
    return time.perf_counter() - start


async def fill(url: str, state: State, people: int) -> None:
    """Stores conversations of so many people."""
    database, records = Database(url), Records(_KEYRING)
    today = tokyo_now().date()
    for first in range(0, people, CHUNK):
        keys = [_key(number) for number in range(first, min(first + CHUNK, people))]
        rows = [
            {"key": key, "last_day": today, "sealed": records.seal_person(Person(key, today, state))}
            for key in keys
        ]
        async with database.begin() as connection:
            await connection.execute(sa.insert(databases.people), rows)
    await database.close()


def _key(number: int) -> bytes:
    return _KEYRING.pseudonym("bench", "bot", str(number)).key


# ---------------------------------------------------------------------------------------------- what is measured


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two figures of one run: turns a second or milliseconds a turn, and how they compare."""

    what: str
    one: str
    other: str
    ratio: float
    goal: str

    def __str__(self) -> str:
        return f"| {self.what} | {self.one} | {self.other} | {self.ratio:.2f} | {self.goal} |"


async def batching(name: str, url: str, goal: str) -> Ratio:
    """Turns a second, LIMIT a commit against one a commit, with the same people waiting."""
    subject = canned()
    await fill(url, subject.state, 1_000)
    async with running(url, subject.content, LIMIT) as many, running(url, subject.content, 1) as one:
        await turns(many, subject.given, 1_000, 2_000)
        rounds = [
            (
                400 / await turns(one, subject.given, 1_000, 400),
                6_400 / await turns(many, subject.given, 1_000, 6_400),
            )
            for _ in range(ROUNDS)
        ]
    return _ratio(f"{name}: turns a second, one a commit → {LIMIT} a commit", rounds, ",.0f", goal)


async def growth(few: str, many: str, people: int) -> list[Ratio]:
    """The cost of a turn with 1,000 and with `people` stored conversations."""
    subject = real()
    await fill(few, subject.state, 1_000)
    await fill(many, subject.state, people)
    ratios = []
    for limit, count, words in ((LIMIT, 6_400, f"{LIMIT} a commit"), (1, 300, "one a commit")):
        async with (
            running(few, subject.content, limit) as little,
            running(many, subject.content, limit) as large,
        ):
            await turns(little, subject.given, 1_000, count)
            await turns(large, subject.given, people, count)
            rounds = [
                (
                    await turns(little, subject.given, 1_000, count) / count * 1_000,
                    await turns(large, subject.given, people, count) / count * 1_000,
                )
                for _ in range(ROUNDS * 3)
            ]
        what = f"milliseconds a turn ({words}), 1,000 → {people:,} conversations"
        ratios.append(_ratio(what, rounds, ".3f", "at most 1.2"))
    return ratios


def _ratio(what: str, rounds: Sequence[tuple[float, float]], form: str, goal: str) -> Ratio:
    """Medians; the ratio is that of the two halves of a round, so that a busy moment weighs on both."""
    one, other = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratio = statistics.median(after / before for before, after in rounds)
    return Ratio(what, format(one, form), format(other, form), ratio, goal)


@contextmanager
def sqlite_urls() -> Iterator[Callable[[], str]]:
    """New SQLite databases in a folder that is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="tomoshibi-bench-"))
    numbers = iter(range(100))

    def new() -> str:
        url = f"sqlite+aiosqlite:///{folder}/{next(numbers)}.db"
        asyncio.run(databases.upgrade(url))
        return url

    try:
        yield new
    finally:
        shutil.rmtree(folder)


def measure(people: int = 1_000_000) -> Sequence[str]:
    """The lines of a table in Markdown."""
    lines = ["| what | one | other | ratio | goal |", "| --- | --- | --- | --- | --- |"]
    with Path("/dev/null").open("w") as nowhere, sqlite_urls() as new:
        logs.configure("INFO", "json", nowhere)  # one line a turn, as in production
        lines.append(str(asyncio.run(batching("SQLite", new(), "at least 10"))))
        before = _memory()
        lines += map(str, asyncio.run(growth(new(), new(), people)))
        lines.append(
            f"| memory of the process, MB: before → after turns on {people:,} conversations"
            f" | {before:.0f} | {_memory():.0f} | {_memory() / before:.2f} | |"
        )
        with postgres_server() as server:
            url = postgres_address(server, "postgres")
            asyncio.run(databases.upgrade(url))
            lines.append(str(asyncio.run(batching("PostgreSQL", url, ""))))
    return lines


def _memory() -> float:
    """The most memory that this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_000_000, help="stored conversations")
    print("\n".join(measure(parser.parse_args().people)))
