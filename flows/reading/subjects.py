"""Subjects: what a text may plainly name, and the step that speaks of just that (`content/entries.yaml`)."""

from __future__ import annotations

from typing import get_args

from flows.model import Subject, Voice
from flows.reading.parts import StepReader
from flows.reading.source import Fields


def read_subjects(entries: Fields, reader: StepReader) -> tuple[Subject, ...]:
    """The subjects of each voice, in the order in which they count.

    Args:
        entries: entries.yaml; it may have none.
        reader: collects the steps they refer to, and every fault found.
    """
    outer = entries.child("subjects")
    if outer is None:
        return ()
    voices = Fields(outer, reader.problems)
    found = tuple(
        Subject(theme, voice, target, table.keys[theme])
        for voice in get_args(Voice)
        if (table := voices.child(voice))
        for theme, target in reader.targets(table).items()
    )
    voices.finish()
    return found
