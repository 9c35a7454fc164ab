"""Learns weights from examples (`python -m flows train`). scikit-learn is needed here only, never at run time."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.hearing.features import features, sentences
from flows.hearing.lexicon import ROUTES
from flows.hearing.weights import DIGITS, MAGIC, NOUGHT, Weights, read_weights
from flows.learning.examples import Example
from flows.model import RISKS

#: How freely the heads may follow the examples (inverse of the regularisation); compared on writers left out.
FREEDOM = 64.0
#: A feature counts from so many examples on, of at least so many writers.
LEAST_EXAMPLES, LEAST_WRITERS = 3, 2
#: Weights in the file are whole numbers: so many make one.
SCALE = 128
#: Features that are kept: those that weigh most.
RISK_FEATURES, ROUTE_FEATURES = 120_000, 80_000

#: Kinds of danger that come from somebody's hands: they are answered with distance first.
VIOLENCE = frozenset({"violence", "abuse"})

Target = Callable[[Example], bool]

RISK_HEADS: Mapping[str, Target] = {
    **{
        grade: lambda example, least=number: RISKS.index(example.risk) >= least  # type: ignore[misc]
        for number, grade in enumerate(RISKS[1:], 1)
    },
    "violence": lambda example: example.risk != "none" and example.kind in VIOLENCE,
    **{
        who: lambda example, who=who: example.risk != "none" and example.speaker == who  # type: ignore[misc]
        for who in ("family", "peer", "other")
    },
}
ROUTE_HEADS: Mapping[str, Target] = {
    route: lambda example, route=route: example.route == route  # type: ignore[misc]
    for route in ROUTES
}


@dataclass(frozen=True, slots=True)
class Job:
    """One file of weights: its heads, the examples it learns from, and how many features it keeps."""

    heads: Mapping[str, Target]
    wanted: Target
    size: int


JOBS: Mapping[str, Job] = {
    "risk": Job(RISK_HEADS, lambda example: True, RISK_FEATURES),
    "routes": Job(ROUTE_HEADS, lambda example: bool(example.route), ROUTE_FEATURES),
}


def counted(text: str) -> Counter[str]:
    """The features of a text, sentence by sentence, as they are summed at run time."""
    return Counter(feature for found in features(sentences(text)) for feature in found)


def learn(
    job: Job,
    examples: Sequence[Example],
    seen: Sequence[Counter[str]],
    limits: Mapping[str, float] | None = None,
    origin: str = "",
) -> str:
    """The text of a file of weights.

    Args:
        job: what is learned.
        examples: all examples.
        seen: the features of each (`counted`).
        limits: from which score on a head holds.
        origin: the hash of the examples.
    """
    import numpy as np
    from scipy.sparse import csr_matrix, diags
    from sklearn.linear_model import LogisticRegression

    chosen = [number for number, example in enumerate(examples) if job.wanted(example)]
    names = _vocabulary(examples, seen, chosen)
    place = {name: number for number, name in enumerate(names)}
    data, columns, starts = [], [], [0]
    for number in chosen:
        row = [(place[name], count) for name, count in seen[number].items() if name in place]
        length = max(sum(count for _, count in row), 1) ** 0.5
        data += [count / length for _, count in row]
        columns += [column for column, _ in row]
        starts.append(len(data))
    plain: Any = csr_matrix((data, columns, starts), shape=(len(chosen), len(names)), dtype=np.float64)
    # What few sentences have tells more (inverse document frequency): a third fewer false alarms on writers left out.
    rarity = np.log(len(chosen) / np.asarray((plain > 0).sum(axis=0)).ravel())
    rarity /= rarity.mean()
    matrix = plain @ diags(rarity)
    weights, biases = [], []
    for target in job.heads.values():
        wanted = np.array([target(examples[number]) for number in chosen])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = LogisticRegression(C=FREEDOM, solver="liblinear", dual=True, max_iter=200).fit(
                matrix, wanted
            )
        weights.append(model.coef_[0] * rarity)
        biases.append(float(model.intercept_[0]))
    table = np.array(weights)
    most = np.sort(np.argsort(-np.abs(table).max(axis=0), kind="stable")[: job.size])
    return _written(origin, limits or {}, list(job.heads), biases, [(names[n], table[:, n]) for n in most])


def _vocabulary(
    examples: Sequence[Example], seen: Sequence[Counter[str]], chosen: Iterable[int]
) -> list[str]:
    count: Counter[str] = Counter()
    writers: defaultdict[str, set[str]] = defaultdict(set)
    for number in chosen:
        for name in seen[number]:
            count[name] += 1
            if len(writers[name]) < LEAST_WRITERS:
                writers[name].add(examples[number].writer)
    return sorted(
        name
        for name, times in count.items()
        if times >= LEAST_EXAMPLES and len(writers[name]) >= LEAST_WRITERS and name.isprintable()
    )


def _written(
    origin: str,
    limits: Mapping[str, float],
    heads: Sequence[str],
    biases: Sequence[float],
    rows: Sequence[tuple[str, Any]],
) -> str:
    lines = [MAGIC, f"examples {origin or '-'}", f"scale {SCALE}", f"heads {' '.join(heads)}"]
    lines.append("limits " + " ".join(f"{name}={value:.3f}" for name, value in limits.items()))
    lines.append("bias " + " ".join(str(round(bias * SCALE)) for bias in biases))
    lines += [f"{name}\t{''.join(map(_digits, values))}" for name, values in rows]
    return "\n".join(lines) + "\n"


def _digits(value: float) -> str:
    whole = max(-NOUGHT, min(NOUGHT - 1, round(float(value) * SCALE)))
    return f"{whole + NOUGHT:0{DIGITS}x}"


def learned(job: Job, examples: Sequence[Example], seen: Sequence[Counter[str]]) -> Weights:
    """The same as `learn`, read back."""
    return read_weights(learn(job, examples, seen))
