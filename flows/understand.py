"""What a person typed: how much danger is in it, who is meant, where to go.

Two halves read every text, and the higher grade wins: a floor of rules (`flows.hearing.words` finds the word groups of
the lexicon, harmless phrases take away what they cover, rules put the rest together), and weights that were learned
from the sentences of many writers (`flows.hearing.learned`). Every result names what decided it.
Grades, speakers and routes are explained for writers in content/understanding/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from flows.hearing.choosing import match_choice
from flows.hearing.heard import Reading
from flows.hearing.learned import Judged, load_learned
from flows.hearing.lexicon import Command, Lexicon, read_lexicon
from flows.hearing.normalise import as_written, fold, from_romaji, unbroken
from flows.hearing.safety import check_safety
from flows.model import RISKS, Book, Danger, Language, Risk, Speaker
from flows.places import is_place
from flows.problems import Problem

__all__ = ["Lexicon", "Understanding", "load_lexicon", "match_choice", "read", "understand"]

RouteBy = Literal["rule", "weights", "guess"]
#: By how the names of rules begin (content/understanding/risk.yaml).
_DANGERS: Mapping[str, Danger] = {
    "violence": "violence",
    "weapon": "violence",
    "together": "harming",
    "urge_to_kill": "harming",
    "going_to_kill": "harming",
}


@dataclass(frozen=True, slots=True)
class Understanding:
    """The meaning of one message.

    `why` names what decided, for those who write content. `route_by` is how the route was found: a rule is a plain
    request, weights are sure or only guess.
    """

    risk: Risk
    speaker: Speaker
    route: str
    themes: tuple[str, ...]
    command: Command | None
    why: tuple[str, ...]
    language: Language | None
    route_by: RouteBy = "guess"

    @property
    def danger(self) -> Danger:
        """What the danger is about, by the names of the rules that heard it."""
        found = (
            danger for rule in self.why for begins, danger in _DANGERS.items() if rule.startswith(begins)
        )
        return next(found, "other")


def load_lexicon(files: Mapping[str, str], problems: list[Problem]) -> Lexicon:
    """The lexicon of a bundle. When it has no other fault it is held against the built-in safety sentences.

    Args:
        files: path below the content folder → text.
        problems: every fault found is appended here.
    """
    found: list[Problem] = []
    lexicon = replace(read_lexicon(files, found), learned=load_learned(files, found))
    if not found:
        check_safety(lambda text: read(lexicon, [text]).risk, found)
    problems += found
    return lexicon


def understand(book: Book, parts: Sequence[str]) -> Understanding:
    """Understand one or more texts that waited together.

    Danger is looked for in each text and in all of them joined, by the rules and by what was learned, and the highest
    grade wins; everything else is read from the joined text. A text that is nothing but a place asks for a desk there.
    """
    heard = read(book.lexicon, parts)
    if heard.risk == "none" and not heard.command and is_place(book.gazetteer, "".join(parts)):
        return replace(heard, route="find_center", why=("place",), route_by="rule")
    return heard


def read(lexicon: Lexicon, parts: Sequence[str]) -> Understanding:
    """The same by words alone."""
    written = as_written("".join(parts))
    readings = [Reading(lexicon, form) for form in (written, *_other_forms(parts, written))]
    ruled = _ruled(lexicon, readings)
    judged = _judged(lexicon, parts, readings)
    command = next((found for reading in readings if (found := reading.command())), None)
    if command and judged and judged.risk == "watch":
        judged = replace(judged, risk="none")  # a plain word to the bot is no doubt
    risk, speaker, why = _together(ruled, judged)
    themes = tuple(dict.fromkeys(theme for reading in readings for theme in reading.themes()))
    if command:
        route = lexicon.commands[command]
        return Understanding(risk, speaker, route, themes, command, (*why, command), None, "rule")
    route, by, reason = _route(lexicon, readings, judged, bool(themes))
    return Understanding(risk, speaker, route, themes, None, (*why, *reason), readings[0].language(), by)


def _route(
    lexicon: Lexicon, readings: Sequence[Reading], judged: Judged | None, themed: bool
) -> tuple[str, RouteBy, tuple[str, ...]]:
    """Where to go: by a plain rule, else as the weights say where they are sure, else by a doubtful rule or a guess.

    A theme that was heard is talked about where the weights only guess. What rules heard is named in any case: one of
    them tells that somebody speaks as a family.
    """
    rules = [found[0] for reading in readings if (found := reading.first(lexicon.routes))]
    reasons = tuple(rule.id for rule in rules[:1])
    sure = judged is not None and judged.sure
    if rules and not (rules[0].doubtful and sure):
        return rules[0].route, "rule", reasons
    if judged is not None and sure:
        return judged.route, "weights", (f"learned:{judged.route}", *reasons)
    if themed or judged is None:
        return "talk_first" if themed else "other", "guess", ()
    return judged.route, "guess", ()


def _other_forms(parts: Sequence[str], joined: str) -> list[str]:
    """What else the texts may be meant as: each alone, without line breaks and emoji, as romaji."""
    texts = [as_written(part) for part in parts] if len(parts) > 1 else []
    if (without := unbroken("".join(parts))) != "".join(parts):
        texts.append(as_written(without))
    romaji = from_romaji(fold(joined))
    if romaji:
        texts.append(romaji)
    return [text for text in dict.fromkeys(texts) if text and text != joined]


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the floor of rules found: the gravest rule's grade, who is meant, and its name."""

    risk: Risk = "none"
    doubtful: bool = False
    speaker: Speaker = "self"
    why: tuple[str, ...] = ()


