"""Word groups and where they stand in a text.

A word is written by people who do not program:

    もう起きたくない        these letters, after normalising on both sides
    <死に>たい              a word of the group 死に, then たい (a group may hold the empty word)
    生きて…意味             up to `GAP` letters may stand between, within one sentence
    ^しね$                  ^ the start of a sentence, $ its end

Words are laid out in a tree by their first letters, and the rest is compared piece by piece. Nothing is tried
twice from one place, so the time grows with the length of the text and not with its letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from flows.hearing.normalise import END, as_written, fold

#: Letters that may stand in a gap.
GAP = 16

Span = tuple[int, int]
Hits = dict[str, list[Span]]


class Mark(Enum):
    """What a word may ask for besides letters."""

    GAP = "…"
    START = "^"
    END = "$"


@dataclass(frozen=True, slots=True)
class GroupName:
    """A group named inside a word."""

    name: str


Piece = str | Mark | GroupName
Word = tuple[Piece, ...]

_PIECES = re.compile(r"<([^<>]*)>|(…|\.\.\.|\^|\$)")
_BRACKETS = str.maketrans("＜＞＾＄", "<>^$")
_MARKS = {"…": Mark.GAP, "...": Mark.GAP, "^": Mark.START, "$": Mark.END}


def read_word(written: str) -> Word:
    """A word as written by people, in pieces: normal forms with katakana left as it is. Empty pieces are left out."""
    pieces: list[Piece] = []
    end = 0
    written = written.translate(_BRACKETS)
    for special in _PIECES.finditer(written):
        pieces.append(_letters(written[end : special.start()]))
        name, mark = special.groups()
        pieces.append(_MARKS[mark] if mark else GroupName(name.strip()))
        end = special.end()
    pieces.append(_letters(written[end:]))
    return tuple(piece for piece in pieces if piece != "")


def _letters(written: str) -> str:
    """A normal form; spaces between Latin letters and a group beside them stay."""
    form = as_written(written)
    before = " " if written.startswith(" ") and form[:1].isascii() else ""
    after = " " if written.endswith(" ") and form[-1:].isascii() else ""
    return before + form + after if form else ""


def folded(groups: Mapping[str, Iterable[Word]]) -> dict[str, list[Word]]:
    """The same groups in hiragana."""

    def fold_word(word: Word) -> Word:
        return tuple(fold(piece) if isinstance(piece, str) else piece for piece in word)

    return {name: [fold_word(word) for word in words] for name, words in groups.items()}


@dataclass(slots=True)
class _Node:
    """Words that begin alike, up to here: what may follow, and which groups are complete."""

    letters: dict[str, _Node] = field(default_factory=dict)
    groups: dict[str, _Node] = field(default_factory=dict)
    marks: dict[Mark, _Node] = field(default_factory=dict)
    behind: list[_Node] = field(default_factory=list)  # what may follow a group that ends here
    complete: list[str] = field(default_factory=list)
    plain: bool = True  # nothing but letters may follow, and nothing is complete

    def settle(self) -> None:
        """Mark the nodes below as plain or not, once everything is laid out."""
        open_nodes = [self]
        seen = set()
        while open_nodes:
            node = open_nodes.pop()
            if id(node) not in seen:
                seen.add(id(node))
                node.plain = not (node.groups or node.marks or node.behind or node.complete)
                open_nodes += (
                    *node.letters.values(),
                    *node.groups.values(),
                    *node.marks.values(),
                    *node.behind,
                )


@dataclass(frozen=True, slots=True)
class _Group:
    plain: frozenset[str]
    lengths: tuple[int, ...]
    words: tuple[Word, ...]

    def all(self) -> tuple[Word, ...]:
        """Plain and composed words alike."""
        return (*((text,) if text else () for text in self.plain), *self.words)


class Matcher:
    """Finds the groups that were asked for. Not changed after it was made.

    Args:
        groups: the words of each group; every group they name is in here and none contains itself.
        wanted: the groups whose places are asked for.
    """

    def __init__(self, groups: Mapping[str, Iterable[Word]], wanted: Iterable[str]) -> None:
        self._groups = {name: _group(words) for name, words in groups.items()}
        self._root = _Node()
        self._behind: dict[str, _Node] = {}  # what follows a group with which words begin
        for name in wanted:
            for node in self._lay_out(name):
                node.complete.append(name)
        self._root.settle()

    def find(self, text: str) -> Hits:
        """Every place of every wanted group in a normal form, in order of their starts."""
        walk = _Walk(self._groups, text)
        for start in range(len(text)):
            walk.begin(self._root, start)
        return walk.hits

    def _lay_out(self, name: str) -> list[_Node]:
        """The nodes where the words of a group end; words that begin alike share their way."""
        return [self._plant(form) for word in self._groups[name].all() for form in self._forms(word) if form]

    def _forms(self, word: Word) -> list[Word]:
        """The word, and what is left of it when a group at its start may be empty."""
        first = word[0] if word else None
        if isinstance(first, GroupName) and () in self._groups[first.name].all():
            return [word, *self._forms(word[1:])]
        return [word]

    def _plant(self, word: Word) -> _Node:
        node = self._root
        for piece in word:
            if isinstance(piece, str):
                for letter in piece:
                    node = node.letters.setdefault(letter, _Node())
            elif isinstance(piece, Mark):
                node = node.marks.setdefault(piece, _Node())
            elif node is self._root:
                node = self._after_group(piece.name)
            else:
                node = node.groups.setdefault(piece.name, _Node())
        return node

    def _after_group(self, name: str) -> _Node:
        """The node behind a group at the start of words; the group is laid out once for all of them."""
        if name not in self._behind:
            behind = self._behind[name] = _Node()
            for end in self._lay_out(name):
                end.behind.append(behind)
        return self._behind[name]


class _Walk:
    """One way through one text."""

    def __init__(self, groups: Mapping[str, _Group], text: str) -> None:
        self.hits: Hits = {}
        self._groups = groups
        self._text = text
        self._known: dict[tuple[str, int], list[int]] = {}
        self._start = 0
        self._found: dict[str, int] = {}  # group → the furthest end from this start

    def begin(self, root: _Node, start: int) -> None:
        """Look for words that begin here."""
        if start and _latin(self._text[start]) and _latin(self._text[start - 1]):
            return
        self._start = start
        self._found = {}
        if start == 0 or self._text[start - 1] == END or not root.marks:
            self._go(root, start)
        else:
            self._go(root.letters.get(self._text[start]), start + 1)  # no sentence starts here
        for name, end in self._found.items():
            self.hits.setdefault(name, []).append((start, end))

    def _go(self, node: _Node | None, at: int) -> None:
        text = self._text
        while node is not None:
            if not node.plain:
                self._branch(node, at)
            if at == len(text):
                break
            node = node.letters.get(text[at])
            at += 1

    def _branch(self, node: _Node, at: int) -> None:
        text = self._text
        if node.complete and not (at < len(text) and _latin(text[at]) and _latin(text[at - 1])):
            for name in node.complete:
                self._found[name] = max(at, self._found.get(name, 0))
        for behind in node.behind:
            self._go(behind, at)
        for name, after in node.groups.items():
            for end in self._ends_of(name, at):
                self._go(after, end)
        for mark, after in node.marks.items():
            for end in self._ends_of_mark(mark, at):
                self._go(after, end)

    def _ends_of(self, name: str, at: int) -> list[int]:
        """Where the words of a group that begin here end."""
        known = self._known.get((name, at))
        if known is None:
            group, room = self._groups[name], len(self._text) - at
            known = [at + n for n in group.lengths if n <= room and self._text[at : at + n] in group.plain]
            for word in group.words:
                known += self._ends_of_word(word, at)
            self._known[(name, at)] = known
        return known

    def _ends_of_word(self, word: Word, at: int) -> set[int]:
        ends = {at}
        for piece in word:
            ends = {end for place in ends for end in self._ends_of_piece(piece, place)}
        return ends

    def _ends_of_piece(self, piece: Piece, at: int) -> Iterable[int]:
        if isinstance(piece, str):
            return (at + len(piece),) if self._text.startswith(piece, at) else ()
        return (
            self._ends_of(piece.name, at) if isinstance(piece, GroupName) else self._ends_of_mark(piece, at)
        )

    def _ends_of_mark(self, mark: Mark, at: int) -> Iterable[int]:
        text = self._text
        if mark is Mark.GAP:
            stop = text.find(END, at, at + GAP)
            return range(at, (stop if stop >= 0 else min(at + GAP, len(text))) + 1)
        if mark is Mark.START:
            return (at,) if at == 0 or text[at - 1] == END else ()
        return (at,) if at == len(text) or text[at] == END else ()


def _group(words: Iterable[Word]) -> _Group:
    words = tuple(words)
    plain = frozenset("".join(map(str, word)) for word in words if all(isinstance(p, str) for p in word))
    rest = tuple(word for word in words if not all(isinstance(piece, str) for piece in word))
    return _Group(plain, tuple(sorted({len(text) for text in plain}, reverse=True)), rest)


def _latin(letter: str) -> bool:
    return "a" <= letter <= "z"
