"""When a desk is open: a small notation for hours and days off, and three questions about it.

    月-金 09:00-12:30,13:00-16:00; 土,祝 10:00-16:00     weekly, with a break; holidays can have hours of their own
    毎日 16:00-21:00; 毎月10日 08:00-32:00               a day of the month; 32:00 is eight the next morning
    金 13:00-日 22:00                                    one window over several days
    24時間 | 不明 | 地域による | 期間限定 | カレンダー     always, or why the hours are not known

Days off: 土;日;祝;年末年始;6/23;12/29〜1/3. A `?` behind one says that nobody could tell. English names (Mon-Fri,
hol, always, new-year, …) are read as well.

All times are Asia/Tokyo, whatever the zone of the server or of the `datetime` passed in. National holidays come from
`jpholiday`, which knows substitute holidays. What is not known stays not known: hours are never guessed. A window
belongs to the day it begins on: a day off takes away the windows that begin on it, and a window that began the
evening before runs to its end. A window over several days is kept as one a day.

(A little over 300 lines, so that the notation stands beside what it means.)
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from typing import Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

import jpholiday

from flows import problems as say
from flows.model import Where
from flows.problems import Problem

T = TypeVar("T")

TOKYO = ZoneInfo("Asia/Tokyo")

#: A holiday among the days of a window or closing; 0 = Monday … 6 = Sunday.
HOLIDAY = 7
#: Minutes in a day. A window begins within its day and ends at 48:00 at the latest.
DAY = 24 * 60
#: How far ahead an opening or a closing is looked for: every rule comes round within a year.
HORIZON = timedelta(days=400)

#: `windows` and `always` are known hours; the others say why they are not known.
Kind = Literal["windows", "always", "unknown", "varies", "campaign", "calendar"]


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `start` to `end` (minutes after midnight of the day it begins on).

    It begins on weekdays and holidays (`days`), or on one day of each month (`monthday`).
    """

    start: int
    end: int
    days: frozenset[int] = frozenset()
    monthday: int | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """Days off: of the week or holidays (`days`), or from one (month, day) to another, over new year too.

    `sure` is False where nobody could tell whether the desk is closed on these days.
    """

    days: frozenset[int] = frozenset()
    dates: tuple[tuple[int, int], tuple[int, int]] | None = None
    sure: bool = True

    def covers(self, day: date, holiday: bool) -> bool:
        """Whether this is one of the days."""
        if self.dates is None:
            return day.weekday() in self.days or (holiday and HOLIDAY in self.days)
        first, last = self.dates
        at = (day.month, day.day)
        return first <= at <= last if first <= last else at >= first or at <= last


@dataclass(frozen=True, slots=True)
class Hours:
    """When a desk is open; `windows` are only there when `kind` is `windows`."""

    kind: Kind = "unknown"
    windows: tuple[Window, ...] = ()
    closings: tuple[Closing, ...] = ()


# ---------------------------------------------------------------------------------------------- questions


def is_open(hours: Hours, at: datetime) -> bool | None:
    """Whether the desk is open at this minute (`at` is aware); None when that is not known."""
    if hours.kind != "windows":
        return True if hours.kind == "always" else None
    answer: bool | None = False
    for _end, sure in _covering(hours, at.astimezone(TOKYO)):
        if sure:
            return True
        answer = None
    return answer


def closes_at(hours: Hours, at: datetime) -> datetime | None:
    """The first minute at which an open desk is no longer surely open; None when it never closes.

    Raises:
        ValueError: the desk is not known to be open at `at`.
    """
    if not is_open(hours, at):
        raise ValueError("closes_at is asked of a desk that is not open")
    if hours.kind == "always":
        return None
    end = at = at.astimezone(TOKYO)
    while further := [until for until, sure in _covering(hours, end) if sure]:
        end = max(further)
        if end - at > HORIZON:
            return None
    return end


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """The first minute from `at` on that is surely open (this one, if it is); None when none is known."""
    at = at.astimezone(TOKYO)
    if is_open(hours, at):
        return at.replace(second=0, microsecond=0)
    if hours.kind != "windows":
        return None
    for ahead in range(HORIZON.days):
        day = at.date() + timedelta(days=ahead)
        windows, sure = _beginning(hours, day)
        starts = [start for window in windows if (start := _moment(day, window.start)) > at]
        if starts and sure:
            return min(starts)
    return None


