"""The learned half of the screen at run time: sums of whole numbers, one for each feature and head.

A file of weights is plain text, made by `python -m flows train --now 2026-11-23` from the examples beside it:

    tomoshibi-weights 1
    examples <hash of the examples>
    scale <numbers that make one>
    heads watch high emergency …
    limits watch=-0.4 high=0.9 …
    bias 12 -340 …
    <feature><TAB><three hexadecimal digits for each head, 800 is nought>
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from flows.hearing.keys import Keys, Seen, keys_of

#: First line of a file.
MAGIC = "tomoshibi-weights 1"
#: Hexadecimal digits of one weight in the file, and what stands for nought.
DIGITS = 3
NOUGHT = 0x800


class BadWeights(ValueError):
    """This is no file of weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """One file of weights: a row of whole numbers for each known feature, in the order of the keys."""

    examples: str  # the hash of the examples they were learned from
    scale: float
    heads: tuple[str, ...]
    limits: Mapping[str, float]  # from which score on a head holds
    bias: NDArray[np.float64]
    keys: Keys
    table: NDArray[np.int16]

    def values(self, seen: Seen, alone: float | None = None) -> dict[str, float]:
        """The score of every head, in log odds: over nought is more likely than not.

        Args:
            seen: the features of a text.
            alone: by how much clearer one sentence must be than the whole text to count; None: only the whole counts.
        """
        place = np.minimum(np.searchsorted(self.keys, seen.keys), len(self.keys) - 1)
        known = self.keys[place] == seen.keys
        before = np.concatenate(([0], np.cumsum(known)))[seen.starts]  # known features before each sentence
        rows = self.table[place[known]]
        found = rows.sum(axis=0, dtype=np.int64) / (self.scale * sqrt(max(len(rows), 1)))
        if alone is not None and len(before) > 2:
            sums = np.zeros((len(rows) + 1, len(self.heads)), dtype=np.int64)
            np.cumsum(rows, axis=0, out=sums[1:])
            lengths = self.scale * np.sqrt(np.maximum(np.diff(before), 1))
            parts = (sums[before[1:]] - sums[before[:-1]]) / lengths[:, np.newaxis]
            found = np.maximum(found, parts.max(axis=0) - alone)
        return dict(zip(self.heads, (found + self.bias).tolist(), strict=True))

    def weights(self, names: Sequence[str], head: str) -> dict[str, float]:
        """What each known one of some features adds to a head, before the length of the text is taken out."""
        keys = keys_of(names)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        column = self.table[place, self.heads.index(head)] / self.scale
        known = self.keys[place] == keys
        return {name: float(value) for name, value, here in zip(names, column, known, strict=True) if here}


def read_weights(text: str) -> Weights:
    """Reads a file. Raises BadWeights when it is none."""
    head, found, body = text.partition("\nbias ")
    lines = dict(line.partition(" ")[::2] for line in head.splitlines()[1:])
    if (
        not head.startswith(MAGIC)
        or not found
        or not {"examples", "scale", "heads", "limits"} <= lines.keys()
    ):
        raise BadWeights("this is no file of weights")
    heads = tuple(lines["heads"].split())
    bias, _, rows = body.partition("\n")
    cells = rows.rstrip("\n").replace("\n", "\t").split("\t")
    try:
        scale = float(lines["scale"])
        limits = {name: float(value) for name, value in (one.split("=") for one in lines["limits"].split())}
        biases = np.array([int(number) / scale for number in bias.split()])
        names, table = cells[::2], _numbers(cells[1::2], len(heads))
    except ValueError as error:
        raise BadWeights(str(error)) from None
    if len(biases) != len(heads) or len(names) != len(table):
        raise BadWeights("heads and numbers do not match")
    keys = keys_of(names)
    order = np.argsort(keys)
    return Weights(lines["examples"], scale, heads, limits, biases, keys[order], table[order])


def _numbers(digits: Sequence[str], heads: int) -> NDArray[np.int16]:
    """Three hexadecimal digits for each head as rows of whole numbers. Raises ValueError when they are none."""
    if set(map(len, digits)) != {DIGITS * heads}:
        raise ValueError("heads and numbers do not match")
    codes = np.frombuffer("".join(digits).encode("ascii"), dtype=np.uint8).astype(np.int16)
    ciphers = np.where(codes < ord("a"), codes - ord("0"), codes - ord("a") + 10)
    if ciphers.size and not (ciphers.min() >= 0 and ciphers.max() < 16):
        raise ValueError("weights are hexadecimal")
    return ciphers.reshape(-1, heads, DIGITS) @ np.array([256, 16, 1], dtype=np.int16) - np.int16(NOUGHT)
