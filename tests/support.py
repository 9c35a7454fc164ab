"""What several tests stand on: the real content, loaded once, and moments of the calendar."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from flows.hours import TOKYO
from flows.loader import Bundle, Mode, load_book, read_folder
from flows.model import Book
from flows.play import Walk, walk

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
#: A Sunday evening: most desks are closed.
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 10, tzinfo=TOKYO)
#: A Tuesday in office hours.
TUESDAY_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=TOKYO)


@cache
def bundle() -> Bundle:
    """The real content as files."""
    return read_folder(CONTENT)


@cache
def book(mode: Mode = "standard") -> Book:
    """The real content as a book."""
    return load_book(bundle(), mode=mode)


@cache
def walked(mode: Mode = "standard") -> Walk:
    """Every situation that the machine's walk meets in the real content."""
    return walk(book(mode), TUESDAY_NOON)
