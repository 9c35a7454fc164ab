"""Mailboxes: what the bot says to a chat page waits here until the page has read it. In memory only."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.discord import render as discord
from bot.line import render as line
from bot.parcels import Parcel, Sent, Way

#: Letters that a mailbox holds; older ones are dropped. A page that is open reads each at once.
LETTERS = 30
#: Mailboxes in one process, and pages that read one of them at a time.
BOXES = 2000
READERS = 4
#: A mailbox that nobody reads is dropped after this time.
IDLE = timedelta(minutes=15)


class Full(Exception):
    """There are as many mailboxes, or readers of this one, as there can be."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One reply, ready for the page.

    Attributes:
        id: what the page names when it comes back; unique over restarts.
        parcel: the parcel it was made of.
        text: JSON `{"line": […], "discord": […]}`: the messages as each platform would get them.
    """

    id: str
    parcel: bytes
    text: str


class Mailbox:
    """The letters to one chat page, oldest first. `used`: when a page was here last."""

    def __init__(self, used: datetime) -> None:
        self.used = used
        self.readers = 0
        self._letters: deque[Letter] = deque(maxlen=LETTERS)
        self._news = asyncio.Event()
        self._open = True

    def put(self, letter: Letter) -> None:
        """Adds a letter, unless the same parcel is here already."""
        if all(known.parcel != letter.parcel for known in self._letters):
            self._letters.append(letter)
            self._wake()

    async def read(self, last: str, patience: float) -> AsyncIterator[Letter | None]:
        """Every letter after the one with the id `last`, now and as they come, until the mailbox is closed.

        Args:
            last: the letter that was read last; all that are here when it is not one of them.
            patience: seconds without a letter after which None is given, so that the reader shows a sign of life.
        """
        while self._open:
            news, waiting = self._news, self._after(last)
            for letter in waiting:
                last = letter.id
                yield letter
            if waiting:
                continue
            try:
                async with asyncio.timeout(patience):
                    await news.wait()
            except TimeoutError:
                yield None

    def close(self) -> None:
        """Ends all reading."""
        self._open = False
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _after(self, last: str) -> list[Letter]:
        letters = list(self._letters)
        ids = [letter.id for letter in letters]
        return letters[ids.index(last) + 1 :] if last in ids else letters


class Mailboxes:
    """The mailboxes of this process, and the sender that fills them.

    Args:
        clock: tells the time; aware.
        most: mailboxes at a time.
    """

    def __init__(self, clock: Callable[[], datetime], most: int = BOXES) -> None:
        self._clock = clock
        self._most = most
        self._boxes: OrderedDict[str, Mailbox] = OrderedDict()  # used last at the end

    def box(self, session: str) -> Mailbox:
        """The mailbox of a session, made when there is none.

        Raises:
            Full: every place is taken by a page that is open.
        """
        self._tidy()
        box = self._boxes.get(session)
        if box is None:
            if len(self._boxes) >= self._most:
                self._drop_one()
            box = self._boxes[session] = Mailbox(self._clock())
        box.used = self._clock()
        self._boxes.move_to_end(session)
        return box

    @contextmanager
    def reading(self, session: str) -> Iterator[Mailbox]:
        """The mailbox of a session, for as long as a page reads it.

        Raises:
            Full: every place is taken, or too many pages read this one.
        """
        box = self.box(session)
        if box.readers >= READERS:
            raise Full
        box.readers += 1
        try:
            yield box
        finally:
            box.readers -= 1
            box.used = self._clock()

    async def send(self, parcel: Parcel, way: Way) -> Sent:
        """Puts a reply into the mailbox that its address names; without one its page is gone for good."""
        box = self._boxes.get(parcel.address["session"])
        if box is None:
            return Sent("gone")
        messages = {"line": line.render(parcel.reply), "discord": discord.render(parcel.reply)}
        text = json.dumps(messages, ensure_ascii=False, separators=(",", ":"))
        box.put(Letter(secrets.token_hex(8), parcel.id, text))
        return Sent("delivered")

    def close(self) -> None:
        """Ends all reading: the process stops."""
        for box in self._boxes.values():
            box.close()
        self._boxes.clear()

    def _tidy(self) -> None:
        """Drops what nobody came back to."""
        limit = self._clock() - IDLE
        for session, box in list(self._boxes.items()):
            if not box.readers and box.used < limit:
                del self._boxes[session]

    def _drop_one(self) -> None:
        for session, box in self._boxes.items():
            if not box.readers:
                del self._boxes[session]
                return
        raise Full
