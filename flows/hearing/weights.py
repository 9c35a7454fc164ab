"""The learned half of the screen at run time: sums of whole numbers, one for each feature and head.

A file of weights is plain text, made by `python -m flows train --now 2026-11-23` from the examples beside it:

    tomoshibi-weights 1
    examples <hash of the examples>
    scale <numbers that make one>
    heads watch high emergency …
    limits watch=-0.4 high=0.9 …
    bias 12 -340 …
    <feature><TAB><three hexadecimal digits for each head, 800 is nought>

All weights of a feature are packed into one integer, so that a text costs one look-up and one addition a feature.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

#: First line of a file.
MAGIC = "tomoshibi-weights 1"
#: Hexadecimal digits of one weight in the file, and what stands for nought.
DIGITS = 3
NOUGHT = 0x800
#: Bits of one sum in a packed integer: room for the weights of 65,536 features, of which no text has as many.
ROOM = 28


class BadWeights(ValueError):
    """This is no file of weights."""


class Scored(NamedTuple):
    """Sums of a sentence or of several: `packed` over so many known features."""

    packed: int
    features: int


@dataclass(frozen=True, slots=True)
class Weights:
    """One file of weights.

    `digits` is the file as it stands; a feature is packed when it is first met, because a process never meets most.
    """

    examples: str  # the hash of the examples they were learned from
    scale: float
    heads: tuple[str, ...]
    limits: Mapping[str, float]  # from which score on a head holds
    bias: tuple[float, ...]
    digits: Mapping[str, str]
    known: frozenset[str]  # the features of the file: a set meets another one fastest
    _packed: dict[str, int] = field(default_factory=dict)

    def scored(self, features: Set[str]) -> Scored:
        """The sums of the features of one sentence."""
        known = self.known & features
        packed = self._packed
        try:
            return Scored(sum(map(packed.__getitem__, known)), len(known))
        except KeyError:
            packed.update((one, _packed(self.digits[one])) for one in known if one not in packed)
            return Scored(sum(map(packed.__getitem__, known)), len(known))

    def together(self, scored: Iterable[Scored]) -> Scored:
        """The sums of several sentences."""
        packed, counts = zip(*scored, strict=True)
        return Scored(sum(packed), sum(counts))

    def values(self, scored: Scored) -> dict[str, float]:
        """The score of every head, in log odds: over nought is more likely than not."""
        length = self.scale * sqrt(max(scored.features, 1))
        packed, sums = scored.packed, []
        for _ in self.heads:
            sums.append((packed & _MASK) - scored.features * NOUGHT)
            packed >>= ROOM
        found = zip(self.heads, reversed(sums), self.bias, strict=True)
        return {head: total / length + bias for head, total, bias in found}

    def weight(self, feature: str, head: str) -> float:
        """What one feature adds to a head, before the length of the text is taken out."""
        shift = ROOM * (len(self.heads) - 1 - self.heads.index(head))
        return ((_packed(self.digits[feature]) >> shift & _MASK) - NOUGHT) / self.scale


_MASK = (1 << ROOM) - 1


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
    bias, *rows = body.splitlines()
    try:
        scale = float(lines["scale"])
        limits = {name: float(value) for name, value in (one.split("=") for one in lines["limits"].split())}
        biases = tuple(int(number) / scale for number in bias.split())
        digits = dict(row.split("\t") for row in rows)
    except ValueError as error:
        raise BadWeights(str(error)) from None
    if len(biases) != len(heads) or any(len(one) != DIGITS * len(heads) for one in digits.values()):
        raise BadWeights("heads and numbers do not match")
    return Weights(lines["examples"], scale, heads, limits, biases, digits, frozenset(digits))


def _packed(digits: str) -> int:
    """Three hexadecimal digits for each head as one integer with `ROOM` bits for each, the last head lowest."""
    return int(_GAP.join(digits[start : start + DIGITS] for start in range(0, len(digits), DIGITS)), 16)


_GAP = "0" * (ROOM // 4 - DIGITS)
