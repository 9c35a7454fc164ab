"""Ways into the talk that a platform shows outside of it: where a menu's field, a command or a lasting button leads."""

from __future__ import annotations

from collections.abc import Sequence

from flows import problems as say
from flows.model import Ask, Book, Desks, Listen, Tap, Target
from flows.problems import Problem
from flows.reading.source import Scalar


def read_tap(book: Book, to: Scalar, words: Sequence[str], problems: list[Problem]) -> Tap:
    """The tap of a written way: `flow.step.choice`, or a word for everywhere.

    A door outlives many versions of the content, so its tap names no version.

    Args:
        book: whose choices are led to.
        to: as written.
        words: global words that may stand here.
        problems: every fault found is appended here.
    """
    parts = to.value.strip().split(".")
    if len(parts) == 1 and parts[0] in words:
        return Tap("", "", parts[0])
    if len(parts) != 3:
        problems.append(say.not_a_way(to.where, to.value, words))
        return Tap("", "", "")
    flow, step, choice = parts
    found = book.step(Target(flow, step))
    known = [one.id for one in found.choices] if isinstance(found, Ask | Listen | Desks) else []
    if flow not in book.flows:
        problems.append(say.unknown_flow(to.where, flow, book.flows))
    elif found is None:
        problems.append(say.unknown_step(to.where, step, flow, book.flows[flow].steps))
    elif choice not in known:
        problems.append(say.unknown_choice(to.where, choice, f"{flow}.{step}", known))
    return Tap(flow, step, choice)
