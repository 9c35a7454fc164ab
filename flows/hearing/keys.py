"""The features of a text as numbers: what `flows.hearing.features` names, without making a thousand short strings.

The key of a name is its polynomial, Σ code·P^place in 64 bits. From running sums over a text the key of every piece in
it comes at once (Rabin and Karp's rolling hash), and the key of a name that is put together comes from those of its
parts. Two of the 200,000 known names share a key with a chance of about one in a billion.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows.hearing.features import FIRST, LAST, LETTERS, READING, letters, words

Keys = NDArray[np.uint64]
Places = NDArray[np.int64]

_P = 0x9E3779B97F4A7C15  # odd, so that powers have inverses; its bits are well mixed
_BITS = 1 << 64


class Seen(NamedTuple):
    """What is seen of the sentences of a text: each feature once a sentence, in the order of the sentences."""

    keys: Keys
    starts: Places  # where the keys of each sentence begin, and the end of the last


def seen(sentences: Sequence[str]) -> Seen:
    """The features of sentences."""
    found: list[Keys] = []
    owners: list[Places] = []
    normals, readings = words(sentences)
    _add_pieces([letters(sentence) for sentence in sentences], LETTERS, "", found, owners)
    _add_pieces(["".join(one) for one in readings], READING, "r:", found, owners)
    _add_words(readings, "R:", found, owners)
    _add_words(normals, "N:", found, owners)
    _add_pairs([(FIRST, *one, LAST) for one in normals], found, owners)
    keys, owner = np.concatenate(found), np.concatenate(owners)
    order = np.lexsort((keys, owner))
    keys, owner = keys[order], owner[order]
    new = np.ones(len(keys), dtype=bool)
    new[1:] = (keys[1:] != keys[:-1]) | (owner[1:] != owner[:-1])
    return Seen(keys[new], np.searchsorted(owner[new], np.arange(len(sentences) + 1)))


def keys_of(names: Sequence[str]) -> Keys:
    """The keys of names."""
    return _Laid(names).keys


class _Laid:
    """Texts laid end to end, with the running sums of their polynomial."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
        self.lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        self._ends = np.cumsum(self.lengths)
        powers, self._inverses = _powers(len(self._codes))
        self._sums = np.zeros(len(self._codes) + 1, dtype=np.uint64)
        np.cumsum(self._codes * powers[: len(self._codes)], out=self._sums[1:])

    @property
    def keys(self) -> Keys:
        """The key of each text."""
        starts = self._ends - self.lengths
        keys: Keys = (self._sums[self._ends] - self._sums[starts]) * self._inverses[starts]
        return keys

    def owners(self) -> Places:
        """Which text each letter is of."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    def pieces(self, length: int, owners: Places) -> tuple[Keys, Places]:
        """The key of each piece of so many letters, and which text it is of."""
        last = len(self._codes) - length + 1
        if last <= 0:
            return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
        inside = owners[:last] == owners[length - 1 :]
        keys = (self._sums[length:] - self._sums[:last]) * self._inverses[:last]
        return keys[inside], owners[:last][inside]


def _add_pieces(
    texts: Sequence[str], lengths: Sequence[int], before: str, keys: list[Keys], owners: list[Places]
) -> None:
    laid = _Laid(texts)
    of_letter = laid.owners()
    for length in lengths:
        found, whose = laid.pieces(length, of_letter)
        keys.append(_behind(before, found))
        owners.append(whose)


def _add_words(texts: Sequence[Sequence[str]], before: str, keys: list[Keys], owners: list[Places]) -> None:
    keys.append(_behind(before, keys_of(list(chain.from_iterable(texts)))))
    owners.append(np.repeat(np.arange(len(texts)), [len(one) for one in texts]))


def _add_pairs(texts: Sequence[Sequence[str]], keys: list[Keys], owners: list[Places]) -> None:
    """Words side by side, and with one word between."""
    laid = _Laid(list(chain.from_iterable(texts)))
    own, lengths = laid.keys, laid.lengths
    owner = np.repeat(np.arange(len(texts)), [len(one) for one in texts])
    powers = _powers(int(lengths.max()) + 2)[0]
    firsts = own + np.uint64(ord("_")) * powers[lengths]  # "word_"
    for before, step in (("B:", 1), ("S:", 2)):
        inside = owner[:-step] == owner[step:]
        pairs = firsts[:-step] + own[step:] * powers[lengths[:-step] + 1]
        keys.append(_behind(before, pairs[inside]))
        owners.append(owner[:-step][inside])


def _behind(before: str, keys: Keys) -> Keys:
    """The keys of the same names behind a few letters."""
    if not before:
        return keys
    key = sum(ord(letter) * pow(_P, place, _BITS) for place, letter in enumerate(before)) % _BITS
    return np.uint64(key) + keys * np.uint64(pow(_P, len(before), _BITS))


def _powers(length: int) -> tuple[Keys, Keys]:
    """The powers of P, and their inverses, at least so many."""
    return _table(max(length, 4096).bit_length())


@cache
def _table(bits: int) -> tuple[Keys, Keys]:
    def powers(of: int) -> Keys:
        steps = np.full(1 << bits, of, dtype=np.uint64)
        steps[0] = 1
        return np.cumprod(steps)

    return powers(_P), powers(pow(_P, -1, _BITS))
