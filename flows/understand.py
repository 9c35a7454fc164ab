"""What a person typed: how much danger is in it, who is meant, where to go.

One reading of a text is a handful of look-ups: `flows.words` finds the word groups of the lexicon, harmless
phrases take away what they cover, and rules put the rest together. Every result names the rules that decided it.
Grades and routes are those of the contract (docs: content/understanding/README.md).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.choosing import match_choice
from flows.lexicon import EASY, SPEAKERS, TOPIC, Command, Condition, Lexicon, Rule, read_lexicon
from flows.model import RISKS, Language, Risk, Speaker
from flows.normalise import END, as_written, fold, from_romaji, unbroken
from flows.problems import Problem
from flows.safety import check_safety
from flows.words import Hits, Span

__all__ = ["Lexicon", "Understanding", "load_lexicon", "match_choice", "understand"]

#: How far a condition looks from a rule's own words, in letters of the normal form, and never past the sentence.
REACH = 30
#: Letters that may stand between a rule's own words and what must come next.
NEXT = 2
#: In a short text, what is looked for may stand in another sentence: 飲みました。家にあった薬全部。
SHORT = 45


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
    """The lexicon of a bundle. It is held against the built-in safety sentences when it has no other fault.

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
    whole = _Reading(lexicon, as_written("".join(parts)))
    readings = [whole, *(_Reading(lexicon, other) for other in _other_forms(parts, whole.written))]
    danger = max((reading.danger() for reading in readings), key=lambda found: RISKS.index(found.risk))
    themes = tuple(dict.fromkeys(theme for reading in readings for theme in reading.themes()))
    command = next((found for reading in readings if (found := reading.command())), None)
    route, rule = _route(lexicon, readings, danger.risk, themes, command)
    why = tuple(dict.fromkeys((*danger.why, rule))) if rule else danger.why
    return Understanding(danger.risk, danger.speaker, route, themes, command, why, whole.language())


def _other_forms(parts: Sequence[str], joined: str) -> list[str]:
    """What else the texts may be meant as: each alone, without line breaks and emoji, as romaji."""
    texts = [as_written(part) for part in parts] if len(parts) > 1 else []
    texts.append(as_written(unbroken("".join(parts))))
    romaji = from_romaji(joined)
    if romaji:
        texts.append(romaji)
    return [text for text in dict.fromkeys(texts) if text and text != joined]


def _route(
    lexicon: Lexicon, readings: Sequence[_Reading], risk: Risk, themes: Sequence[str], command: Command | None
) -> tuple[str, str]:
    """The route, and the rule that found it."""
    if command:
        return lexicon.commands[command], command
    for reading in readings:
        rule = reading.first(lexicon.routes)
        if rule:
            return rule[0].outcome, rule[0].id
    return ("talk_first" if themes or risk != "none" else "other"), ""


@dataclass(frozen=True, slots=True)
class _Danger:
    risk: Risk = "none"
    speaker: Speaker = "self"
    why: tuple[str, ...] = ()


