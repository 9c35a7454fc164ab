"""Many people who write to the bot through LINE, and LINE's redelivery of what got no 200."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientSession

from flows.model import Tap
from tests.line.standin import Line, Phone

TEXTS = (
    "眠れない",
    "うん",
    "疲れた",
    "親に怒られた",
    "窓口を知りたい",
    "もどる",
    "最初から",
    "和歌山市",
    "ありがとう",
    "もう死にたい",
    "今から死にます",
)
#: Events in one request; texts never stand side by side, so that each event is a turn of its own.
AT_ONCE = (1, 1, 1, 2, 3)
#: Seconds of thought between two requests of a person, and before LINE delivers again, at most.
THOUGHT, AGAIN = 0.6, 0.5
#: Seconds that LINE waits for an answer.
WAIT = 10.0
#: What nobody taps: it would take the state away that is looked at in the end.
SPARED = ("erase",)


@dataclass(slots=True)
class Said:
    """One event, when it was first sent, and when LINE was told that it was taken (seconds since 1970)."""

    event: dict[str, Any]
    sent: float
    taken: float = 0.0


@dataclass
class People:
    """Everybody who writes.

    Args:
        line: gives tokens and knows the answers.
        http: posts.
        addresses: gives the addresses at which bots serve just now.
        count: how many people.
        seed: of everything that is chance.
    """

    line: Line
    http: ClientSession
    addresses: Callable[[], Sequence[str]]
    count: int
    seed: int
    said: dict[str, list[Said]] = field(default_factory=dict)
    figures: Counter[str] = field(default_factory=Counter)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self) -> None:
        """Writes until `ending`; returns when everything that was sent was taken."""
        async with asyncio.TaskGroup() as group:
            for number in range(self.count):
                group.create_task(self._live(f"U{number:032x}"))

    async def _live(self, user: str) -> None:
        phone, chance = Phone("", self.line, self.http, user), random.Random(f"{self.seed} {user}")
        said = self.said.setdefault(user, [])
        while not self.ending.is_set():
            first = chance.random() < 0.6
            size = chance.choice(AT_ONCE)
            events = [self._event(phone, chance, said, typed=first ^ bool(i % 2)) for i in range(size)]
            said += events
            await self._deliver(phone, chance, events)
            await asyncio.sleep(chance.random() * THOUGHT)

    def _event(self, phone: Phone, chance: random.Random, said: list[Said], *, typed: bool) -> Said:
        now = time.time()
        if typed:
            return Said(phone.text(chance.choice(TEXTS), timestamp=int(now * 1000)), now)
        return Said({**phone.postback(self._button(chance, said)), "timestamp": int(now * 1000)}, now)

    def _button(self, chance: random.Random, said: list[Said]) -> str:
        """One of the buttons under the newest answer, or one that stands in every chat."""
        newest = self.line.answers.get(said[-1].event["replyToken"]) if said else None
        items = newest[1][-1].get("quickReply", {}).get("items", []) if newest else []
        found = [item["action"]["data"] for item in items if item["action"]["type"] == "postback"]
        found = [data for data in found if (tap := Tap.decode(data)) and tap.choice not in SPARED]
        return str(
            chance.choice(found or [Tap("", "", name).encode() for name in ("restart", "back", "human")])
        )

    async def _deliver(self, phone: Phone, chance: random.Random, events: Sequence[Said]) -> None:
        """As LINE does it: again, until there is a 200."""
        while await self._post(phone, chance, events) != 200:
            self.figures["redelivered requests"] += 1
            for one in events:
                one.event["deliveryContext"] = {"isRedelivery": True}
            await asyncio.sleep(chance.random() * AGAIN)
        for one in events:
            one.taken = time.time()

    async def _post(self, phone: Phone, chance: random.Random, events: Sequence[Said]) -> int:
        """One try, by way of a balancer that tries the next process when a connection is refused."""
        addresses = list(self.addresses())
        chance.shuffle(addresses)
        for phone.bot in addresses:
            try:
                async with asyncio.timeout(WAIT):
                    status = await phone.send(*(one.event for one in events))
            except ClientConnectorError:
                continue
            except (ClientError, OSError):  # TimeoutError is one
                self.figures["requests cut off"] += 1
                return 0
            if status != 200:
                self.figures[f"requests answered {status}"] += 1
            return status
        self.figures["requests refused"] += 1
        return 0
