"""Malformed, truncated, mutated and badly signed bodies against the webhook. Run: python -m tests.line.fuzz [COUNT]

Prints how many there were of each status, and the memory of the bot after a tenth of them and after all.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path

from aiohttp import ClientSession

from tests.line.conftest import bot_on_line
from tests.line.standin import Line, Phone, sign
from tests.tiny import Clock

MARK = "marked-text-of-the-fuzz"


def body(random: random.Random, phone: Phone) -> tuple[bytes, str | None]:
    """A body, and its signature; None = the right one."""
    events = [phone.text(MARK + "あ" * random.randrange(20)) for _ in range(random.randrange(1, 4))]
    good = json.dumps({"destination": "U" + "b" * 32, "events": events}).encode()
    match random.randrange(7):
        case 0:
            return good, "A" * random.randrange(1, 60)
        case 1:
            return good[: random.randrange(len(good))], None
        case 2:
            spot = random.randrange(len(good))
            return good[:spot] + random.randbytes(random.randrange(1, 9)) + good[spot + 1 :], None
        case 3:
            return random.randbytes(random.randrange(200)), None
        case 4:
            broken = json.dumps(_mutated(random, json.loads(good))).encode()
            return broken, None
        case 5:
            return b"[" * random.randrange(2000), None
        case _:
            return good, sign(good[:-1])


def _mutated(random: random.Random, value: object, depth: int = 0) -> object:
    """The same with a few values of another type."""
    if random.random() < 0.1:
        return random.choice([None, 1, -1.5, True, "", "x" * 50, [], {}, [[]], {"a": None}, "\ud800", 10**30])
    if isinstance(value, dict):
        return {key: _mutated(random, inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mutated(random, inner, depth + 1) for inner in value]
    return value


async def fuzz(count: int, folder: Path, seed: int = 1) -> tuple[Counter[int], tuple[int, int]]:
    """The statuses, and kilobytes of memory after a tenth and after all."""
    line, clock, chance = Line(), Clock(), random.Random(seed)
    statuses: Counter[int] = Counter()
    memory = [0, 0]
    async with bot_on_line(folder, line, clock) as bot, ClientSession() as http:
        phone = Phone(f"http://127.0.0.1:{bot.port}", line, http, "U" + "f" * 32)
        for number in range(1, count + 1):
            statuses[await phone.post(*body(chance, phone))] += 1
            line.said.clear()
            line.calls.clear()
            if number in (count // 10, count):
                memory[number == count] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return statuses, (memory[0], memory[1])


def main() -> None:
    """Prints the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        statuses, (early, late) = asyncio.run(fuzz(count, Path(folder)))
    print(dict(statuses))
    print(
        f"memory after {count // 10}: {early // 1024} MB, after {count}: {late // 1024} MB ({late / early - 1:+.1%})"
    )


if __name__ == "__main__":
    main()
