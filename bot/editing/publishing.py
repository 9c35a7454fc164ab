"""Publishing and going back: what would change and for how many people, then one more version in the database.

There is one way into a running bot (`bot.guide.Publisher`): every process takes the newest version between two batches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.guide import book_of
from bot.settings import Settings
from bot.store import Store
from bot.versions import Versions
from flows.editing.differing import Changed, changed
from flows.loader import Bundle, Mode, bundle_version, load_book, modes, read_folder
from flows.model import Target
from flows.operators import Words
from flows.problems import ContentError

#: People are counted exactly from here on; below, nobody may be guessed at.
FEW = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """One bundle that would become the newest version. It has passed its checks.

    Attributes:
        version, files: the bundle.
        before: the version in use; empty when there is none.
        changed: what differs; None when there is nothing before that can still be read.
        standing: people by the step they stand on.
        words: the section `publish` of operators.yaml.
    """

    version: str
    files: Bundle
    before: str
    changed: Changed | None
    standing: Mapping[Target, int]
    words: Words


async def plan_folder(settings: Settings, words: Words, versions: Versions, store: Store) -> Plan:
    """What publishing the content folder would do.

    Raises:
        ContentError: the folder does not pass its checks.
    """
    return await _plan(read_folder(settings.content_dir), settings, words, versions, store)


async def plan_back(
    version: str | None, settings: Settings, words: Words, versions: Versions, store: Store
) -> Plan | None:
    """What going back would do; None when there is no such version.

    Args:
        version: where to go back to; None for the one before the newest.
        settings: name the mode; the checks are those of its variant.

    Raises:
        ContentError: that version does not pass the checks of this release.
    """
    newest = await versions.newest()
    known = [entry.version for entry in await versions.entries()]
    others = [one for one in known if newest is None or one != newest[0]]
    wanted = version or next(iter(others), None)
    files = await versions.bundle(wanted) if wanted else None
    return await _plan(files, settings, words, versions, store) if files is not None else None


async def publish(plan: Plan, versions: Versions, now: datetime) -> bool:
    """Makes the plan's bundle the newest version; False when it already is."""
    return await versions.publish(plan.version, plan.files, now)


async def _plan(files: Bundle, settings: Settings, words: Words, versions: Versions, store: Store) -> Plan:
    newest = await versions.newest()
    # Beside the loop: reading two books takes seconds, and a process that shows the plan also answers people.
    difference, version = await asyncio.to_thread(_compared, files, newest[1] if newest else None, settings)
    standing = await store.standing()
    return Plan(version, files, newest[0] if newest else "", difference, standing, words)


#: What was compared last, by both bundles and the mode: whoever looks at a plan and then carries it out waits once.
_compared_before: dict[tuple[str, str, Mode], tuple[Changed | None, str]] = {}
_KEPT = 8


def _compared(files: Bundle, before: Bundle | None, settings: Settings) -> tuple[Changed | None, str]:
    """What differs, and the version of `files`, which pass their checks."""
    key = (bundle_version(files), bundle_version(before) if before else "", settings.mode)
    if key not in _compared_before:
        found = _compare(files, before, settings)
        while len(_compared_before) >= _KEPT:
            del _compared_before[next(iter(_compared_before))]
        _compared_before[key] = found
    return _compared_before[key]


def _compare(files: Bundle, before: Bundle | None, settings: Settings) -> tuple[Changed | None, str]:
    book = book_of(files, settings)
    for mode in modes(files):
        if mode != settings.mode:  # the other variant in the same folder must stay whole, too
            load_book(files, mode=mode)
    try:
        return (changed(book_of(before, settings), book, before, files) if before else None), book.version
    except ContentError:  # of another release
        return None, book.version


def lines(plan: Plan) -> Iterator[str]:
    """A plan as people read it."""
    words = plan.words
    yield words["checked"].format(version=plan.version)
    if plan.before == plan.version:
        yield words["same"]
        return
    if plan.changed is None:
        yield words["first"]
        return
    yield words["from"].format(before=plan.before, files="、".join(plan.changed.files))
    if plan.changed.desks:
        shown = "、".join(plan.changed.desks[:FEW])
        yield words["desks"].format(count=len(plan.changed.desks), ids=shown)
    if plan.changed.added:
        yield words["added"].format(count=len(plan.changed.added))
    for target in plan.changed.steps:
        yield words["step"].format(step=target, people=_people(plan, target))
    for target, to in plan.changed.removed.items():
        led = words["led"].format(to=to) if to else words["led_to_menu"]
        yield words["removed"].format(step=target, people=_people(plan, target), led=led)


def _people(plan: Plan, target: Target) -> str:
    count = plan.standing.get(target, 0)
    return plan.words["few"].format(few=FEW) if count < FEW else plan.words["people"].format(count=count)
