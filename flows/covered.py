"""What transcripts show of the content: the steps that they go through and the choices that are made in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flows.model import Book, Tap, Target
from flows.transcripts import Transcript, replay


@dataclass
class Covered:
    """Steps, and choices by their step."""

    steps: set[Target] = field(default_factory=set)
    choices: set[tuple[Target, str]] = field(default_factory=set)


def covered(book: Book, transcripts: Iterable[Transcript]) -> Covered:
    """Plays transcripts and notes where they lead.

    Args:
        book: the content that they were written for.
        transcripts: whole conversations.

    Raises:
        ValueError: a transcript taps what nobody was shown.
    """
    result = Covered()
    for transcript in transcripts:
        here = Target("", "")
        for _, turn in replay(book, transcript):
            result.steps.update(turn.trace.visited)
            for reason in turn.trace.why:
                kind, _, choice = reason.partition(":")
                tap = Tap.decode(f"{choice}@") if kind == "tap" else None
                if tap:
                    result.choices.add((Target(tap.flow, tap.step), tap.choice))
                elif kind == "choice":  # typed, at the question that was pending
                    result.choices.add((here, choice))
            here = Target(turn.state.at.flow, turn.state.at.step)
    return result
