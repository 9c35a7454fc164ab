"""Word groups as writers list them: read, named by each other, and held against what rules ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows import problems as say
from flows.hearing.words import GroupName, Mark, Word, read_word
from flows.model import Where
from flows.problems import Problem
from flows.reading.source import Fields, Scalar, Table

#: Marks are not heard: a word with one would mean more than it seems to.
_MARKS = frozenset("、。！？「」『』（）!?")


class Groups:
    """All groups of all files, while they are being read."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.sought: set[str] = set()  # whose places are asked for
        self.lightening: set[str] = set()  # whose places make danger lighter
        self._words: dict[str, list[Word]] = {}
        self._where: dict[str, Where] = {}  # groups and rules
        self._named: list[tuple[Where, str]] = []

    def read(self, table: Table | None, prefix: str = "") -> list[str]:
        """Every list of a section as a group, its name behind a prefix; the names."""
        if table is None:
            return []
        fields = Fields(table, self.problems)
        for key in table.keys:
            self.add(prefix + key, table.keys[key], fields.values(key))
        return [prefix + key for key in table.keys]

    def add(self, name: str, where: Where, values: Iterable[Scalar]) -> None:
        """One group."""
        words = list(self._read_words(values))
        if self.is_new(name, where):
            self._words[name] = words

    def is_new(self, name: str, where: Where) -> bool:
        """Whether nothing has this name yet; otherwise a problem."""
        first = self._where.setdefault(name, where)
        if first is not where:
            self.problems.append(say.equal_names(where, name, first))
        return first is where

    def named(self, value: Scalar, place: set[str]) -> tuple[str, ...]:
        """The groups that a rule names (`A + B` are two), put into `place`."""
        names = tuple(name.strip() for name in value.value.replace("＋", "+").split("+"))
        self._named += ((value.where, name) for name in names)
        place.update(names)
        return names

    def finish(self) -> dict[str, list[Word]]:
        """The words by group. Names that do not exist, circles and groups that nobody uses are reported."""
        for where, name in self._named:
            if name not in self._words:
                self.problems.append(say.unknown_group(where, name, self._words))
        self._break_circles()
        used = set(self._closure(self.sought | self.lightening))
        for name in self._words.keys() - used:
            self.problems.append(say.unused_group(self._where[name], name))
        self.sought &= self._words.keys()
        self.lightening &= self._words.keys()
        return {
            name: [word for word in words if all(inner in self._words for inner in _inner(word))]
            for name, words in self._words.items()
        }

    def _read_words(self, values: Iterable[Scalar]) -> Iterator[Word]:
        for value in values:
            word = read_word(value.value)
            self._named += ((value.where, name) for name in _inner(word))
            if set(value.value) & _MARKS:
                self.problems.append(say.word_with_marks(value.where, value.value))
            elif value.value.strip() and not any(isinstance(piece, (str, GroupName)) for piece in word):
                self.problems.append(say.word_without_letters(value.where, value.value))
            elif word and word[0] in (Mark.GAP, Mark.END):
                self.problems.append(say.word_starts_with_mark(value.where, value.value))
            else:
                yield word

    def _closure(self, names: Iterable[str]) -> Iterator[str]:
        """The groups, and those that their words name, and so on."""
        waiting, seen = list(names), set(names)
        while waiting:
            name = waiting.pop()
            yield name
            for word in self._words.get(name, ()):
                new = {inner for inner in _inner(word) if inner not in seen}
                seen |= new
                waiting += new

    def _break_circles(self) -> None:
        """A group that contains itself could not be laid out: it is reported and emptied."""
        done: set[str] = set()

        def walk(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                self.problems.append(say.group_in_itself(self._where[name], name))
                self._words[name] = []
            elif name not in done:
                for word in list(self._words.get(name, ())):
                    for inner in _inner(word):
                        walk(inner, (*path, name))
                done.add(name)

        for name in list(self._words):
            walk(name, ())


def _inner(word: Word) -> list[str]:
    return [piece.name for piece in word if isinstance(piece, GroupName)]
