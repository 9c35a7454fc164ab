"""Where the words of groups stand in a text.

Words that begin alike share their way through a tree, words that begin with the same group share what follows it,
and where a group ends is remembered for each place. So a text takes time in proportion to its length, however many
words there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from flows.hearing.normalise import END
from flows.hearing.words import GAP, GroupName, Mark, Piece, Word

#: Start and end in a normal form.
Span = tuple[int, int]
Hits = dict[str, list[Span]]


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
    firsts: frozenset[str] | None = None  # letters its words begin with; None: it may begin with anything

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
        self._groups = _with_firsts({name: _group(words) for name, words in groups.items()})
        self._root = _Node()
        self._behind: dict[str, _Node] = {}  # what follows a group with which words begin
        for name in wanted:
            for node in self._lay_out(name):
                node.complete.append(name)
        self._root.settle()
        # Most letters of a text begin some word, most pairs of letters none: pairs are looked up first.
        firsts = self._root.letters.items()
        self._pairs = {
            first + second: node
            for first, begun in firsts
            if begun.plain
            for second, node in begun.letters.items()
        }
        self._singles = {first: begun for first, begun in firsts if not begun.plain}

    def find(self, text: str) -> Hits:
        """Every place of every wanted group in a normal form, in order of their starts."""
        walk = _Walk(self._groups, text)
        pairs, singles, at_start = self._pairs, self._singles, self._root.marks.get(Mark.START)
        for start, letter in enumerate(text):
            node = pairs.get(text[start : start + 2])
            if node is not None:
                walk.begin(node, start, start + 2)
            elif letter in singles:
                walk.begin(singles[letter], start, start + 1)
            if at_start is not None and (start == 0 or text[start - 1] == END):
                walk.begin(at_start, start, start)
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


_NOWHERE: list[int] = []


class _Walk:
    """One way through one text."""

    def __init__(self, groups: Mapping[str, _Group], text: str) -> None:
        self.hits: Hits = {}
        self._groups = groups
        self._text = text
        self._known: dict[tuple[str, int], list[int]] = {}
        self._found: dict[str, int] = {}  # group → the furthest end from this start

    def begin(self, node: _Node, start: int, at: int) -> None:
        """Go on from a node that is reached at `at` by a word that begins at `start`."""
        if start and _latin(self._text[start]) and _latin(self._text[start - 1]):
            return
        self._found = {}
        self._go(node, at)
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
        group = self._groups[name]
        if group.firsts is not None and self._text[at : at + 1] not in group.firsts:
            return _NOWHERE
        known = self._known.get((name, at))
        if known is None:
            room = len(self._text) - at
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


def _with_firsts(groups: Mapping[str, _Group]) -> dict[str, _Group]:
    """The groups with the letters with which their words begin."""
    known: dict[str, frozenset[str] | None] = {}

    def firsts(name: str) -> frozenset[str] | None:
        if name not in known:
            group = groups[name]
            letters: set[str] | None = None if "" in group.plain else {text[0] for text in group.plain}
            for word in group.words:
                first = word[0]
                more = firsts(first.name) if isinstance(first, GroupName) else _first_of(first)
                letters = None if letters is None or more is None else letters | more
            known[name] = None if letters is None else frozenset(letters)
        return known[name]

    return {name: replace(group, firsts=firsts(name)) for name, group in groups.items()}


def _first_of(piece: str | Mark) -> frozenset[str] | None:
    return frozenset(piece[0]) if isinstance(piece, str) else None


def _latin(letter: str) -> bool:
    return "a" <= letter <= "z"
