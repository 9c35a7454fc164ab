"""What a person typed: how much danger is in it, who is meant, where to go.

One reading of a text is a handful of look-ups: `flows.hearing.words` finds the word groups of the lexicon, harmless
phrases take away what they cover, and rules put the rest together. Every result names the rules that decided it.
Grades, speakers and routes are explained for writers in content/understanding/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.hearing.choosing import match_choice
from flows.hearing.heard import Reading
from flows.hearing.lexicon import Command, Lexicon, read_lexicon
from flows.hearing.normalise import as_written, fold, from_romaji, unbroken
from flows.hearing.safety import check_safety
from flows.model import RISKS, Language, Risk, Speaker
from flows.problems import Problem

__all__ = ["Lexicon", "Understanding", "load_lexicon", "match_choice", "understand"]


@dataclass(frozen=True, slots=True)
class Understanding:
    """The meaning of one message. `why` holds the ids of the rules that decided, for those who write content."""

    risk: Risk
    speaker: Speaker
    route: str
    themes: tuple[str, ...]
    command: Command | None
    why: tuple[str, ...]
    language: Language | None


def load_lexicon(files: Mapping[str, str], problems: list[Problem]) -> Lexicon:
    """The lexicon of a bundle. When it has no other fault it is held against the built-in safety sentences.

    Args:
        files: path below the content folder → text.
        problems: every fault found is appended here.
    """
    found: list[Problem] = []
    lexicon = read_lexicon(files, found)
    if not found:
        check_safety(lambda text: understand(lexicon, [text]).risk, found)
    problems += found
    return lexicon


def understand(lexicon: Lexicon, parts: Sequence[str]) -> Understanding:
    """Understand one or more texts that waited together.

    Danger is looked for in each text and in all of them joined, and the highest grade wins; everything else is
    read from the joined text.
    """
    written = as_written("".join(parts))
    readings = [Reading(lexicon, form) for form in (written, *_other_forms(parts, written))]
    risk, speaker, why = _danger(lexicon, readings)
    themes = tuple(dict.fromkeys(theme for reading in readings for theme in reading.themes()))
    command = next((found for reading in readings if (found := reading.command())), None)
    if command:
        return Understanding(risk, speaker, lexicon.commands[command], themes, command, (*why, command), None)
    route, rule = _route(lexicon, readings)
    if not rule:
        route = "talk_first" if themes or risk != "none" else "other"
    return Understanding(risk, speaker, route, themes, None, (*why, *rule), readings[0].language())


def _other_forms(parts: Sequence[str], joined: str) -> list[str]:
    """What else the texts may be meant as: each alone, without line breaks and emoji, as romaji."""
    texts = [as_written(part) for part in parts] if len(parts) > 1 else []
    texts.append(as_written(unbroken("".join(parts))))
    romaji = from_romaji(fold(joined))
    if romaji:
        texts.append(romaji)
    return [text for text in dict.fromkeys(texts) if text and text != joined]


def _danger(lexicon: Lexicon, readings: Sequence[Reading]) -> tuple[Risk, Speaker, tuple[str, ...]]:
    """The highest grade found, who is meant, and the rule that found it."""
    risk: Risk = "none"
    speaker: Speaker = "self"
    why: tuple[str, ...] = ()
    for reading in readings:
        found = reading.first(lexicon.risk)
        if found and RISKS.index(found[0].grade) > RISKS.index(risk):
            rule, place = found
            risk, speaker, why = rule.grade, reading.speaker(rule, place), (rule.id,)
    return risk, speaker, why


def _route(lexicon: Lexicon, readings: Sequence[Reading]) -> tuple[str, tuple[str, ...]]:
    """The route, and the rule that found it."""
    for reading in readings:
        found = reading.first(lexicon.routes)
        if found:
            return found[0].route, (found[0].id,)
    return "", ()
