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
from flows.listing.missing import CENTERS, TOWNS
from flows.loader import Bundle, read_folder
from flows.model import Book
from flows.problems import ContentError
from flows.reading.bundle import as_known, into_folder, of_mode

#: Topics of desks that are dialled in emergencies: a new number of theirs needs two people.
GRAVE = {"emergency", "suicide"}
#: Left in `review` by the first of the two: day, name, contact.
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


#: The row that says what every municipality's desk is for.
LIKE = "jiritsu-soudan"


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

    A new number that is dialled in emergencies needs two people with different names, and 110, 118 and 119 always do;
    what the first one saw waits in the column `review`.

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
    topics = set(re.split(r"[;；\s]+", cells.get("topics", "")))
    two = cells.get("kind") == "emergency" or (contact != cells["contact"] and topics & GRAVE)
    if not two or (first is not None and first["name"] != name and first["contact"] == contact):
        return {**cells, "contact": contact, "checked_on": str(today), "review": review}, True
    return {**cells, "review": f"{review} recheck:{today}:{name}:{contact}".strip()}, False


def recorded(files: Bundle, id: str, name: str, contact: str, url: str, today: date) -> dict[str, str]:
    """The bundle in which a desk that was missing is shown, as its official page has it today.

    A row that was held back is filled in; a municipality without one gets a row in its table.

    Args:
        files: the bundle.
        id: of a row that is not shown, or `town-` and the code of a municipality.
        name, contact, url: of the desk; the checks of the content refuse what cannot be used.
        today: in Asia/Tokyo.

    Raises:
        NoSuchDesk: nothing by this id is missing.
    """
    said = {
        "show": "yes",
        "name": name,
        "contact": contact,
        "url": url,
        "checked_on": str(today),
        "review": "",
    }
    for file in (CENTERS, TOWNS):
        for row in records(files.get(file, ""))[1]:
            if row.cells["id"] == id and row.cells["show"] != "yes":
                source = {"source_url": url, "source_date": str(today), "confidence": "official"}
                known = {column: cell for column, cell in source.items() if column in row.cells}
                return {**files, file: with_rows(files[file], {id: {**row.cells, **said, **known}})}
            if row.cells["id"] == id:
                raise NoSuchDesk(id)
    code = id.removeprefix("town-")
    if (
        TOWNS not in files
        or code == id
        or all(row.cells["code"] != code for row in records(files[MUNICIPALITIES])[1])
    ):
        raise NoSuchDesk(id)
    cells = {"id": id, "like": LIKE, "area": code, "channels": "phone", **said}
    return {**files, TOWNS: with_rows(files[TOWNS], {id: cells})}
