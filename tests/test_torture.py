"""The running bot, killed at random moments under load. A short run; docs/reliability.md has the long ones."""

from __future__ import annotations

import pytest

from tests.torture.judge import FAULTS
from tests.torture.run import Plan, torture


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_kill_loses_doubles_and_disorders_nothing(database: str) -> None:
    figures = torture(Plan(seconds=0, kills=2, database=database, people=12))
    assert {name: figures[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert figures["killed"] == 2
    assert figures["acknowledged turns"] > 12
