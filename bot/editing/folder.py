"""The content folder as it is written, and one desk in it that somebody has checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

from bot.guide import book_of
from bot.settings import Settings
from flows.editing.tables import records, with_rows
from flows.listing.desk_tables import FOLDER, MUNICIPALITIES, TOPICS
from flows.loader import Bundle, read_folder
from flows.model import Book
from flows.problems import ContentError
from flows.reading.bundle import as_known, into_folder, of_mode

#: Left in `review` by the first of two people who check an emergency number: day, name, contact.
_FIRST = re.compile(r"\s?recheck:(?P<day>\S+):(?P<name>\S+):(?P<contact>\S*)$")


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """The content folder as those see it who edit it: the files that the settings' mode uses.

    Args:
        files: the whole folder.
        settings: name the mode.
    """

    files: Bundle
    settings: Settings

    @staticmethod
    def of(settings: Settings) -> WorkingCopy:
        """Reads the folder. Raises ContentError when it cannot be read."""
        return WorkingCopy(read_folder(settings.content_dir), settings)

    @property
    def used(self) -> Bundle:
        """The mode's files, by the names that every mode knows them by."""
        return of_mode(self.files, self.settings.mode)

    def edited(self, used: Bundle) -> Bundle:
        """The whole folder in which the mode's files say something else."""
        return into_folder(used, self.files, self.settings.mode)

    def book(self, used: Bundle) -> Book:
        """What the mode's files say. Raises ContentError with every problem, by the names of `used`."""
        try:
            return book_of(self.edited(used), self.settings)
        except ContentError as error:
            raise ContentError(as_known(error.problems, self.settings.mode)) from None


class NoSuchDesk(Exception):
    """No table has a row with this id."""


def write_folder(folder: Path, before: Bundle, after: Bundle) -> None:
    """Writes the files that differ: all beside the old ones first, so that a full disk changes nothing.

    Args:
        folder: the content folder.
        before: what it holds.
        after: what it will hold; no file less.

    Raises:
        OSError: nothing was changed.
    """
    ready: list[tuple[Path, Path]] = []
    try:
        for name, text in after.items():
            if before.get(name) == text:
                continue
            target = folder / name
            old = target.read_bytes() if target.exists() else b""
            new = target.with_name(f".{target.name}.new")
            ready.append((new, target))
            ends = text.replace("\n", "\r\n") if b"\r\n" in old else text
            new.write_bytes((b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b"") + ends.encode())
    except OSError:
        for new, _ in ready:
            new.unlink(missing_ok=True)
        raise
    for new, target in ready:
        new.replace(target)


def rechecked(files: Bundle, id: str, name: str, today: date, contact: str) -> tuple[dict[str, str], bool]:
    """The bundle in which a desk was checked today, and whether that counts already.

    An emergency number needs two people with different names; what the first one saw waits in the column `review`.

    Args:
        files: the bundle.
        id: of the desk.
        name: of whoever checked it.
        today: in Asia/Tokyo.
        contact: the number or address as it is now; empty = the same as before.

    Raises:
        NoSuchDesk: no table has it.
    """
    for file in files:
        if not file.startswith(FOLDER) or not file.endswith(".csv") or file in (MUNICIPALITIES, TOPICS):
            continue
        for row in records(files[file])[1]:
            if row.cells["id"] == id:
                cells, done = _checked(dict(row.cells), quote(name), today, contact or row.cells["contact"])
                return {**files, file: with_rows(files[file], {id: cells})}, done
    raise NoSuchDesk(id)


def _checked(cells: dict[str, str], name: str, today: date, contact: str) -> tuple[dict[str, str], bool]:
    first = _FIRST.search(cells["review"])
    review = _FIRST.sub("", cells["review"])
    done = cells.get("kind") != "emergency" or (
        first is not None and first["name"] != name and first["contact"] == contact
    )
    if done:
        return {**cells, "contact": contact, "checked_on": str(today), "review": review}, True
    return {**cells, "review": f"{review} recheck:{today}:{name}:{contact}".strip()}, False
