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

from flows.normalise import END, as_written, fold

#: Letters that may stand in a gap.
GAP = 12

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
        pieces.append(as_written(written[end : special.start()]))
        name, mark = special.groups()
        pieces.append(_MARKS[mark] if mark else GroupName(name.strip()))
        end = special.end()
    pieces.append(as_written(written[end:]))
    return tuple(piece for piece in pieces if piece != "")


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
    beyond: list[_Node] = field(default_factory=list)  # what follows a group that ends here
    complete: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Group:
    plain: frozenset[str]
    lengths: tuple[int, ...]
    words: tuple[Word, ...]


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
            for word in self._words_of(name):
                node = self._plant(self._root, word)
                if node is not self._root:
                    node.complete.append(name)

    def find(self, text: str) -> Hits:
        """Every place of every wanted group in a normal form, in order of their starts."""
        walk = _Walk(self._groups, text)
        for start in range(len(text)):
            walk.start(self._root, start)
        return walk.hits

    def _words_of(self, name: str) -> tuple[Word, ...]:
        group = self._groups[name]
        return (*((text,) if text else () for text in group.plain), *group.words)

    def _plant(self, node: _Node, word: Word) -> _Node:
        """Lay out one word from a node on; the node where it ends."""
        for place, piece in enumerate(word):
            if isinstance(piece, str):
                for letter in piece:
                    node = node.letters.setdefault(letter, _Node())
            elif isinstance(piece, Mark):
                node = node.marks.setdefault(piece, _Node())
            elif node is not self._root:
                node = node.groups.setdefault(piece.name, _Node())
            else:
                if () in self._words_of(piece.name):
                    self._twins.append(word[place + 1 :])
                node = self._after_group(piece.name)
        return node

    def _after_group(self, name: str) -> _Node:
        """The node behind a group with which words begin; its words are laid out once for all of them."""
        if name not in self._behind:
            behind = self._behind[name] = _Node()
            for word in self._words_of(name):
                end = self._plant(self._root, word)
                if end is not self._root:
                    end.beyond.append(behind)
        return self._behind[name]
