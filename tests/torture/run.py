"""One run: processes, people who write to them, and somebody who kills."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp.test_utils import TestServer

from tests.line.standin import Fault, Line
from tests.torture.judge import FAULTS, Judge, kept
from tests.torture.people import People
from tests.torture.processes import Process, database, settings

#: Seconds that a process is left at work, at most; every so many-th counts them from its start, so it dies in that.
LIFE, IN_THE_START = 4.0, 5
#: Every so many kills the bot stays away for so many seconds: longer than a reply token is good for.
AWAY_EVERY, AWAY = 40, 55.0
#: What LINE does wrong now and then, and the seconds between two of them.
FAULTS_OF_LINE: tuple[Fault, ...] = ("500", "reset", "lost", "rate")
BETWEEN_FAULTS = 0.7
#: Seconds after the last death in which everything must have come to its end: leases, waits, rounds.
SETTLED = 240


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to the bot: see `python -m tests.torture --help`."""

    seconds: float = 60
    kills: int = 0
    database: str = "sqlite"
    people: int = 30
    web: int = 1
    gently: bool = False
    seed: int = 1


@dataclass
class Killer:
    """Ends one process after another, at random moments, and starts it again."""

    plan: Plan
    processes: list[Process]
    http: ClientSession
    deaths: list[float] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)

    async def work(self) -> None:
        """Until there were enough seconds and kills; in the end everything runs."""
        chance, end = random.Random(self.plan.seed), time.monotonic() + self.plan.seconds
        while time.monotonic() < end or len(self.deaths) < self.plan.kills:
            process = chance.choice(self.processes)
            if len(self.processes) > 1 or len(self.deaths) % IN_THE_START:
                await self.all_ready()  # where there are several, some other one serves meanwhile
            await asyncio.sleep(chance.random() * LIFE)
            await self._end(process)
            if len(self.deaths) % AWAY_EVERY == AWAY_EVERY // 2 and len(self.processes) == 1:
                await asyncio.sleep(AWAY)
            process.start()
        await self.all_ready()

    async def _end(self, process: Process) -> None:
        self.deaths.append(time.time())
        if not self.plan.gently:
            await process.end(signal.SIGKILL)
            self.figures["killed"] += 1
            return
        code = await process.end(signal.SIGTERM)
        self.figures["stopped gently" if code == 0 else f"stopped with code {code}"] += 1

    async def all_ready(self) -> None:
        """Returns when every process can work."""
        for process in self.processes:
            await process.ready(self.http)


def torture(plan: Plan) -> Counter[str]:
    """Runs it; returns what there was of everything, `FAULTS` first."""
    with database(plan.database) as (url, folder):
        return asyncio.run(_torture(plan, url, folder))


async def _torture(plan: Plan, url: str, folder: Path) -> Counter[str]:
    line = Line()
    log = folder / "log.jsonl"
    async with (
        TestServer(line.app()) as server,
        ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=30)) as http,
    ):
        environment = settings(url, str(server.make_url("/")).rstrip("/"))
        parts = ["web"] * plan.web + ["worker"] if plan.web > 1 else [""]
        processes = [Process(environment, only, log) for only in parts]
        addresses = [process.address for process in processes if process.serves]
        for process in processes:
            process.start()
        killer = Killer(plan, processes, http)
        try:
            await killer.all_ready()
            people = People(line, http, lambda: addresses, plan.people, plan.seed)
            talking = asyncio.create_task(people.talk())
            failing = asyncio.create_task(_fail(line, plan.seed))
            await killer.work()
            people.ending.set()
            failing.cancel()
            await talking
            await _settled(url)
        finally:
            for process in processes:
                await process.end(signal.SIGTERM)
        found = Judge(line, await kept(url), killer.deaths, alone=plan.web == 1).figures(people.said)
    figures = Counter({name: found.pop(name) for name in FAULTS})
    return _joined(figures, found, killer.figures, people.figures, _logged(log))


async def _fail(line: Line, seed: int) -> None:
    """LINE itself is not well either."""
    chance = random.Random(seed)
    while True:
        await asyncio.sleep(BETWEEN_FAULTS)
        if not line.faults:
            line.faults.append(chance.choice(FAULTS_OF_LINE))


async def _settled(url: str) -> None:
    """Returns when nothing is on its way any more, or ought not to be."""
    for _ in range(SETTLED):
        if not (await kept(url)).parcels:
            return
        await asyncio.sleep(1)


def _joined(*parts: Counter[str]) -> Counter[str]:
    figures: Counter[str] = Counter()
    for part in parts:
        for name, count in part.items():
            figures[name] += count
    return figures


def _logged(log: Path) -> Counter[str]:
    """Lines of trouble in the bot's log, by what they say."""
    return Counter(f"log: {words}" for words in _troubles(log.read_text(encoding="utf-8").splitlines()))


def _troubles(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:  # cut off by a kill, or a traceback, which there should never be
            yield "a line that is not of the log"
            continue
        if entry["level"] not in ("debug", "info"):
            words = (entry.get(name) for name in ("event", "fault", "status", "template", "what"))
            yield " ".join(str(word) for word in words if word)
