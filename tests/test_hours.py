"""Hours against a slow reference that reads the same notation in its own way, and against known days.

Over 300 lines, because the reference stands beside the tests that use it.
"""

from __future__ import annotations

import csv
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jpholiday
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.hours import TOKYO, Hours, closes_at, is_holiday, is_open, next_opening, parse_hours
from flows.model import Where
from flows.problems import Problem

DESKS = Path(__file__).parents[1] / "content" / "desks"
WEEK = "月火水木金土日"
FIRST, LAST = datetime(2025, 1, 1, tzinfo=TOKYO), datetime(2027, 12, 31, 23, 59, tzinfo=TOKYO)
ALL_MINUTES = frozenset(range(1440))


def hours_of(hours: str, closed: str = "") -> Hours:
    problems: list[Problem] = []
    found = parse_hours(hours, closed, Where("x.csv", 2), problems)
    assert problems == []
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


# ---------------------------------------------------------------------------------------------- slow reference


def slow_days(text: str) -> set[str]:
    """Days of the notation, spelled out."""
    days: set[str] = set()
    for part in text.replace("毎日", "月-日,祝").split(","):
        if "-" in part:
            first, last = WEEK.index(part[0]), WEEK.index(part[-1])
            days |= {WEEK[day % 7] for day in range(first, last + (7 if last < first else 0) + 1)}
        else:
            days |= set(part)
    return days


def slow_off(closed: str, day: date) -> str:
    """`no`, `maybe` or `yes`: whether a day is off."""
    holiday, answer = bool(jpholiday.is_holiday(day)), "no"
    for item in filter(None, closed.split(";")):
        word = item.rstrip("?")
        if word == "年末年始":
            word = "12/29〜1/3"
        if "/" in word:
            ends = [tuple(int(number) for number in end.split("/")) for end in word.split("〜")]
            turn, inside = date(day.year, *ends[0]), False
            for year in (day.year - 1, day.year):
                turn = date(year, *ends[0])
                stop = date(year + (ends[-1] < ends[0]), *ends[-1])
                inside = inside or turn <= day <= stop
        else:
            inside = WEEK[day.weekday()] in word or (holiday and "祝" in word)
        if inside:
            answer = "maybe" if item.endswith("?") and answer != "yes" else "yes"
    return answer


def slow_minutes(rule: str, begins: date, other: bool) -> set[int]:
    """Minutes after the midnight of `begins` that a rule opens from that day on; `other`: a holiday with hours."""
    day, holiday = WEEK[begins.weekday()], bool(jpholiday.is_holiday(begins))
    if span := re.fullmatch(r"(.) (\d+):(\d+)-(.) (\d+):(\d+)", rule):
        if other:
            return set()
        first, last = WEEK.index(span[1]), WEEK.index(span[4])
        start = first * 1440 + int(span[2]) * 60 + int(span[3])
        end = (last + (7 if last <= first else 0)) * 1440 + int(span[5]) * 60 + int(span[6])
        here = WEEK.index(day) * 1440
        return {
            minute
            for minute in range(1440)
            if start <= here + minute < end or start <= here + minute + 10080 < end
        }
    days, times = rule.split(" ")
    if monthly := re.fullmatch(r"毎月(\d+)日", days):
        applies = begins.day == int(monthly[1])
    else:
        applies = "祝" in slow_days(days) if holiday and other else day in slow_days(days)
    found: set[int] = set()
    for window in times.split(",") if applies else []:
        clock = [
            int(hour) * 60 + int(minute) for hour, minute in (end.split(":") for end in window.split("-"))
        ]
        found |= set(range(*clock))
    return found


