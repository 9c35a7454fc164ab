"""`python -m flows train`: from the examples to files of weights, with limits set on writers left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from flows.hearing.learned import RISK_FILE, ROUTES_FILE
from flows.learning.examples import Example, examples_hash
from flows.learning.measure import Unseen, learning_curve, read_unseen, risk_limits, route_limits
from flows.learning.train import JOBS, counted, learn

#: What every writer's sentences were read as by the others' weights: the ground of docs/safety.md.
LEFT_OUT = Path("tests/safety/left_out.json")


def train(
    folder: Path, files: dict[str, str], examples: list[Example], today: date, tell: Callable[[str], object]
) -> None:
    """Writes both files of weights into a content folder, and what was measured on the way.

    Args:
        folder: the content folder.
        files: its bundle.
        examples: its examples.
        today: the date of the measurement.
        tell: hears how far it is; all of it takes some minutes.
    """
    unseen = read_unseen(examples, tell)
    limits = {"risk": risk_limits(unseen), "routes": route_limits(unseen)}
    seen = [counted(example.text) for example in examples]
    origin = examples_hash(files)
    for name, file in (("risk", RISK_FILE), ("routes", ROUTES_FILE)):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(learn(JOBS[name], examples, seen, limits[name], origin), encoding="utf-8")
        tell(f"written: {path}")
    LEFT_OUT.parent.mkdir(parents=True, exist_ok=True)
    curve = learning_curve(examples, tell)
    LEFT_OUT.write_text(_kept(unseen, curve, origin, today), encoding="utf-8")
    tell(f"written: {LEFT_OUT}")


def _kept(unseen: list[Unseen], curve: list[tuple[int, int, float]], origin: str, today: date) -> str:
    """One line an example, in the order of the examples: the scores, to hundredths, and the likeliest route."""
    rows: list[Any] = [
        [*(round(value, 2) for value in one.values.values()), max(one.routes, key=one.routes.__getitem__)]
        for one in unseen
    ]
    head = {
        "date": today.isoformat(),
        "examples": origin,
        "heads": list(unseen[0].values),
        "learning": curve,
    }
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return f'{json.dumps(head)[:-1]}, "rows": [\n{lines}\n]}}\n'