class _Reading:
    """One normal form and the word groups found in it."""

    def __init__(self, lexicon: Lexicon, written: str) -> None:
        self.lexicon = lexicon
        self.written = written
        self.text = fold(written)
        self.light = lexicon.light.find(written)
        harmless = [hit for name in lexicon.harmless for hit in self.light.get(name, ())]
        self.hits = _without(harmless, lexicon.matcher.find(self.text), len(written))

    def danger(self) -> _Danger:
        found = self.first(self.lexicon.risk)
        if not found:
            return _Danger()
        rule, place = found
        return _Danger(_risk(rule.outcome), self._speaker(rule, place), (rule.id,))

    def first(self, rules: Iterable[Rule]) -> tuple[Rule, Span] | None:
        """The first rule that fires, and where."""
        for rule in rules:
            for group in rule.any:
                for place in self.hits.get(group, ()):
                    if all(self._holds(condition, place) for condition in rule.conditions):
                        return rule, place
        return None

    def _holds(self, condition: Condition, place: Span) -> bool:
        hits = self.hits if condition.wanted else self.light
        found = any(
            all(self._at(hits.get(group, ()), condition, place) for group in choice)
            for choice in condition.choices
        )
        return found is condition.wanted

    def _at(self, hits: Sequence[Span], position: str, place: Span) -> bool:
        """Whether one of the hits of a group stands at a position seen from a place."""
        if not hits or position == "text":
            return bool(hits)
        start, end = place
        first, last = self._sentence(place)
        if position in ("near", "before"):
            first = max(first, start - REACH)
        if position == "before":
            last = start
        if position in ("after", "next"):
            first = end
        stop = min(last, start if position == "before" else end + (NEXT + 1 if position == "next" else REACH))
        for hit in hits[bisect_left(hits, (first, 0)) :]:
            if hit[0] >= stop:
                return False
            if hit[1] <= last:
                return True
        return False

    def _sentence(self, place: Span) -> Span:
        stop = self.text.find(END, place[1])
        return self.text.rfind(END, 0, place[0]) + 1, stop if stop >= 0 else len(self.text)

    def _speaker(self, rule: Rule, place: Span) -> Speaker:
        """Who is meant: the nearest person the sentence speaks of, if it speaks of somebody else at all."""
        if rule.speaker and rule.speaker != TOPIC:
            return _speaker(rule.speaker)
        people = sorted(
            (hit, speaker) for group, speaker in self.lexicon.speakers.items() for hit in self.hits.get(group, ())
        )
        start, end = place
        first, last = self._sentence(place)
        told = rule.speaker == TOPIC or any(
            self._at(self.hits.get(group, ()), "after", place) for group in self.lexicon.hearsay
        )
        before = [person for person in people if person[0][0] < end]
        if before and before[-1][0][0] >= first and (told or start - before[-1][0][1] <= NEXT):
            return before[-1][1]
        beside = [speaker for hit, speaker in people if hit[0] == end]
        if beside:
            return beside[0]
        return before[-1][1] if before and told else "self"

    def themes(self) -> list[str]:
        """Themes in the order in which they come up."""
        found = [(self.hits[f"theme.{name}"][0], name) for name in self.lexicon.themes if f"theme.{name}" in self.hits]
        return [name for _, name in sorted(found)]

    def command(self) -> Command | None:
        """The command that is all the text says, but for a few polite words."""
        before, after = self.lexicon.before_command, self.lexicon.after_command
        for command in self.lexicon.commands:
            for start, end in self.hits.get(f"command.{command}", ()):
                if _only(self.text[:start], before) and _only(self.text[end:], after):
                    return command
        return None

    def language(self) -> Language | None:
        """English or easy Japanese, when the writing clearly suggests it."""
        latin = len(_LATIN.findall(self.text))
        if len(_WORDS.findall(self.text)) > 1 and latin > 0.7 * len(self.text) and not from_romaji(self.text):
            return "en"
        return "easy" if EASY in self.hits else None


_LATIN = re.compile("[a-z ]")
_WORDS = re.compile("[a-z]+")


def _only(text: str, words: Sequence[str]) -> bool:
    """Whether a text consists of such words only."""
    text = text.replace(END, "")
    while text:
        word = next((word for word in words if text.startswith(word)), "")
        if not word:
            return False
        text = text[len(word) :]
    return True


def _without(phrases: Sequence[Span], hits: Hits, length: int) -> Hits:
    """The hits that no harmless phrase covers; a hit that holds the whole phrase and more stays."""
    if not phrases:
        return hits
    cover: list[Span | None] = [None] * length
    for start, end in sorted(phrases, key=lambda phrase: phrase[1] - phrase[0]):  # longer ones win
        cover[start:end] = [(start, end)] * (end - start)

    def stays(hit: Span) -> bool:
        edges = (cover[hit[0]], cover[hit[1] - 1])
        return all(edge is None or (hit[0] <= edge[0] and edge[1] <= hit[1] and hit != edge) for edge in edges)

    return {name: kept for name, places in hits.items() if (kept := [hit for hit in places if stays(hit)])}


def _risk(grade: str) -> Risk:
    return next(risk for risk in RISKS if risk == grade)


def _speaker(name: str) -> Speaker:
    return next(speaker for speaker in SPEAKERS if speaker == name)