def slow_day(hours: str, closed: str, day: date) -> tuple[set[int], set[int]]:
    """Minutes of a day that are surely open, and those that may be."""
    if hours == "24時間":
        return set(ALL_MINUTES), set()
    if not hours or hours in ("不明", "地域による", "期間限定", "カレンダー"):
        return set(), set(ALL_MINUTES)
    rules = hours.split("; ")
    sure: set[int] = set()
    maybe: set[int] = set()
    for begins in (day - timedelta(days=1), day):
        named = any("祝" in slow_days(rule.split(" ")[0]) for rule in rules if not rule.startswith("毎月"))
        other = named and bool(jpholiday.is_holiday(begins))
        shift = 1440 if begins < day else 0
        minutes = set().union(*(slow_minutes(rule, begins, other) for rule in rules))
        here = {minute - shift for minute in minutes} & ALL_MINUTES
        off = slow_off(closed, begins)
        sure |= here if off == "no" else set()
        maybe |= here if off == "maybe" else set()
    return sure, maybe - sure


def slow_is_open(hours: str, closed: str, moment: datetime) -> bool | None:
    sure, maybe = slow_day(hours, closed, moment.date())
    minute = moment.hour * 60 + moment.minute
    return True if minute in sure else None if minute in maybe else False


def slow_change(hours: str, closed: str, moment: datetime, wanted: bool) -> datetime | None:
    """The first minute from `moment` on that is surely open, or that is not."""
    for ahead in range(390):
        day = moment.date() + timedelta(days=ahead)
        sure, _ = slow_day(hours, closed, day)
        minutes = sure if wanted else ALL_MINUTES - sure
        begin = moment.hour * 60 + moment.minute if not ahead else 0
        if left := [minute for minute in minutes if minute >= begin]:
            return datetime(day.year, day.month, day.day, tzinfo=TOKYO) + timedelta(minutes=min(left))
    return None


# ---------------------------------------------------------------------------------------------- properties


def rows() -> list[tuple[str, str]]:
    found = set()
    for name in ("national.csv", "centers.csv", "municipal.csv"):
        with (DESKS / name).open(encoding="utf-8", newline="") as file:
            found |= {(row["hours"], row["closed"]) for row in csv.DictReader(file)}
    return sorted(found)


def clock(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


def windows() -> st.SearchStrategy[str]:
    ends = st.tuples(st.integers(0, 1438), st.integers(1, 1440))
    return ends.map(
        lambda pair: f"{pair[0] // 60:02}:{pair[0] % 60:02}-{sum(pair) // 60:02}:{sum(pair) % 60:02}"
    )


DAYS = st.one_of(
    st.sampled_from(["毎日", "月-金", "土-火", "土,祝", "祝", "月-木,土,祝"]),
    st.sets(st.sampled_from(WEEK + "祝"), min_size=1).map(lambda days: ",".join(sorted(days))),
    st.integers(1, 31).map(lambda day: f"毎月{day}日"),
)
RULES = st.one_of(
    st.tuples(DAYS, st.lists(windows(), min_size=1, max_size=3)).map(
        lambda rule: f"{rule[0]} {','.join(rule[1])}"
    ),
    st.tuples(st.sampled_from(WEEK), clock(0, 1439), st.integers(1, 6), clock(1, 1440)).map(
        lambda s: f"{s[0]} {s[1]}-{WEEK[(WEEK.index(s[0]) + s[2]) % 7]} {s[3]}"
    ),
)
HOURS = st.lists(RULES, min_size=1, max_size=3).map("; ".join)
OFF = st.sampled_from(
    ["祝", "年末年始", "土", "月", "6/23", "12/29〜1/3", "3/1〜3/7", "祝?", "年末年始?", "水?", "12/30?"]
)
CLOSED = st.lists(OFF, max_size=3, unique=True).map(";".join)
MOMENTS = st.one_of(
    st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)),
    st.datetimes(datetime(2026, 12, 27), datetime(2027, 1, 6)),  # noqa: DTZ001 (hypothesis wants them naive)
    st.datetimes(datetime(2026, 9, 18), datetime(2026, 9, 25)),  # noqa: DTZ001
).map(lambda moment: moment.replace(tzinfo=TOKYO))