def _covering(hours: Hours, at: datetime) -> Iterator[tuple[datetime, bool]]:
    """Of every window around a minute: its end, and whether it is sure to be kept."""
    minute = at.hour * 60 + at.minute
    for day, into in ((at.date(), minute), (at.date() - timedelta(days=1), minute + DAY)):
        windows, sure = _beginning(hours, day)
        for window in windows:
            if window.start <= into < window.end:
                yield _moment(day, window.end), sure


def _beginning(hours: Hours, day: date) -> tuple[list[Window], bool]:
    """The windows that begin on a day, and whether it is sure that the desk is not closed then."""
    holiday, sure = is_holiday(day), True
    for closing in hours.closings:
        if closing.covers(day, holiday):
            if closing.sure:
                return [], True
            sure = False
    weekday = day.weekday()
    if holiday and any(HOLIDAY in window.days for window in hours.windows):
        weekday = HOLIDAY  # who names hours for holidays means them instead of those of the weekday
    windows = [window for window in hours.windows if weekday in window.days or window.monthday == day.day]
    return windows, sure


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), TOKYO) + timedelta(minutes=minutes)


def is_holiday(day: date) -> bool:
    """Whether a day is a national holiday, a substitute for one, or a day between two."""
    return day in _holidays(day.year)


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(day for day, _name in jpholiday.year_holidays(year))


# ---------------------------------------------------------------------------------------------- notation

_DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6, "hol": HOLIDAY}
_KANJI = dict(zip("月火水木金土日祝", _DAYS, strict=True))
_WORDS = {"24時間": "always", "不明": "unknown", "地域による": "varies", "期間限定": "campaign",
          "カレンダー": "calendar", "毎日": "daily", "年末年始": "new-year", "祝日": "祝"}  # fmt: skip
#: Days off of public offices (Act on Holidays of Administrative Organs, art. 1): 年末年始 without dates.
_NEW_YEAR = ((12, 29), (1, 3))

_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
#: From here a year is searched to see whether hours leave any minute open.
_ANY_DAY = datetime(2026, 1, 1, tzinfo=TOKYO)

_TIME = r"(\d{1,2}):([0-5]\d)"
_DATE = r"(\d{1,2})[/-](\d{1,2})"
_WINDOW = re.compile(rf"{_TIME}-{_TIME}")
_RULE = re.compile(r"(?:monthly(?P<monthday>\d{1,2})|(?P<days>[a-z,-]+)) (?P<times>[\d:,-]+)")
_SPAN = re.compile(rf"([a-z]{{3}}) {_TIME}-([a-z]{{3}}) {_TIME}")
_DATES = re.compile(rf"{_DATE}(?:(?:\.\.|-){_DATE})?")


class _WrongError(Exception):
    """What is written cannot be read; the argument names the hint of `problems.bad_cell`."""


def parse_hours(hours: str, closed: str, where: Where, problems: list[Problem]) -> Hours:
    """Hours from the two cells of a row; unknown hours (with a problem) when a cell cannot be read.

    Args:
        hours: the cell `hours`, in the notation above; empty = not known.
        closed: the cell `closed`: days off, parted by `;`.
        where: the row; problems name the column.
        problems: every fault found is appended here.
    """
    at_hours, at_closed = Where(where.file, where.line, "hours"), Where(where.file, where.line, "closed")
    before = len(problems)
    kind = _KINDS.get(_plain(hours) or "unknown", "windows")
    windows = _read(hours, _rule, at_hours, problems) if kind == "windows" else []
    closings = _read(closed, _closing, at_closed, problems)
    found = Hours(kind, tuple(chain.from_iterable(windows)), tuple(closings))
    if kind == "always" and closings:
        problems.append(say.bad_cell(at_closed, closed, "closed_always"))
    elif kind == "windows" and len(problems) == before and next_opening(found, _ANY_DAY) is None:
        problems.append(say.bad_cell(at_hours, hours, "hours_never"))
    return found if len(problems) == before else Hours()


