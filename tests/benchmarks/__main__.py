"""`make bench`: every benchmark in one run, as the tables of docs/benchmarks.md."""

from __future__ import annotations

import platform

from bot.core import tokyo_now
from tests.benchmarks import (
    bench_core,
    bench_desks,
    bench_discord,
    bench_engine,
    bench_latency,
    bench_line,
    bench_understanding,
)


def main() -> None:
    """Prints the tables."""
    print(f"{tokyo_now().date().isoformat()}, Python {platform.python_version()}, {platform.machine()}\n")
    print("## Core and store\n")
    print("\n".join(bench_core.measure()))
    print("\n## Engine and start\n")
    print("\n".join(bench_engine.measure()))
    print("\n## Understanding\n")
    print("\n".join(bench_understanding.measure()))
    print("\n## LINE\n")
    print("\n".join(bench_line.measure()))
    print()
    print("\n".join(bench_latency.measure()))
    print("\n## Discord\n")
    print("\n".join(bench_discord.measure()))
    print("\n## Desks\n\n```")
    bench_desks.main()
    print("```")


if __name__ == "__main__":
    main()
