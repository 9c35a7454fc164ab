"""The content in use, and how it comes into a running bot: one checked bundle after another.

`content/` is the working copy. At the start it is checked, and published when it never was; every process takes the
newest version between two batches. A folder that was published before and is not the newest was left by going back:
that holds until `content publish`. A bundle that fails a check is refused and the version before stays.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.logs import fault, log
from bot.postal import municipality
from bot.settings import Settings
from bot.versions import Versions
from flows.engine import answer_from_memory, apology, take_turn
from flows.loader import Bundle, load_book, read_folder
from flows.model import Book, Input, Reply, State, Turn
from flows.problems import ContentError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Guide:
    """A book that talks: `bot.incoming.Content`."""

    book: Book

    @property
    def version(self) -> str:
        """The bundle's version."""
        return self.book.version

    def take_turn(self, state: State | None, given: Input, now: datetime, reminders: bool = True) -> Turn:
        """One message in, one reply out."""
        return take_turn(self.book, state, given, now, reminders=reminders)

    def ask_again(self, state: State, given: Input, now: datetime) -> Turn:
        """The same for somebody who never got the last reply."""
        return take_turn(self.book, state, given, now, unheard=True)

    def from_memory(self, given: Input, now: datetime) -> Reply:
        """The answer while nothing can be kept."""
        return answer_from_memory(self.book, given, now)

    def apology(self, state: State | None, now: datetime) -> Reply:
        """Said when a turn broke."""
        return apology(self.book, state, now)


def book_of(files: Bundle, settings: Settings) -> Book:
    """The book of a bundle, as the settings want it.

    Raises:
        ContentError: with every problem found.
    """
    town = settings.mode == "municipal"
    return replace(
        load_book(files, municipality, settings.mode),
        days=settings.retention_days,
        consult_url=settings.consult_url or "" if town else "",
    )


class Publisher:
    """Brings content into use.

    Args:
        versions: what was published, in the database: whole folders, whatever the mode.
        clock: tells the time; aware.
        settings: the mode, and what content tells of them.
    """

    def __init__(self, versions: Versions, clock: Callable[[], datetime], settings: Settings) -> None:
        self._versions = versions
        self._clock = clock
        self._settings = settings
        self.refused: ContentError | None = None  # why the folder's content is not the one in use
        self._looked_at = ""  # the newest version, whether it was taken or refused

    async def open(self, folder: Path) -> Guide:
        """The guide to start with: the folder's content, published; else the newest version that was.

        Raises:
            ContentError: the folder is refused and nothing was ever published.
        """
        try:
            files = read_folder(folder)
            guide = self._guide(files)
        except ContentError as error:
            before = await self._tried(self._versions.newest())
            if before is None:
                raise
            self.refused = error
            log.error("content refused", problems=len(error.problems), kept=before[0])
            return self._guide(before[1])
        newest = await self._tried(self._versions.newest(guide.version))
        known = await self._tried(self._versions.bundle(guide.version)) if newest else None
        if newest and known:
            try:
                return self._guide(newest[1])
            except ContentError as error:  # published by another release of this software
                self.refused = error
                log.error("content refused", problems=len(error.problems), kept=guide.version)
                return guide
        if await self._tried(self._versions.publish(guide.version, files, self._clock())):
            log.info("content published", version=guide.version)
        return guide

    def _guide(self, files: Bundle) -> Guide:
        return Guide(book_of(files, self._settings))

    async def _tried(self, job: Awaitable[T]) -> T | None:
        """A store that is away keeps nobody from being answered: the folder's content is in use unpublished."""
        try:
            return await job
        except Exception as error:
            log.error("content store", fault=fault(error))
            return None

    async def newer(self, guide: Guide) -> Guide | None:
        """A version that was published since, or None."""
        found = await self._versions.newest(self._looked_at or guide.version)
        if found is None:
            return None
        self._looked_at = found[0]  # once: loading costs about a second, and this is asked every few seconds
        if found[0] == guide.version:
            return None
        try:
            newer = self._guide(found[1])
        except ContentError as error:  # published by another release of this software
            self.refused = error
            log.error("content refused", problems=len(error.problems), kept=guide.version)
            return None
        self.refused = None
        return newer