def _read(cell: str, read: Callable[[str], T], where: Where, problems: list[Problem]) -> list[T]:
    found: list[T] = []
    for piece in filter(None, map(str.strip, re.split("[;；]", cell))):
        try:
            found.append(read(_plain(piece)))
        except _WrongError as wrong:
            problems.append(say.bad_cell(where, piece, str(wrong)))
    return found


def _plain(text: str) -> str:
    """One spelling: half-width, lower case, English names, blanks only between days and times."""
    text = unicodedata.normalize("NFKC", text).strip().lower()
    text = re.sub("[~〜–—−‐]", "-", text).replace("、", ",").replace("・", ",")
    text = re.sub(r"毎月(\d{1,2})日", r"monthly\1", text)
    text = re.sub(r"(\d{1,2})月(\d{1,2})日", r"\1/\2", text)
    for word, name in _WORDS.items():
        text = text.replace(word, name)
    text = re.sub("曜日?", "", text)
    text = re.sub(f"[{''.join(_KANJI)}]+", lambda run: ",".join(_KANJI[day] for day in run[0]), text)
    text = re.sub(r"\s*([-,?])\s*", r"\1", re.sub(r"\s+", " ", text))
    return re.sub(r"(?<=[a-z])(?<!monthly)(?=\d)", " ", text)


def _rule(text: str) -> list[Window]:
    if span := _SPAN.fullmatch(text):
        return _span(*span.groups())
    rule = _RULE.fullmatch(text)
    if rule is None:
        raise _WrongError("hours")
    monthday = int(rule["monthday"]) if rule["monthday"] else None
    if monthday is not None and not 1 <= monthday <= 31:
        raise _WrongError("hours")
    days = _days(rule["days"], "hours") if monthday is None else frozenset()
    windows = [_WINDOW.fullmatch(times) for times in rule["times"].split(",")]
    return [Window(*_times(window), days, monthday) for window in windows]


def _times(window: re.Match[str] | None) -> tuple[int, int]:
    if window is None:
        raise _WrongError("hours")
    start, end = (60 * int(window[hour]) + int(window[hour + 1]) for hour in (1, 3))
    if not start < end:
        raise _WrongError("hours_order")
    if start >= DAY or end > 2 * DAY:
        raise _WrongError("hours")
    return start, end


def _span(first: str, hour: str, minute: str, last: str, last_hour: str, last_minute: str) -> list[Window]:
    """One window over several days, as one a day."""
    days = sorted(_days(f"{first}-{last}", "hours"), key=lambda day: (day - _DAYS[first]) % 7)
    start, end = 60 * int(hour) + int(minute), 60 * int(last_hour) + int(last_minute)
    if HOLIDAY in days or len(days) < 2 or start >= DAY or not 0 < end <= DAY:
        raise _WrongError("hours")
    between = [Window(0, DAY, frozenset({day})) for day in days[1:-1]]
    return [Window(start, DAY, frozenset(days[:1])), *between, Window(0, end, frozenset(days[-1:]))]


def _days(text: str, hint: str) -> frozenset[int]:
    """Weekdays and holidays from `mon-wed,sat,hol` or `daily`."""
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if part == "daily":
            days |= set(_DAYS.values())
        elif first in _DAYS and not last:
            days.add(_DAYS[first])
        elif {first, last} <= _DAYS.keys() - {"hol"}:
            days |= {
                day % 7 for day in range(_DAYS[first], _DAYS[first] + (_DAYS[last] - _DAYS[first]) % 7 + 1)
            }
        else:
            raise _WrongError(hint)
    return frozenset(days)


def _closing(text: str) -> Closing:
    plain, sure = text.removesuffix("?"), not text.endswith("?")
    if plain == "new-year":
        return Closing(dates=_NEW_YEAR, sure=sure)
    dates = _DATES.fullmatch(plain)
    if dates is None:
        return Closing(_days(plain, "closed"), sure=sure)
    first = (int(dates[1]), int(dates[2]))
    last = (int(dates[3]), int(dates[4])) if dates[3] else first
    for month, day in (first, last):
        if not 1 <= month <= 12 or not 1 <= day <= monthrange(2024, month)[1]:
            raise _WrongError("closed_date")
    return Closing(dates=(first, last), sure=sure)