@given(st.sampled_from(rows()), MOMENTS)
@settings(max_examples=600, deadline=None)
def test_every_row_agrees_with_the_slow_reference(row: tuple[str, str], moment: datetime) -> None:
    hours = hours_of(*row)
    assert is_open(hours, moment) is slow_is_open(*row, moment)


@given(st.sampled_from(rows()), MOMENTS)
@settings(max_examples=300, deadline=None)
def test_changes_of_every_row_agree_with_the_slow_reference(row: tuple[str, str], moment: datetime) -> None:
    check_changes(*row, moment)


@given(HOURS, CLOSED, MOMENTS)
@settings(max_examples=400, deadline=None)
def test_any_hours_agree_with_the_slow_reference(hours: str, closed: str, moment: datetime) -> None:
    problems: list[Problem] = []
    found = parse_hours(hours, closed, Where("x.csv", 2), problems)
    if problems:
        assert [problem.path for problem in problems] == ["hours"]  # the days off leave no day
        assert slow_change(hours, closed, FIRST, True) is None
        return
    assert is_open(found, moment) is slow_is_open(hours, closed, moment)
    check_changes(hours, closed, moment)


def check_changes(hours: str, closed: str, moment: datetime) -> None:
    """The next opening and the closing are the first minutes that are open and that are not."""
    found = hours_of(hours, closed)
    opening = next_opening(found, moment)
    assert opening == slow_change(hours, closed, moment, True)
    if opening is not None:
        assert closes_at(found, opening) == slow_change(hours, closed, opening, False)
    if not is_open(found, moment):
        with pytest.raises(ValueError, match="not open"):
            closes_at(found, moment)


# ---------------------------------------------------------------------------------------------- known days


def test_national_holidays_with_substitutes() -> None:
    year = [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]
    holidays = {f"{day.month}/{day.day}" for day in year if is_holiday(day)}
    assert holidays == {
        *("1/1", "1/12", "2/11", "2/23", "3/20", "4/29", "5/3", "5/4", "5/5", "7/20", "8/11", "9/21", "9/23"),
        *("10/12", "11/3", "11/23"),
        "5/6",  # instead of Sunday 5/3
        "9/22",  # between two holidays
    }


