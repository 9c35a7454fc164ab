"""The labelled sentences of many writers: `content/understanding/examples/*.txt`, one file a writer.

A line `@ high self - dialect wish` says what the sentences below it are: grade, whose danger, route (`-` where there is
danger), form and kind. `#` begins a remark; `／` in a sentence is a line break.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from flows.hearing.lexicon import FOLDER, ROUTES, SPEAKERS
from flows.model import RISKS, Risk, Speaker

EXAMPLES = FOLDER + "examples/"
SUFFIX = ".txt"
BREAK = "／"


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence as one message, and what two readers made of it."""

    writer: str
    risk: Risk
    speaker: Speaker
    route: str  # "" where there is danger
    form: str  # plain, dialect, evasive, kana, long, english, easy
    kind: str  # what it is about: plan, wish, idiom, route…
    text: str


@dataclass(frozen=True, slots=True)
class BadExample:
    """A line that cannot be read: file and number of the line."""

    file: str
    line: int
    text: str


def read_examples(files: Mapping[str, str]) -> tuple[list[Example], list[BadExample]]:
    """All examples of a bundle, by writer and in their order, and the lines that cannot be read."""
    found: list[Example] = []
    bad: list[BadExample] = []
    for name in sorted(files):
        if name.startswith(EXAMPLES) and name.endswith(SUFFIX):
            _read(name, files[name], found, bad)
    return found, bad


def _read(name: str, text: str, found: list[Example], bad: list[BadExample]) -> None:
    writer = name.removeprefix(EXAMPLES).removesuffix(SUFFIX)
    label: tuple[Risk, Speaker, str, str, str] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            label = _label(line)
            if label is None:
                bad.append(BadExample(name, number, line))
        elif label is None:
            bad.append(BadExample(name, number, line))
        else:
            found.append(Example(writer, *label, line.replace(BREAK, "\n")))


def _label(line: str) -> tuple[Risk, Speaker, str, str, str] | None:
    words = line.removeprefix("@").split()
    if len(words) != 5:
        return None
    risk, speaker, route, form, kind = words
    if risk not in RISKS or speaker not in SPEAKERS or route not in (*ROUTES, "-"):
        return None
    return risk, speaker, route.replace("-", ""), form, kind


def examples_hash(files: Mapping[str, str]) -> str:
    """The hash of all examples of a bundle, by which weights know what they were learned from."""
    digest = hashlib.sha256()
    for name in sorted(files):
        if name.startswith(EXAMPLES) and name.endswith(SUFFIX):
            digest.update(name.encode() + b"\0" + files[name].encode() + b"\0")
    return digest.hexdigest()[:16]