def _ruled(lexicon: Lexicon, readings: Sequence[Reading]) -> Ruled:
    gravest = Ruled()
    for reading in readings:
        found = reading.first(lexicon.risk)
        if found and RISKS.index(found[0].grade) > RISKS.index(gravest.risk):
            rule, place = found
            gravest = Ruled(rule.grade, rule.doubtful, reading.speaker(rule, place), (rule.id,))
    return gravest


def ruled_by(lexicon: Lexicon, text: str) -> Ruled:
    """What the floor of rules alone makes of a text."""
    written = as_written(text)
    return _ruled(lexicon, [Reading(lexicon, form) for form in (written, *_other_forms([text], written))])


def combined(ruled: Ruled, learned: Risk) -> Risk:
    """The higher grade of both halves, but a doubtful rule goes one step beyond what was learned at most."""
    heard, known = RISKS.index(ruled.risk), RISKS.index(learned)
    return RISKS[max(known, min(heard, known + 1) if ruled.doubtful else heard)]


def _together(ruled: Ruled, judged: Judged | None) -> tuple[Risk, Speaker, tuple[str, ...]]:
    """Both halves: the higher grade, but a doubtful rule goes one step beyond what was learned at most.

    Where such a rule hears danger and the weights hear none, the text cannot be told apart: that is `watch`, the doubt
    that asks. Whose danger it is, the weights read better (docs/safety.md).
    """
    if judged is None:
        return ruled.risk, ruled.speaker, ruled.why
    risk = combined(ruled, judged.risk)
    violence = ("violence_learned",) if judged.violence else ()
    learned_why = (f"learned:{judged.risk}",) if judged.risk != "none" else ()
    speaker = judged.speaker if judged.risk != "none" else ruled.speaker
    return (
        risk,
        speaker if risk != "none" else "self",
        (*ruled.why, *violence, *learned_why) if risk != "none" else (),
    )


def _judged(lexicon: Lexicon, parts: Sequence[str], readings: Sequence[Reading]) -> Judged | None:
    """What was learned says: the gravest of the joined text, each text alone, and the text read as romaji."""
    if lexicon.learned is None or not readings[0].text:
        return None
    if readings[0].harmless:
        return replace(lexicon.learned.judge("".join(parts)), risk="none", violence=False)
    texts = dict.fromkeys(["".join(parts), *parts])
    for text in tuple(texts):
        if romaji := from_romaji(fold(as_written(text))):
            texts[romaji] = None
    judged = [lexicon.learned.judge(text) for text in texts]
    gravest = max(judged, key=lambda one: RISKS.index(one.risk))
    return replace(gravest, route=judged[0].route, sure=judged[0].sure)