@pytest.mark.parametrize(
    ("hours", "closed", "moment", "open_", "until", "opens"),
    [
        # the toll-free line: 16–21 each day, and the tenth from eight to eight
        ("毎日 16:00-21:00; 毎月10日 08:00-32:00", "", "2026-11-10 07:59", False, None, "2026-11-10 08:00"),
        ("毎日 16:00-21:00; 毎月10日 08:00-32:00", "", "2026-11-10 08:00", True, "2026-11-11 08:00", None),
        ("毎日 16:00-21:00; 毎月10日 08:00-32:00", "", "2026-11-11 07:59", True, "2026-11-11 08:00", None),
        ("毎日 16:00-21:00; 毎月10日 08:00-32:00", "", "2026-11-11 08:00", False, None, "2026-11-11 16:00"),
        # Friday 13:00 to Sunday 22:00
        ("金 13:00-日 22:00", "", "2026-11-21 03:00", True, "2026-11-22 22:00", None),
        ("金 13:00-日 22:00", "", "2026-11-22 22:00", False, None, "2026-11-27 13:00"),
        # a break at noon
        ("月-金 09:00-12:00,13:00-17:00", "祝", "2026-11-24 12:00", False, None, "2026-11-24 13:00"),
        # Monday is a holiday, and the week of new year is closed
        ("月-金 09:00-17:00", "祝;年末年始", "2026-11-23 10:00", False, None, "2026-11-24 09:00"),
        ("月-金 09:00-17:00", "祝;年末年始", "2026-12-28 17:00", False, None, "2027-01-04 09:00"),
        ("月-金 09:00-17:00", "祝;年末年始", "2027-01-02 03:00", False, None, "2027-01-04 09:00"),
        # 5 May falls in a row of holidays with a substitute at its end
        ("月-金 09:00-17:00", "祝", "2026-05-03 10:00", False, None, "2026-05-07 09:00"),
        # hours of their own on holidays
        ("月-金 17:00-22:00; 土,日,祝 09:00-21:00", "", "2026-11-23 21:30", False, None, "2026-11-24 17:00"),
        # nobody could tell whether it is open on holidays: the next sure opening is named
        ("月-金 09:00-17:00", "祝?", "2026-11-23 10:00", None, None, "2026-11-24 09:00"),
        # past midnight, into a day off
        ("毎日 22:00-29:00", "日", "2026-11-22 04:00", True, "2026-11-22 05:00", None),
        ("毎日 22:00-29:00", "日", "2026-11-22 23:00", False, None, "2026-11-23 22:00"),
        ("24時間", "", "2027-01-02 03:00", True, None, None),
        ("毎日 00:00-24:00", "1/1", "2026-11-23 10:00", True, "2027-01-01 00:00", None),
        ("毎日 00:00-24:00", "", "2026-11-23 10:00", True, None, None),
        ("地域による", "年末年始", "2026-11-24 10:00", None, None, None),
        ("期間限定", "", "2026-12-31 10:00", None, None, None),
        ("", "土;日", "2026-11-22 10:00", None, None, None),
    ],
)
def test_known_hours(
    hours: str, closed: str, moment: str, open_: bool | None, until: str | None, opens: str | None
) -> None:
    found = hours_of(hours, closed)
    assert is_open(found, at(moment)) is open_
    if open_:
        assert closes_at(found, at(moment)) == (at(until) if until else None)
    else:
        assert next_opening(found, at(moment)) == (at(opens) if opens else None)


def test_an_open_desk_opens_this_minute() -> None:
    moment = at("2026-11-24 10:00:42")
    assert next_opening(hours_of("月-金 09:00-17:00"), moment) == at("2026-11-24 10:00")


def test_the_zone_of_the_server_does_not_matter() -> None:
    hours = hours_of("月-金 09:00-17:00", "祝;年末年始")
    for moment in (at("2026-11-24 09:00"), at("2026-11-24 08:59"), at("2026-12-28 16:59")):
        for zone in ("UTC", "America/Los_Angeles", "Pacific/Auckland"):
            there = moment.astimezone(ZoneInfo(zone))
            assert is_open(hours, there) == is_open(hours, moment)
            assert next_opening(hours, there) == next_opening(hours, moment)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Mon-Fri 09:00-12:30,13:00-16:00", "月-金 09:00-12:30,13:00-16:00"),
        ("月〜金　９：００〜１７：００", "月-金 09:00-17:00"),
        ("月曜-金曜 9:00 - 17:00", "月-金 09:00-17:00"),
        ("土日・祝日 10:00-16:00", "土,日,祝 10:00-16:00"),
        ("daily 16:00-21:00; monthly10 08:00-32:00", "毎日 16:00-21:00; 毎月10日 08:00-32:00"),
        ("金13:00-日22:00", "金 13:00-日 22:00"),
        ("always", "24時間"),
        ("varies", "地域による"),
    ],
)
def test_the_same_hours_in_other_spellings(written: str, plain: str) -> None:
    assert hours_of(written) == hours_of(plain)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("sat;sun;hol;12-29..01-03", "土;日;祝;12/29〜1/3"),
        ("土日祝；年末年始", "土,日,祝;12/29〜1/3"),
        ("new-year?;6月23日", "12/29〜1/3?;6/23"),
    ],
)
def test_the_same_days_off_in_other_spellings(written: str, plain: str) -> None:
    assert hours_of("毎日 09:00-17:00", written) == hours_of("毎日 09:00-17:00", plain)
