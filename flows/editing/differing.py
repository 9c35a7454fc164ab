"""What another version of the content changes: files, steps, desks, and where those are led who stand on a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass

from flows.loader import Bundle
from flows.model import Book, Step, Target

#: What differs when a line is added above: it changes nothing that anybody reads.
_PLACES = ("where", "key")


@dataclass(frozen=True, slots=True)
class Changed:
    """One version against the one before.

    Attributes:
        files: paths of files that differ.
        steps: steps that are there in both and say or do something else.
        added: steps that are new.
        removed: steps that are gone → where somebody who stands there is led; None = the menu, with a kind word.
        desks: ids of desks that are new, changed or gone.
    """

    files: tuple[str, ...]
    steps: tuple[Target, ...]
    added: tuple[Target, ...]
    removed: Mapping[Target, Target | None]
    desks: tuple[str, ...]


def changed(old: Book, new: Book, old_files: Bundle, new_files: Bundle) -> Changed:
    """What `new` changes.

    Args:
        old, new: the books of the two bundles.
        old_files, new_files: the bundles.
    """
    before, after = _steps(old), _steps(new)
    rows = [{desk.id: _meaning(desk) for desk in book.directory.rows} for book in (old, new)]
    names = sorted(old_files.keys() | new_files.keys())
    return Changed(
        files=tuple(name for name in names if old_files.get(name) != new_files.get(name)),
        steps=tuple(t for t, step in after.items() if t in before and _meaning(before[t]) != _meaning(step)),
        added=tuple(target for target in after if target not in before),
        removed={target: new.located(target) for target in before if target not in after},
        desks=tuple(
            id for id in sorted(rows[0].keys() | rows[1].keys()) if rows[0].get(id) != rows[1].get(id)
        ),
    )


def _steps(book: Book) -> dict[Target, Step]:
    return {Target(flow.id, step.id): step for flow in book.flows.values() for step in flow.steps.values()}


def _meaning(thing: object) -> object:
    """A piece of content without its places in files, so that two versions can be compared."""
    if is_dataclass(thing):
        return [_meaning(getattr(thing, part.name)) for part in fields(thing) if part.name not in _PLACES]
    if isinstance(thing, Mapping):
        return {key: _meaning(value) for key, value in thing.items()}
    if isinstance(thing, tuple | list):
        return [_meaning(value) for value in thing]
    return thing
