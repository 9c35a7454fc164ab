"""One text read with a lexicon: which rules hold in it, who is meant, what it is about."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from flows.hearing.lexicon import EASY, THEME, TOPIC, Command, Condition, Lexicon, Position, Rule
from flows.hearing.matcher import Hits, Span
from flows.hearing.normalise import END, fold, from_romaji
from flows.model import Language, Speaker

#: How far a condition looks from a rule's own words, in letters of the normal form, and never past the sentence.
REACH = 30
#: Letters that may stand between a rule's own words and what must come next.
NEXT = 2
#: In a text this short, what is looked for near by may stand in another sentence (飲みました。家にあった薬全部。).
SHORT = 45
#: Share of Latin letters from which a text of several words is English.
ENGLISH = 0.7

_LATIN = re.compile("[a-z ]")
_WORDS = re.compile("[a-z]+")


class Reading:
    """A normal form (katakana as written) and the word groups found in it."""

    def __init__(self, lexicon: Lexicon, written: str) -> None:
        self.text = fold(written)
        self._lexicon = lexicon
        self._light = lexicon.light.find(written)
        harmless = [place for name in lexicon.harmless for place in self._light.get(name, ())]
        self.harmless = _covers(harmless, self.text)  # nothing else is in it
        self._all = lexicon.matcher.find(self.text)  # themes are heard in harmless words too
        self._hits = _without(harmless, self._all, len(written))

    def first(self, rules: Iterable[Rule]) -> tuple[Rule, Span] | None:
        """The first rule that holds, and where."""
        for rule in rules:
            for group in rule.any:
                for place in self._hits.get(group, ()):
                    if all(self._holds(condition, place) for condition in rule.conditions):
                        return rule, place
        return None

    def speaker(self, rule: Rule, place: Span) -> Speaker:
        """Who is meant where a rule holds: the nearest person named, if the sentence is about somebody else."""
        if rule.speaker and rule.speaker != TOPIC:
            return rule.speaker
        people = self._people()
        start, end = place
        told = self._is_told(place)
        if told:  # 息子が「俺なんか…」と言う
            people = [person for person in people if person[1] != "self"] or people
        told = told or rule.speaker == TOPIC
        before = [person for person in people if person[0][0] < end]
        if before:
            hit, speaker = before[-1]
            if hit[0] >= self._sentence(place)[0] and (told or start - hit[1] <= NEXT):
                return speaker
        beside = [speaker for hit, speaker in people if hit[0] == end]
        if beside:
            return beside[0]
        return before[-1][1] if before and told else "self"

    def _people(self) -> list[tuple[Span, Speaker]]:
        """The people named, in order; 近所の子どもが is not also 子どもが."""
        found = sorted(
            (hit, speaker) for group, speaker in self._lexicon.speakers.items() for hit in self._places(group)
        )
        return [
            (hit, speaker)
            for hit, speaker in found
            if not any(other[0] < hit[0] and hit[1] <= other[1] for other, _ in found)
        ]

    def _is_told(self, place: Span) -> bool:
        """Whether what stands at a place is told of somebody; a rule's own words may end in a と or って."""
        start, end = place
        words = (start, max(start, end - NEXT))
        return any(self._stands(self._places(group), "after", words) for group in self._lexicon.hearsay)

    def themes(self) -> list[str]:
        """Themes in the order in which they come up."""
        hits = self._all if self.harmless else self._hits
        found = [(places[0], name) for name in self._lexicon.themes if (places := hits.get(THEME + name))]
        return [name for _, name in sorted(found)]

    def command(self) -> Command | None:
        """The command that is all the text says, but for a few polite words."""
        before, after = self._lexicon.before_command, self._lexicon.after_command
        for command in self._lexicon.commands:
            for start, end in self._places(f"command.{command}"):
                if _only(self.text[:start], before) and _only(self.text[end:], after):
                    return command
        return None

    def language(self) -> Language | None:
        """English or easy Japanese, when the writing clearly suggests it."""
        latin = len(_LATIN.findall(self.text))
        if (
            len(_WORDS.findall(self.text)) > 1
            and latin > ENGLISH * len(self.text)
            and not from_romaji(self.text)
        ):
            return "en"
        return "easy" if self._places(EASY) else None

    def _places(self, group: str) -> Sequence[Span]:
        return self._hits.get(group, ())

    def _holds(self, condition: Condition, place: Span) -> bool:
        hits, position = (self._hits if condition.wanted else self._light), condition.position
        if condition.wanted and position == "near" and len(self.text) <= SHORT:
            position = "text"
        found = any(
            all(self._stands(hits.get(group, ()), position, place) for group in choice)
            for choice in condition.choices
        )
        return found is condition.wanted

    def _stands(self, places: Sequence[Span], position: Position, place: Span) -> bool:
        """Whether one of the places of a group is at a position seen from a place."""
        if not places or position == "text":
            return bool(places)
        start, end = place
        first, last = self._sentence(place)
        if position == "near":
            first, stop = max(first, start - REACH), end + REACH
        elif position == "before":
            first, stop, last = max(first, start - REACH), start, start
        else:
            first, stop = end, end + (REACH if position == "after" else NEXT + 1)
        for hit in places[bisect_left(places, (first, 0)) :]:
            if hit[0] >= stop:
                return False
            if hit[1] <= last:
                return True
        return False

    def _sentence(self, place: Span) -> Span:
        stop = self.text.find(END, place[1])
        return self.text.rfind(END, 0, place[0]) + 1, stop if stop >= 0 else len(self.text)


def _only(text: str, words: Sequence[str]) -> bool:
    """Whether a text consists of such words only."""
    text = text.replace(END, "")
    while text:
        word = next((word for word in words if text.startswith(word)), "")
        if not word:
            return False
        text = text[len(word) :]
    return True


def _covers(phrases: Sequence[Span], text: str) -> bool:
    """Whether phrases leave no letter of a text uncovered."""
    covered = {place for start, end in phrases for place in range(start, end)}
    return bool(covered) and all(place in covered or letter == END for place, letter in enumerate(text))


def _without(phrases: Sequence[Span], hits: Hits, length: int) -> Hits:
    """The hits that no harmless phrase covers; a hit that holds the whole phrase and more stays."""
    if not phrases:
        return hits
    cover: list[Span | None] = [None] * length
    for start, end in sorted(phrases, key=lambda phrase: phrase[1] - phrase[0]):  # longer ones win
        cover[start:end] = [(start, end)] * (end - start)

    def stays(hit: Span) -> bool:
        edges = (cover[hit[0]], cover[hit[1] - 1])
        return all(
            edge is None or (hit[0] <= edge[0] and edge[1] <= hit[1] and hit != edge) for edge in edges
        )

    return {name: kept for name, places in hits.items() if (kept := [hit for hit in places if stays(hit)])}
