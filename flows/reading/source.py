"""YAML as a writer sees it: every value is text and knows its file, line and path.

PyYAML's `compose` keeps the lines and leaves scalars as they were written, so its traps (`yes` becomes true,
`0123456` an octal number, `12:30` the number 750, the last of two equal keys wins) can be named instead of
happening in silence. Anchors and aliases are refused: nobody needs them here, and they can grow without end. So is deep
nesting, on which `compose` and whoever walks the nodes would run out of stack, in C without an exception.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from flows import problems as say
from flows.model import Where
from flows.problems import Problem


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, as text."""

    where: Where
    value: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    where: Where
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; keys stay in the order of the file."""

    where: Where
    items: Mapping[str, Node]
    keys: Mapping[str, Where]


Node = Scalar | Sequence | Table

#: Tables and lists inside one another, at most; the content has 7.
DEPTH = 50
_TEXT = "tag:yaml.org,2002:str"
_INTEGER = "tag:yaml.org,2002:int"
_PLAIN_NUMBER = re.compile(r"0|-?[1-9][0-9]*")


def read_yaml(file: str, text: str, problems: list[Problem]) -> Table | None:
    """The file as a Table, or None (with a problem) when it is no mapping or no YAML.

    Args:
        file: path shown in problems, relative to the content folder.
        text: content of the file.
        problems: every fault found is appended here.
    """
    try:
        if line := _too_deep(text):
            problems.append(say.yaml_too_deep(Where(file, line), DEPTH))
            return None
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problems.append(say.not_yaml(Where(file, line), error.problem or ""))
        return None
    except yaml.YAMLError:
        problems.append(say.not_yaml(Where(file, 1), ""))
        return None
    if not isinstance(root, yaml.MappingNode):
        line = root.start_mark.line + 1 if root else 1
        problems.append(say.not_a_table(Where(file, line)))
        return None
    table = _Converter(file, problems).convert(root, "")
    return table if isinstance(table, Table) else None


def _too_deep(text: str) -> int | None:
    """The line in which tables and lists stand too deep inside one another, or None."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH:
            return event.start_mark.line + 1 if event.start_mark else 1
    return None


class _Converter:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.seen: set[int] = set()

    def convert(self, node: yaml.Node, path: str) -> Node | None:
        where = Where(self.file, node.start_mark.line + 1, path)
        if id(node) in self.seen:
            self.problems.append(say.yaml_alias(where))
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, where)
        if isinstance(node, yaml.SequenceNode):
            items = (self.convert(item, f"{path}[{number}]") for number, item in enumerate(node.value, 1))
            return Sequence(where, tuple(item for item in items if item is not None))
        if isinstance(node, yaml.MappingNode):
            return self._table(node, where)
        raise AssertionError(f"PyYAML composed an unknown node: {type(node).__name__}")

    def _scalar(self, node: yaml.ScalarNode, where: Where) -> Scalar | None:
        plain = not node.style
        if plain and not node.value:
            self.problems.append(say.empty_value(where))
            return None
        number = node.tag == _INTEGER and _PLAIN_NUMBER.fullmatch(node.value)
        if plain and node.tag != _TEXT and not number:
            self.problems.append(say.yaml_trap(where, node.value))
            return None
        return Scalar(where, node.value)

    def _table(self, node: yaml.MappingNode, where: Where) -> Table:
        items: dict[str, Node] = {}
        keys: dict[str, Where] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(say.key_is_no_text(Where(self.file, line, where.path)))
                continue
            key = key_node.value
            path = f"{where.path}.{key}" if where.path else key
            key_where = Where(self.file, line, path)
            if not key_node.style and key_node.tag not in (_TEXT, _INTEGER):
                self.problems.append(say.yaml_trap(key_where, key))
                continue
            if key in keys:
                self.problems.append(say.equal_keys(key_where, key, keys[key].line))
                continue
            keys[key] = key_where
            value = self.convert(value_node, path)
            if value is not None:
                items[key] = value
        return Table(where, items, keys)


class Fields:
    """The fields of one table, taken one by one; `finish` names those that nobody asked for."""

    def __init__(self, table: Table, problems: list[Problem]) -> None:
        self.table = table
        self.problems = problems
        self._asked: set[str] = set()

    @property
    def where(self) -> Where:
        """Where the table starts."""
        return self.table.where

    def has(self, name: str) -> bool:
        """Whether the field was written, even with a broken value."""
        self._asked.add(name)
        return name in self.table.keys

    def node(self, name: str, *, required: bool = False) -> Node | None:
        """The field's node; a missing required one is a problem."""
        self._asked.add(name)
        if name not in self.table.keys and required:
            self.problems.append(say.missing_field(self.where, name))
        return self.table.items.get(name)

    def scalar(self, name: str, *, required: bool = False) -> Scalar | None:
        """A field that is one value."""
        node = self.node(name, required=required)
        if node is None or isinstance(node, Scalar):
            if node is not None and not node.value.strip():
                self.problems.append(say.empty_value(node.where))
                return None
            return node
        self.problems.append(say.wrong_shape(node.where, "value"))
        return None

    def child(self, name: str, *, required: bool = False) -> Table | None:
        """A field that is a table."""
        node = self.node(name, required=required)
        if node is None or isinstance(node, Table):
            return node
        self.problems.append(say.wrong_shape(node.where, "table"))
        return None

    def tables(self, name: str, *, required: bool = False) -> Iterator[tuple[str, Table]]:
        """The named tables inside a field."""
        outer = self.child(name, required=required)
        for key, node in outer.items.items() if outer else ():
            if isinstance(node, Table):
                yield key, node
            else:
                self.problems.append(say.wrong_shape(node.where, "table"))

    def values(self, name: str, *, required: bool = False) -> tuple[Scalar, ...]:
        """A field that is a list of values; one value alone is a list of one."""
        node = self.node(name, required=required)
        if node is None:
            return ()
        items = (node,) if not isinstance(node, Sequence) else node.items
        wrong = [item for item in items if not isinstance(item, Scalar)]
        self.problems.extend(say.wrong_shape(item.where, "value") for item in wrong)
        return tuple(item for item in items if isinstance(item, Scalar))

    def finish(self) -> None:
        """Report the fields that do not exist for this kind of thing."""
        for name, where in self.table.keys.items():
            if name not in self._asked:
                self.problems.append(say.unknown_field(where, name, self._asked))
