"""`python -m tests.torture`: the running bot under load, killed at random moments and started again.

Prints what became of every event. Exit code 1 when anything was lost, doubled, out of order or left unanswered.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.torture.judge import FAULTS
from tests.torture.run import Plan, torture


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs it and prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for how long people write")
    parser.add_argument("--kills", type=int, default=0, help="go on until there were so many")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--web", type=int, default=1, help="web processes; two and more need postgres")
    parser.add_argument("--gently", action="store_true", help="stop with SIGTERM instead of kill -9")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    plan = Plan(**vars(given))
    if plan.web > 1 and plan.database == "sqlite":
        parser.error("--web 2 and more needs --database postgres: SQLite serves one process")
    figures = torture(plan)
    width = max(map(len, figures))
    for name, count in figures.items():
        print(f"{name:{width}}  {count}")
    return int(any(figures[name] for name in FAULTS))


if __name__ == "__main__":
    sys.exit(main())
