"""The care rules as far as a machine can see them: `content/wording.yaml` says which words never stand in a text.

The rules are content: whoever edits the words can edit them. Each brings a sample that must be found and one that must
not, and both are tried whenever the content is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from flows import problems as say
from flows.model import Flow, Option, Phrases, Text, Where
from flows.problems import Problem
from flows.reading.source import Fields, read_yaml
from flows.reading.texts import bubbles

FILE = "wording.yaml"
#: A clause: an exception covers what stands in the same one.
_SENTENCE = re.compile("[^。！？!?\n]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that never stand in a text, unless something in the same sentence takes the edge off."""

    id: str
    words: tuple[str, ...]
    unless: tuple[str, ...]
    hint: str

    def found(self, wording: str) -> str | None:
        """The first of the words that stands in a wording, or None."""
        for sentence in _SENTENCE.findall(wording):
            word = next((word for word in self.words if word in sentence), None)
            if word and not any(exception in sentence for exception in self.unless):
                return word
        return None


@dataclass(frozen=True, slots=True)
class Wording:
    """All rules. `glossary`: a term → words that explain it, somewhere in the same flow."""

    rules: tuple[Rule, ...]
    glossary: Mapping[str, str]
    longest_bubble: int  # characters


def read_wording(files: Mapping[str, str], problems: list[Problem]) -> Wording | None:
    """The rules of a bundle; a rule whose samples are read wrongly is a problem."""
    if FILE not in files:
        problems.append(say.missing_file(FILE))
        return None
    table = read_yaml(FILE, files[FILE], problems)
    if table is None:
        return None
    outer = Fields(table, problems)
    rules = []
    for id, inner in outer.tables("rules", required=True):
        one = Fields(inner, problems)
        words = tuple(word.value for word in one.values("words", required=True))
        unless = tuple(word.value for word in one.values("unless"))
        hint, bad, good = (one.scalar(name, required=True) for name in ("hint", "bad", "good"))
        one.finish()
        if not (hint and bad and good):
            continue
        rule = Rule(id, words, unless, hint.value)
        rules.append(rule)
        if not rule.found(bad.value):
            problems.append(say.sample_not_found(bad.where, id))
        if rule.found(good.value):
            problems.append(say.sample_found(good.where, id))
    glossary = outer.child("glossary")
    terms: dict[str, str] = {}
    if glossary:
        inner_fields = Fields(glossary, problems)
        terms = {term: value.value for term in glossary.keys if (value := inner_fields.scalar(term))}
        inner_fields.finish()
    longest = outer.scalar("longest_bubble", required=True)
    outer.finish()
    if longest and not (longest.value.isdecimal() and len(longest.value) <= 4):
        problems.append(say.not_one_of(longest.where, longest.value, ["150"]))
        return None
    return Wording(tuple(rules), terms, int(longest.value)) if longest else None


def check_wording(
    wording: Wording, flows: Mapping[str, Flow], phrases: Phrases, problems: list[Problem]
) -> None:
    """Every text of the flows and of phrases.yaml against the rules."""
    check_texts(wording, tuple(flows.values()), problems)
    check_texts(wording, phrases, problems)
    for flow in flows.values():
        said = "\n".join(
            one for text in _texts(flow) for wordings in text.wordings.values() for one in wordings
        )
        for term, explained in wording.glossary.items():
            if term in said and explained not in said:
                problems.append(say.unexplained(flow.where, term, explained))


def check_texts(wording: Wording, value: object, problems: list[Problem]) -> None:
    """Every text inside a part of the content against the rules."""
    for text in _texts(value):
        for said in dict.fromkeys(said for wordings in text.wordings.values() for said in wordings):
            problems += _against(wording, text.where, said)


def _against(wording: Wording, where: Where, said: str) -> Iterator[Problem]:
    for rule in wording.rules:
        if word := rule.found(said):
            yield say.careless(where, word, rule.id, rule.hint)
    for bubble in bubbles(said):
        if (length := _length(bubble)) > wording.longest_bubble:
            yield say.long_bubble(where, length, wording.longest_bubble)


def _length(bubble: str) -> int:
    """Characters; two Latin letters count as one, as they take the room of one."""
    latin = sum(letter.isascii() for letter in bubble)
    return len(bubble) - latin + latin // 2


def _texts(value: object) -> Iterator[Text]:
    """Every text inside the parts of a flow, of phrases, or of a row of them."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, Option):
        yield value.feedback  # what one might say in a practice may be what is better not said
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner)
