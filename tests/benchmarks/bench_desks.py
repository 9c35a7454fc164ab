"""What the directory costs: loading it, and choosing from it. Run: python -m tests.benchmarks.bench_desks

Aims (issue 3): choosing under 1 ms a call over the full directory, loading under 300 ms. Printed, not asserted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter

from flows.desks import Directory, Need, choose, load_directory
from flows.hours import TOKYO
from flows.problems import Problem

CONTENT = Path(__file__).parents[2] / "content"
LOAD_AIM_MS, CHOOSE_AIM_MS = 300.0, 1.0
FIRST = datetime(2026, 11, 23, 0, 7, tzinfo=TOKYO)


def loading(rounds: int = 7) -> tuple[float, Directory]:
    """Milliseconds of one load (the median), and the directory."""
    files = {f"desks/{path.name}": path.read_text(encoding="utf-8") for path in CONTENT.glob("desks/*.csv")}
    times: list[float] = []
    for _ in range(rounds):
        problems: list[Problem] = []
        start = perf_counter()
        directory = load_directory(files, problems)
        times.append((perf_counter() - start) * 1000)
    return median(times), directory


def choosing(directory: Directory, calls: int = 4000) -> tuple[float, float]:
    """Milliseconds of one call, median and 99th percentile, over places, topics, ways and hours of a year."""
    places = islice(cycle(sorted(directory.within)), calls)
    topics = cycle(
        ("hikikomori loneliness", "suicide loneliness", "livelihood debt", "legal pull-out-business")
    )
    ways = cycle((None, "chat", "phone", "visit", "mail"))
    times: list[float] = []
    for number, (place, topic, by) in enumerate(zip(places, topics, ways, strict=False)):
        need = Need(frozenset(topic.split()), "family" if number % 2 else "self", by, place)
        now = FIRST + timedelta(minutes=131 * number % 525_600)
        start = perf_counter()
        choose(directory, need, now)
        times.append((perf_counter() - start) * 1000)
    times.sort()
    return median(times), times[int(len(times) * 0.99)]


def main() -> None:
    """Prints figures and their ratio to the aim (below 1 is within it)."""
    load, directory = loading()
    middle, slow = choosing(directory)
    print(f"desks: {len(directory.rows)} rows, {len(directory.by_id)} shown with pages")
    print(f"load    {load:8.1f} ms         {load / LOAD_AIM_MS:.2f} of the aim of {LOAD_AIM_MS:.0f} ms")
    print(
        f"choose  {middle:8.3f} ms median  {middle / CHOOSE_AIM_MS:.2f} of the aim of {CHOOSE_AIM_MS:.0f} ms"
    )
    print(f"choose  {slow:8.3f} ms p99     {slow / CHOOSE_AIM_MS:.2f} of the aim of {CHOOSE_AIM_MS:.0f} ms")


if __name__ == "__main__":
    main()
