"""What the learned half of the screen sees of a sentence: pieces of its normal form, words and their readings.

Chosen by comparison on writers left out (docs/safety.md): pieces of two to four letters carry dialect, slang and
evasions; Sudachi's normal forms carry words over spellings, readings carry kana over kanji.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from sudachipy import Dictionary, SplitMode
from sudachipy.tokenizer import Tokenizer

from flows.hearing.normalise import as_written, fold

#: Lengths of pieces of the normal form and of the reading.
LETTERS = (2, 3, 4)
READING = (3, 4)
#: Letters of one sentence that are looked at; Sudachi takes no more than some 16,000 at once.
LONGEST = 5000

_MARKS = frozenset({"補助記号", "空白"})
_HALVES = re.compile("[\ud800-\udfff]")  # of a character: JSON lets them through, Sudachi does not
_SENTENCE = re.compile("[^。！？!?\n\r]+[。！？!?]*")


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with its marks; the text itself when it has none."""
    return [part for part in _SENTENCE.findall(text) if part.strip()] or [text]


def features(sentence: str) -> set[str]:
    """What is seen of a sentence: bare pieces of letters, and words behind a letter and a colon."""
    sentence = _HALVES.sub("", sentence)
    found = set(_pieces(f"^{fold(as_written(sentence))}$", LETTERS))
    found.update(_words(unicodedata.normalize("NFKC", sentence)[:LONGEST]))
    return found


def _pieces(text: str, lengths: tuple[int, ...]) -> Iterator[str]:
    for length in lengths:
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def _words(text: str) -> Iterator[str]:
    words = ["^"]
    reading = ""
    marks = _marks()
    for word in _tokenizer().tokenize(text):
        kind = word.part_of_speech_id()
        if kind not in marks:
            marks[kind] = word.part_of_speech()[0] in _MARKS
        if marks[kind]:
            continue
        normal, read = word.normalized_form(), word.reading_form()
        words.append(normal)
        reading += read
        yield f"N:{normal}"
        yield f"R:{read}"
    words.append("$")
    for first, second in pairwise(words):
        yield f"B:{first}_{second}"
    for first, second in zip(words, words[2:], strict=False):
        yield f"S:{first}_{second}"
    for piece in _pieces(reading, READING):
        yield f"r:{piece}"


@cache
def _tokenizer() -> Tokenizer:
    return Dictionary().tokenizer(SplitMode.C)


@cache
def _marks() -> dict[int, bool]:
    """Kinds of words by Sudachi's number, as they come up: whether they are only marks."""
    return {}
