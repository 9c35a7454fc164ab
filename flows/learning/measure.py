"""How well the screen reads people whom it never saw: every writer is read by weights learned from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from flows.hearing.features import sentences
from flows.hearing.keys import seen
from flows.hearing.learned import ALONE, leaning
from flows.hearing.weights import Weights
from flows.learning.examples import Example
from flows.learning.train import JOBS, counted, learned

#: Writers are left out in so many groups.
GROUPS = 5
#: What the limits are set by, on writers left out and by the weights alone: dangers called none (the rules catch a
#: third of these), look-alikes at high, watch called emergency.
MISSED, ALIKE_AT_HIGH, WATCH_AT_EMERGENCY = 0.036, 0.031, 0.0085
#: Of the routes that the weights are sure of, so many are right.
RIGHT_WHEN_SURE = 0.9

Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Unseen:
    """An example as read by weights that never saw its writer."""

    example: Example
    values: Scores
    routes: Scores


def read_unseen(examples: Sequence[Example], tell: Callable[[str], object]) -> list[Unseen]:
    """Every example read by weights learned from other writers.

    Args:
        examples: of many writers.
        tell: hears how far it is; takes some minutes.
    """
    group = _groups(examples)
    counts = [counted(example.text) for example in examples]
    found: dict[int, Unseen] = {}
    with ProcessPoolExecutor(initializer=_begin, initargs=(examples, counts)) as pool:
        for number, weights in enumerate(pool.map(_without, range(GROUPS))):
            for n, example in enumerate(examples):
                if group[example.writer] == number:
                    found[n] = Unseen(example, *scores(example.text, *weights))
            tell(f"writers left out: group {number + 1} of {GROUPS}")
    return [found[n] for n in range(len(examples))]


def _groups(examples: Sequence[Example]) -> dict[str, int]:
    writers = sorted({example.writer for example in examples})
    return {writer: number % GROUPS for number, writer in enumerate(writers)}


_work: tuple[Sequence[Example], Sequence[Counter[str]]] = ((), ())


def _begin(examples: Sequence[Example], counts: Sequence[Counter[str]]) -> None:
    global _work  # of a process that does nothing else
    _work = examples, counts


def _without(number: int) -> tuple[Weights, Weights]:
    """The weights learned without one group of writers."""
    examples, counts = _work
    group = _groups(examples)
    rest = [n for n, example in enumerate(examples) if group[example.writer] != number]
    return _weights([examples[n] for n in rest], [counts[n] for n in rest])


def learning_curve(
    examples: Sequence[Example], tell: Callable[[str], object]
) -> list[tuple[int, int, float]]:
    """What more writers bring: writers, sentences, look-alikes asked about where 2 % of the dangers are called none.

    The last group of writers is always the one that is read.
    """
    writers = sorted({example.writer for example in examples})
    held = {writer for number, writer in enumerate(writers) if number % GROUPS == GROUPS - 1}
    others = [writer for writer in writers if writer not in held]
    counts = [counted(example.text) for example in examples]
    found = []
    for share in (8, 4, 2, 1):
        some = set(others[::share])
        chosen = [n for n, example in enumerate(examples) if example.writer in some]
        weights = learned(JOBS["risk"], [examples[n] for n in chosen], [counts[n] for n in chosen])
        read = [
            (example, weights.values(seen(sentences(example.text)))["watch"])
            for example in examples
            if example.writer in held
        ]
        limit = _quantile((value for one, value in read if one.risk in ("high", "emergency")), 0.02)
        alike = [value >= limit for one, value in read if looks_alike(one)]
        found.append((len(some), len(chosen), round(sum(alike) / max(len(alike), 1), 3)))
        tell(f"learning curve: {found[-1]}")
    return found


def _weights(examples: Sequence[Example], counts: Sequence[Counter[str]]) -> tuple[Weights, Weights]:
    return learned(JOBS["risk"], examples, counts), learned(JOBS["routes"], examples, counts)


def scores(text: str, risk: Weights, routes: Weights) -> tuple[Scores, Scores]:
    """The scores of a text, as at run time."""
    found = seen(sentences(text))
    return risk.values(found, ALONE), routes.values(found)


def risk_limits(read: Sequence[Unseen]) -> dict[str, float]:
    """From which score on each grade holds, by what may be missed and what may be imagined."""
    scores = [(one.example, leaning(one.values)) for one in read]
    danger = [score["watch"] for one, score in scores if one.risk in ("high", "emergency")]
    alike = [score["high"] for one, score in scores if looks_alike(one)]
    watch = [score["emergency"] for one, score in scores if one.risk == "watch"]
    return {
        "watch": _quantile(danger, MISSED),
        "high": _quantile(alike, 1 - ALIKE_AT_HIGH),
        "emergency": _quantile(watch, 1 - WATCH_AT_EMERGENCY),
    }


def route_limits(read: Sequence[Unseen]) -> dict[str, float]:
    """From which score on a route is sure: where so many of those above it are right."""
    told = sorted(
        (
            (max(one.routes.values()), best(one.routes) == one.example.route)
            for one in read
            if one.example.route
        ),
        reverse=True,
    )
    limit, right = 0.0, 0
    for count, (score, hit) in enumerate(told, 1):
        right += hit
        if right / count >= RIGHT_WHEN_SURE:
            limit = score
    return {"sure": limit}


def best(routes: Scores) -> str:
    """The likeliest route."""
    return max(routes, key=routes.__getitem__)


def looks_alike(example: Example) -> bool:
    """A harmless sentence that is like a dangerous one; the others are ordinary talk."""
    return example.risk == "none" and example.kind != "route"


def _quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
