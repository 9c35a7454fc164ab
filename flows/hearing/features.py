"""What the learned half of the screen sees of a sentence: pieces of its normal form, words and their readings.

Chosen by comparison on writers left out (docs/safety.md): pieces of two to four letters carry dialect, slang and
evasions; Sudachi's normal forms carry words over spellings, readings carry kana over kanji. `flows.hearing.keys` makes
the same as numbers, which is what a text is read by; names are for learning and for those who want to know why.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise

from sudachipy import Dictionary, Morpheme, SplitMode
from sudachipy.tokenizer import Tokenizer

from flows.hearing.normalise import as_written, fold

#: Lengths of pieces of the normal form and of the reading.
LETTERS = (2, 3, 4)
READING = (3, 4)
#: What stands before and behind a sentence, among its letters and among its words.
FIRST, LAST = "^", "$"
#: Letters that Sudachi reads at once, and no more of one sentence; it takes some 12,000 at most.
LONGEST = 5000

_MARKS = frozenset({"補助記号", "空白"})
_HALVES = re.compile("[\ud800-\udfff]")  # of a character: JSON lets them through, Sudachi does not
_SENTENCE = re.compile("[^。！？!?\n\r]+[。！？!?]*")


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with its marks; the text itself when it has none."""
    text = _HALVES.sub("", text)
    return [part for part in _SENTENCE.findall(text) if part.strip()] or [text]


def features(sentences: Sequence[str]) -> list[set[str]]:
    """The names of what is seen of each sentence: bare pieces of letters, and words behind a letter and a colon."""
    return [set(_names(*one)) for one in zip(sentences, *words(sentences), strict=True)]


def _names(sentence: str, normals: Sequence[str], readings: Sequence[str]) -> Iterator[str]:
    around = (FIRST, *normals, LAST)
    yield from _pieces(letters(sentence), LETTERS)
    yield from (f"N:{word}" for word in normals)
    yield from (f"R:{reading}" for reading in readings)
    yield from (f"B:{first}_{second}" for first, second in pairwise(around))
    yield from (f"S:{first}_{second}" for first, second in zip(around, around[2:], strict=False))
    yield from (f"r:{piece}" for piece in _pieces("".join(readings), READING))


def letters(sentence: str) -> str:
    """The normal form of a sentence between its ends."""
    return f"{FIRST}{fold(as_written(sentence))}{LAST}"


def words(sentences: Sequence[str]) -> tuple[list[list[str]], list[list[str]]]:
    """The normal forms of the words of each sentence, and their readings.

    All sentences are read at once: a call of Sudachi costs as much as thirty letters.
    """
    normals: list[list[str]] = [[] for _ in sentences]
    readings: list[list[str]] = [[] for _ in sentences]
    marks = _marks()
    for number, word in _tokenized([unicodedata.normalize("NFKC", one)[:LONGEST] for one in sentences]):
        kind = word.part_of_speech_id()
        if kind not in marks:
            marks[kind] = word.part_of_speech()[0] in _MARKS
        if not marks[kind]:
            normals[number].append(word.normalized_form())
            readings[number].append(word.reading_form())
    return normals, readings


def _tokenized(texts: Sequence[str]) -> Iterator[tuple[int, Morpheme]]:
    """The words of texts, each with the number of its text; as many texts together as may be long."""
    ends = list(accumulate(len(text) + 1 for text in texts))
    first = begin = 0
    while first < len(texts):
        stop = max(bisect(ends, begin + LONGEST), first + 1)
        number, end = first - 1, 0
        for word in _tokenizer().tokenize("\n".join(texts[first:stop])):
            while word.begin() >= end:
                number += 1
                end = ends[number] - begin
            yield number, word
        first, begin = stop, ends[stop - 1]


def _pieces(text: str, lengths: tuple[int, ...]) -> Iterator[str]:
    for length in lengths:
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


@cache
def _tokenizer() -> Tokenizer:
    return Dictionary().tokenizer(SplitMode.C)


@cache
def _marks() -> dict[int, bool]:
    """Kinds of words by Sudachi's number, as they come up: whether they are only marks."""
    return {}
