"""Reading the steps of a flow: one function for each kind of step, all listed in `STEP_KINDS`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

from flows import problems as say
from flows.model import (
    Ask,
    Branch,
    Call,
    Check,
    CheckAnswer,
    Desks,
    End,
    Heard,
    Listen,
    Memo,
    Option,
    Place,
    Practice,
    Remind,
    Return,
    Say,
    Step,
    Text,
    When,
)
from flows.reading.parts import StepReader, check_id
from flows.reading.source import Fields, Node, Sequence, Table

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")

#: Items of a check: with the button that ends it and the three global words they stay within LINE's thirteen.
CHECK_ITEMS = 8


def read_step(reader: StepReader, id: str, table: Table) -> Step | None:
    """The step, or None when its table is broken (the problems say how).

    Args:
        reader: of the flow; it collects problems and references.
        id: the step's id.
        table: its fields.
    """
    check_id(table.where, id, reader.problems)
    fields = Fields(table, reader.problems)
    kind = fields.scalar("kind", required=True)
    if kind is None:
        return None
    if kind.value not in STEP_KINDS:
        reader.problems.append(say.unknown_kind(kind.where, kind.value, STEP_KINDS))
        return None
    before = len(reader.problems)
    step = STEP_KINDS[kind.value](reader, id, fields)
    fields.finish()
    return step if len(reader.problems) == before else None


# A reader returns None only after a problem was reported; `read_step` then leaves the step out.


def _say(reader: StepReader, id: str, fields: Fields) -> Step | None:
    text, target = reader.texts.text(fields, "text"), reader.target(fields)
    return Say(id, fields.where, text, target) if text and target else None


def _ask(reader: StepReader, id: str, fields: Fields) -> Step | None:
    text = reader.texts.text(fields, "text")
    choices = reader.choices(fields, "choices", required=True)
    slot = reader.slot(fields)
    return Ask(id, fields.where, text, choices, slot) if text else None


def _listen(reader: StepReader, id: str, fields: Fields) -> Step | None:
    text, otherwise = reader.texts.text(fields, "text"), reader.texts.text(fields, "otherwise")
    choices = reader.choices(fields, "choices", required=False)
    target = reader.target(fields)
    outer = fields.child("hears", required=True)
    heard = [_heard(reader, theme, node) for theme, node in outer.items.items()] if outer else []
    hears = tuple(entry for entry in heard if entry)
    if not (text and otherwise and target):
        return None
    return Listen(id, fields.where, text, hears, otherwise, target, choices)


def _heard(reader: StepReader, theme: str, node: Node) -> Heard | None:
    if isinstance(node, Table) and "text" in node.keys:
        fields = Fields(node, reader.problems)
        text, target = reader.texts.text(fields, "text"), reader.target(fields, required=False)
        fields.finish()
        return Heard(theme, text, target) if text else None
    text = reader.texts.text_of(node, f"{node.where.file}:{node.where.path}")
    return Heard(theme, text) if text else None


def _check(reader: StepReader, id: str, fields: Fields) -> Step | None:
    items = reader.choices(fields, "items", required=True, leads=False)
    if len(items) > CHECK_ITEMS:
        reader.problems.append(say.too_many_items(fields.where, len(items), CHECK_ITEMS))
    text, none = reader.texts.text(fields, "text"), reader.texts.text(fields, "none")
    done, slot, target = (
        reader.texts.label(fields, "done"),
        reader.slot(fields, required=True),
        reader.target(fields),
    )
    known = {item.id for item in items}
    node = fields.node("answers", required=True)
    tables = [item for item in node.items if isinstance(item, Table)] if isinstance(node, Sequence) else []
    if node is not None and not tables:
        reader.problems.append(say.wrong_shape(node.where, "list"))
    read = [_check_answer(reader, table, known) for table in tables]
    answers = tuple(answer for answer in read if answer)
    if not (text and none and done and slot and target):
        return None
    return Check(id, fields.where, text, items, done, answers, none, slot, target)


def _check_answer(reader: StepReader, table: Table, known: set[str]) -> CheckAnswer | None:
    fields = Fields(table, reader.problems)
    wanted = fields.values("any_of", required=True)
    for item in wanted:
        if item.value not in known:
            reader.problems.append(say.unknown_item(item.where, item.value, known))
    text = reader.texts.text(fields, "text")
    fields.finish()
    return CheckAnswer(frozenset(item.value for item in wanted), text) if text else None


def _practice(reader: StepReader, id: str, fields: Fields) -> Step | None:
    text, target = reader.texts.text(fields, "text"), reader.target(fields)
    again, done = reader.texts.label(fields, "again"), reader.texts.label(fields, "done")
    options = []
    for option_id, table in fields.tables("options", required=True):
        check_id(table.where, option_id, reader.problems)
        inner = Fields(table, reader.problems)
        label, feedback = reader.texts.label(inner, "label"), reader.texts.text(inner, "feedback")
        inner.finish()
        if label and feedback:
            options.append(Option(option_id, table.where, label, feedback))
    if fields.has("options") and not 2 <= len(options) <= 4:
        reader.problems.append(say.practice_options(fields.where, len(options)))
    if not (text and target and again and done):
        return None
    return Practice(id, fields.where, text, tuple(options), again, done, target)


def _place(reader: StepReader, id: str, fields: Fields) -> Step | None:
    text, skip = reader.texts.text(fields, "text"), reader.texts.label(fields, "skip")
    target, skip_to = reader.target(fields), reader.target(fields, "skip_to")
    if not (text and skip and target and skip_to):
        return None
    return Place(id, fields.where, text, skip, target, skip_to)


def _desks(reader: StepReader, id: str, fields: Fields) -> Step | None:
    text = reader.texts.text(fields, "text")
    topics = tuple(topic.value for topic in fields.values("topics", required=True))
    slot = fields.scalar("topics_from")
    choices = reader.choices(fields, "choices", required=True)
    operator = reader.texts.text(fields, "operator", required=False)
    if not text:
        return None
    return Desks(id, fields.where, text, topics, slot.value if slot else "", choices, operator)


def _memo(reader: StepReader, id: str, fields: Fields) -> Step | None:
    text, heading = reader.texts.text(fields, "text"), reader.texts.label(fields, "heading")
    empty, target = reader.texts.text(fields, "empty"), reader.target(fields)
    if not (text and heading and empty and target):
        return None
    return Memo(id, fields.where, text, heading, empty, target)


def _remind(reader: StepReader, id: str, fields: Fields) -> Step | None:
    text, decline = reader.texts.text(fields, "text"), reader.texts.label(fields, "decline")
    confirmed, message = reader.texts.text(fields, "set"), reader.texts.text(fields, "message")
    cannot, target = reader.texts.text(fields, "cannot"), reader.target(fields)
    times = []
    for when_id, table in fields.tables("times", required=True):
        when = _when(reader, when_id, table)
        times += [when] if when else []
    if not (text and cannot and decline and confirmed and message and target):
        return None
    return Remind(id, fields.where, text, cannot, tuple(times), decline, confirmed, message, target)


def _when(reader: StepReader, id: str, table: Table) -> When | None:
    check_id(table.where, id, reader.problems)
    fields = Fields(table, reader.problems)
    label = reader.texts.label(fields, "label")
    days, at = fields.scalar("days", required=True), fields.scalar("at", required=True)
    fields.finish()
    if days and not (days.value.isdecimal() and len(days.value) <= 2 and 1 <= int(days.value) <= 28):
        reader.problems.append(say.bad_days(days.where, days.value))
        return None
    clock = _CLOCK.fullmatch(at.value) if at else None
    if at and not clock:
        reader.problems.append(say.bad_time(at.where, at.value))
    if not (label and days and clock):
        return None
    return When(id, table.where, label, int(days.value), time(int(clock[1]), int(clock[2])))


def _branch(reader: StepReader, id: str, fields: Fields) -> Step | None:
    by, cases = fields.scalar("by", required=True), fields.child("cases", required=True)
    otherwise = reader.target(fields, "otherwise", required=False)
    found = reader.targets(cases) if cases else {}
    return Branch(id, fields.where, by.value, found, otherwise) if by else None


def _call(reader: StepReader, id: str, fields: Fields) -> Step | None:
    to, target = reader.flow_target(fields, "to"), reader.target(fields)
    return Call(id, fields.where, to, target) if to and target else None


def _return(reader: StepReader, id: str, fields: Fields) -> Step | None:
    return Return(id, fields.where)


def _end(reader: StepReader, id: str, fields: Fields) -> Step | None:
    text: Text | None = reader.texts.text(fields, "text")
    return End(id, fields.where, text) if text else None


#: Every kind of step a writer can use.
STEP_KINDS: dict[str, Callable[[StepReader, str, Fields], Step | None]] = {
    "say": _say,
    "ask": _ask,
    "listen": _listen,
    "check": _check,
    "practice": _practice,
    "place": _place,
    "desks": _desks,
    "memo": _memo,
    "remind": _remind,
    "branch": _branch,
    "call": _call,
    "return": _return,
    "end": _end,
}
