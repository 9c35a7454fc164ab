"""Words as people write them who do not program:

もう起きたくない        these letters, whatever their spelling
<死に>たい              a word of the group 死に, then たい (a group may hold the empty word)
生きて…意味             up to `GAP` letters may stand between, within one sentence
^しね$                  ^ the start of a sentence, $ its end
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from flows.hearing.normalise import as_written, fold

#: Letters that may stand in a gap.
GAP = 16


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
