"""What the weights make of a text: how much danger, whose, of which kind, and where to go.

The whole text is scored, and each sentence alone: in a long message one clause may hide what matters. A sentence has to
be clearer than a whole text, because it stands without what is around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows import problems as say
from flows.hearing.features import features, sentences
from flows.hearing.keys import seen
from flows.hearing.lexicon import FOLDER
from flows.hearing.weights import BadWeights, Weights, read_weights
from flows.learning.examples import examples_hash, read_examples
from flows.model import RISKS, Risk, Speaker, Where
from flows.problems import Problem

#: The files of weights, and how to make them.
RISK_FILE, ROUTES_FILE = FOLDER + "weights/risk.txt", FOLDER + "weights/routes.txt"
#: By how much clearer one sentence must be than a whole text; compared on long texts of writers left out.
ALONE = 1.0
#: By how much a grade's score leans on the score of the grade below it.
ON_WATCH, ON_HIGH = 0.3, 0.2
#: Features named as the reason.
REASONS = 4

_OTHERS: tuple[Speaker, ...] = ("family", "peer", "other")


@dataclass(frozen=True, slots=True)
class Judged:
    """What was learned says of a text."""

    risk: Risk
    speaker: Speaker
    violence: bool
    route: str
    sure: bool  # the route is clear enough to lead there


@dataclass(frozen=True, slots=True)
class Learned:
    """Both files of weights."""

    risk: Weights
    routes: Weights

    def judge(self, text: str) -> Judged:
        """Reads a text. Where to go is not asked where there is danger."""
        found = seen(sentences(text))
        values = self.risk.values(found, ALONE)
        grade = graded(values, self.risk.limits)
        if grade in ("high", "emergency"):
            return Judged(grade, speaker_of(values), values["violence"] > 0, "talk_first", False)
        route = self.routes.values(found)
        best = max(route, key=route.__getitem__)
        sure = route[best] >= self.routes.limits["sure"]
        return Judged(grade, speaker_of(values), grade != "none" and values["violence"] > 0, best, sure)

    def reasons(self, text: str, grade: Risk) -> tuple[str, ...]:
        """The features of a text that weigh most for a grade, for those who want to know why."""
        names = sorted(set().union(*features(sentences(text))))
        weights = self.risk.weights(names, grade)
        heavy = sorted(weights, key=lambda name: (-weights[name], name))
        return tuple(f"sees:{feature}" for feature in heavy[:REASONS])


def leaning(values: Mapping[str, float]) -> dict[str, float]:
    """The scores by which grades are told apart: each leans on the one below it (compared on writers left out)."""
    watch, high, emergency = (values[grade] for grade in RISKS[1:])
    return {"watch": watch, "high": high + ON_WATCH * watch, "emergency": emergency + ON_HIGH * high}


def graded(values: Mapping[str, float], limits: Mapping[str, float]) -> Risk:
    """The grade of scores: the gravest whose limit is reached."""
    scores = leaning(values)
    return next((grade for grade in reversed(RISKS[1:]) if scores[grade] >= limits[grade]), "none")


def speaker_of(values: Mapping[str, float]) -> Speaker:
    """Whose danger it is: somebody else's when that is more likely than not."""
    best = max(_OTHERS, key=values.__getitem__)
    return best if values[best] > 0 else "self"


def load_learned(files: Mapping[str, str], problems: list[Problem]) -> Learned | None:
    """The weights of a bundle; a problem when they are missing, broken, or not of these examples."""
    _, bad = read_examples(files)
    problems += [say.bad_example(Where(one.file, one.line), one.text) for one in bad]
    wanted = examples_hash(files)
    found: list[Weights] = []
    for name in (RISK_FILE, ROUTES_FILE):
        if name not in files:
            problems.append(say.missing_file(name))
            continue
        try:
            weights = read_weights(files[name])
        except BadWeights:
            problems.append(say.bad_weights(Where(name, 1)))
            continue
        if weights.examples != wanted:
            problems.append(say.other_weights(Where(name, 2)))
        found.append(weights)
    return Learned(*found) if len(found) == 2 else None
