"""Checks across steps and files: where everything leads, and that a person can always get out and get help."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flows import problems as say
from flows.desks import FOR_WHOM, topic_of
from flows.model import (
    BRANCH_BY,
    Ask,
    Book,
    Branch,
    Check,
    Desks,
    Flow,
    Listen,
    Place,
    Practice,
    Remind,
    Step,
    Text,
)
from flows.problems import Problem
from flows.reading import limits
from flows.reading.graph import Graph
from flows.reading.parts import Reference

#: もどる・おわる・人と話したい stand beside every question.
GLOBAL_CHOICES = 3
#: Choices a writer can use in one question, so that LINE shows all of them.
CHOICES = limits.LINE_QUICK_REPLIES - GLOBAL_CHOICES


def check_references(
    flows: Mapping[str, Flow],
    written: Mapping[str, Collection[str]],
    references: Sequence[Reference],
    problems: list[Problem],
) -> None:
    """Every written target exists (also where its step could not be read)."""
    for reference in references:
        target = reference.target
        if target.flow not in written:
            problems.append(say.unknown_flow(reference.where, target.flow, written))
        elif target.step and target.step not in written[target.flow]:
            problems.append(say.unknown_step(reference.where, target.step, target.flow, written[target.flow]))


def check_book(book: Book, problems: list[Problem]) -> None:
    """All checks that need the whole book; its targets are known to exist."""
    for flow in book.flows.values():
        for step in flow.steps.values():
            _check_step(book, step, problems)
    for subject in book.phrases.subjects:
        if subject.theme not in book.lexicon.themes:
            problems.append(say.unknown_theme(subject.where, subject.theme, book.lexicon.themes))
    graph = Graph(book)
    graph.check_unreachable(problems)
    graph.check_dead_ends(problems)
    graph.check_silent_loops(problems)
    if not problems:  # the lengths and distances below would not end, or mean nothing, otherwise
        graph.check_bubbles(problems)
        graph.check_desks(problems)


# ---------------------------------------------------------------------------------------------- one step


def _check_step(book: Book, step: Step, problems: list[Problem]) -> None:
    labels = shown_labels(step)
    quiet = 1 if isinstance(step, Listen) else 0
    more = 1 if isinstance(step, Desks) else 0
    if len(labels) + quiet + more > CHOICES:
        problems.append(say.too_many_choices(step.where, len(labels), CHOICES - quiet - more))
    _check_same_labels(step, labels, problems)
    if isinstance(step, Listen):
        for heard in step.hears:
            if heard.theme not in book.lexicon.themes:
                problems.append(say.unknown_theme(step.where, heard.theme, book.lexicon.themes))
    elif isinstance(step, Desks):
        _check_topics(book, step, problems)
    elif isinstance(step, Branch):
        _check_branch(book, step, problems)


def _check_topics(book: Book, step: Desks, problems: list[Problem]) -> None:
    slots = slot_values(book)
    if step.topics_from and step.topics_from not in slots:
        problems.append(say.unknown_slot(step.where, step.topics_from, slots))
    chosen = (*slots.get(step.topics_from, ()), *slots.get(FOR_WHOM, ()))
    for topic in (*step.topics, *sorted(map(topic_of, chosen))):
        if topic not in book.directory.topics:
            problems.append(say.unknown_topic(step.where, topic, book.directory.topics))


def _check_same_labels(step: Step, labels: Sequence[Text], problems: list[Problem]) -> None:
    for key in labels[0].wordings if labels else ():
        seen: set[str] = set()
        for label in labels:
            wording = label.of(*key)[0]
            if wording in seen:
                problems.append(say.same_label(step.where, wording))
            seen.add(wording)


def _check_branch(book: Book, step: Branch, problems: list[Problem]) -> None:
    slots = slot_values(book)
    known = BRANCH_BY.get(step.by) or slots.get(step.by)
    if known is None:
        problems.append(say.unknown_branch(step.where, step.by, [*BRANCH_BY, *slots]))
        return
    for value in step.cases:
        if value not in known:
            problems.append(say.unknown_case(step.where, value, known))
    missing = [value for value in known if value not in step.cases]
    if step.otherwise is None and step.by not in BRANCH_BY:
        problems.append(say.branch_on_nothing(step.where, step.by))  # a slot may always be empty
    elif step.otherwise is None and missing:
        problems.append(say.open_branch(step.where, missing))


def slot_values(book: Book) -> dict[str, set[str]]:
    """Every slot that some step remembers, with the choice ids it can hold."""
    found: dict[str, set[str]] = {}
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Ask) and step.remember:
                found.setdefault(step.remember, set()).update(choice.id for choice in step.choices)
            elif isinstance(step, Check):
                found.setdefault(step.remember, set()).update(item.id for item in step.items)
    return found


def shown_labels(step: Step) -> tuple[Text, ...]:
    """The labels a writer gave to a question's buttons."""
    match step:
        case Ask() | Listen() | Desks():
            return tuple(choice.label for choice in step.choices)
        case Check():
            return (*(item.label for item in step.items), step.done)
        case Practice():
            return tuple(option.label for option in step.options)
        case Remind():
            return (*(when.label for when in step.times), step.decline)
        case Place():
            return (step.skip,)
        case _:
            return ()
