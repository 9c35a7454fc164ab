"""The parts that several kinds of steps have: targets, choices, slots, ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from flows import problems as say
from flows.model import (
    BRANCH_BY,
    LANGUAGES,
    VOICES,
    Choice,
    Language,
    Target,
    Voice,
    Where,
)
from flows.problems import Problem
from flows.reading import limits
from flows.reading.source import Fields, Scalar, Table
from flows.reading.texts import PLACEHOLDERS, TextReader

_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Reference:
    """A written target and where it was written, for the check that it exists."""

    where: Where
    target: Target


class StepReader:
    """Reads the parts of one flow's steps; what they point to is collected in `references`."""

    def __init__(
        self, flow: str, problems: list[Problem], placeholders: tuple[str, ...] = PLACEHOLDERS
    ) -> None:
        self.flow = flow
        self.problems = problems
        self.texts = TextReader(problems, placeholders)
        self.references: list[Reference] = []

    def target(self, fields: Fields, name: str = "next", *, required: bool = True) -> Target | None:
        """A field that names a step here (`step`) or elsewhere (`flow.step`)."""
        scalar = fields.scalar(name, required=required)
        return self.reference(scalar) if scalar else None

    def reference(self, scalar: Scalar) -> Target:
        """The written target; whether it exists is checked when all flows are read."""
        flow, dot, step = scalar.value.strip().rpartition(".")
        target = Target(flow, step) if dot else Target(self.flow, step)
        self.references.append(Reference(scalar.where, target))
        return target

    def targets(self, table: Table) -> dict[str, Target]:
        """A table whose every value names a step."""
        found = {}
        for key, node in table.items.items():
            if isinstance(node, Scalar):
                found[key] = self.reference(node)
            else:
                self.problems.append(say.wrong_shape(node.where, "value"))
        return found

    def flow_target(self, fields: Fields, name: str) -> Target | None:
        """A field that names a flow (its start) or a step of a flow."""
        scalar = fields.scalar(name, required=True)
        if scalar is None:
            return None
        flow, dot, step = scalar.value.strip().partition(".")
        target = Target(flow, step if dot else "")
        self.references.append(Reference(scalar.where, target))
        return target

    def choices(self, fields: Fields, name: str, *, required: bool, leads: bool = True) -> tuple[Choice, ...]:
        """A table of choices; `leads` tells whether each needs its own `next`."""
        read = (self._choice(id, table, leads) for id, table in fields.tables(name, required=required))
        found = tuple(choice for choice in read if choice is not None)
        written = fields.table.items.get(name)
        if isinstance(written, Table) and not written.keys:
            self.problems.append(say.no_choices(written.where))
        return found

    def _choice(self, id: str, table: Table, leads: bool) -> Choice | None:
        check_id(table.where, id, self.problems)
        fields = Fields(table, self.problems)
        label = self.texts.label(fields, "label")
        memo = self.texts.text(fields, "memo", required=False)
        choice = Choice(id, table.where, label, memo=memo) if label else None
        if leads and label:
            choice = Choice(
                id,
                table.where,
                label,
                next=self.target(fields),
                say=self.texts.text(fields, "say", required=False),
                memo=memo,
                words=tuple(word.value for word in fields.values("words")),
                voice=cast(Voice | None, self._one_of(fields, "voice", VOICES)),
                language=cast(Language | None, self._one_of(fields, "language", LANGUAGES)),
            )
        elif leads:
            for name in ("next", "say", "words", "voice", "language"):
                fields.has(name)
        fields.finish()
        return choice

    def _one_of(self, fields: Fields, name: str, known: tuple[str, ...]) -> str | None:
        scalar = fields.scalar(name)
        if scalar and scalar.value not in known:
            self.problems.append(say.not_one_of(scalar.where, scalar.value, known))
        return scalar.value if scalar else None

    def slot(self, fields: Fields, *, required: bool = False) -> str | None:
        """The name under which a choice is remembered."""
        scalar = fields.scalar("remember", required=required)
        if scalar is None:
            return None
        check_id(scalar.where, scalar.value, self.problems)
        if scalar.value in BRANCH_BY:
            self.problems.append(say.reserved_slot(scalar.where, scalar.value))
        return scalar.value


def check_id(where: Where, id: str, problems: list[Problem]) -> None:
    """Ids are short and plain, because buttons carry them."""
    if not _ID.fullmatch(id) or len(id) > limits.ID:
        problems.append(say.bad_id(where, id, limits.ID))
