"""A content of a few lines, and the other small parts that the tests of the core and the outbox stand on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from bot.core import Core
from bot.incoming import Incoming
from bot.parcels import Parcel, Sent, Way
from bot.privacy import Keyring
from flows.hours import TOKYO
from flows.model import (
    Button,
    Card,
    Input,
    Later,
    Link,
    Message,
    Position,
    Reply,
    Risk,
    State,
    Tap,
    Trace,
    Turn,
    Typed,
)

SECRET = "a secret of the tests, long enough for anybody"
Make = Callable[..., Core]  # the fixture `make`
NOW = datetime(2026, 11, 22, 23, 10, tzinfo=TOKYO)
ERASE = Tap("", "", "erase", "v")
REMIND = Tap("tiny", "remind", "tomorrow", "v")
DECLINE = Tap("tiny", "remind", "-no", "v")


class TinyContent:
    """Counts the turns, and repeats what it hears (the real engine never does: this one lets tests see order).

    "help" is at risk. "boom" breaks a turn; "bang" only one of somebody who has a state.
    """

    def __init__(self, version: str = "tiny") -> None:
        self.version = version

    def take_turn(self, state: State | None, given: Input, now: datetime, reminders: bool = True) -> Turn:
        words = given.parts if isinstance(given, Typed) else ()
        if "boom" in words or ("bang" in words and state):
            raise ValueError(*words)
        if given == ERASE:
            return Turn(State(), say("erased"), Trace(), erase=True)
        turns = (state.misses if state else 0) + 1
        heard = state.at.slots.get("heard", ()) if state else ()
        at = Position("tiny", "ask", slots={"heard": (*heard, *words)})
        later = (Later(1, time(9, 0), say("a reminder")),) if given == REMIND else ()
        risk: Risk = "high" if "help" in words else "none"
        reply = desks() if risk == "high" else say(f"{self.version} {turns}: {' + '.join(words)}")
        if "silence" in words:
            reply = Reply()
        return Turn(State(at, misses=turns), reply, Trace(risk, "tiny", "ask"), later, given == DECLINE)

    def ask_again(self, state: State, given: Input, now: datetime) -> Turn:
        return replace(self.take_turn(state, given, now), state=state, reply=say("again"))

    def from_memory(self, given: Input, now: datetime) -> Reply:
        at_risk = isinstance(given, Typed) and "help" in given.parts
        return desks() if at_risk else say("busy")

    def apology(self, state: State | None, now: datetime) -> Reply:
        return say("sorry")


def say(text: str) -> Reply:
    """A reply of one message and one choice."""
    return Reply((Message(text),), (Button("もどる", Tap("", "", "back", "v")),))


def desks() -> Reply:
    """A reply with a desk."""
    links = (Link("電話する", "tel:0120-279-338"),)
    return Reply((Message("desks"), Message(cards=(Card("よりそい", ("0120-279-338",), links),))))


class Clock:
    """Stands still until it is told; pauses take no time, and are remembered in seconds."""

    def __init__(self) -> None:
        self.now = NOW
        self.pauses: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**time)

    async def pause(self, seconds: float) -> None:
        """Lets that much time pass."""
        self.pauses.append(seconds)
        self.pass_(seconds=seconds)
        await asyncio.sleep(0)


class Recorder:
    """A sender that remembers what it was given, and says what it is told to say."""

    def __init__(self) -> None:
        self.sent: list[tuple[Parcel, Way]] = []
        self.answers: deque[Sent | Exception] = deque()
        self.gate = asyncio.Event()
        self.gate.set()
        self._more = asyncio.Condition()

    async def send(self, parcel: Parcel, way: Way) -> Sent:
        await self.gate.wait()
        self.sent.append((parcel, way))
        async with self._more:
            self._more.notify_all()
        answer = self.answers.popleft() if self.answers else Sent("delivered")
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def reaches(self, count: int) -> None:
        """Returns when so many were sent."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.sent) >= count)

    @property
    def texts(self) -> list[str]:
        """The first message of every reply, in order."""
        return [parcel.reply.messages[0].text for parcel, _ in self.sent]

    @property
    def ways(self) -> list[Way]:
        """How each was sent."""
        return [way for _, way in self.sent]


class Mouth:
    """One person who writes."""

    def __init__(self, keyring: Keyring, user: str = "U-user-1") -> None:
        self.name = keyring.pseudonym("test", "bot", user)
        self.user = user
        self._events = 0

    @property
    def key(self) -> bytes:
        return self.name.key

    def __call__(
        self,
        *given: str | Input,
        event: str = "",
        at: datetime = NOW,
        address: Mapping[str, Any] | None = None,
    ) -> list[Incoming]:
        """Events; a plain string is typed."""
        return [self._incoming(one, event, at, address) for one in given]

    def _incoming(
        self, given: str | Input, event: str, at: datetime, address: Mapping[str, Any] | None
    ) -> Incoming:
        self._events += 1
        return Incoming(
            self.key,
            event or f"{self.user}-event-{self._events}",
            Typed((given,)) if isinstance(given, str) else given,
            address or {"token": f"{self.user}-token-{self._events}"},
            at,
            "test",
            self.name.previous,
        )


def words(outcomes: Sequence[Any]) -> list[str]:
    """The words of outcomes."""
    return [outcome.word for outcome in outcomes]
