"""Every wording of the content as one entry, with the place in its file.

A *field* is what one key of a YAML file says: a text by voice and language, a list of words, a title. An *entry* is
one wording of a field. Entries are what a workbook shows line by line and what `flows.editing.rewriting` writes back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import NamedTuple

import yaml

from flows.loader import Bundle
from flows.model import VOICES, Book, Text
from flows.reading.municipal import OWN

#: Files of the bundle besides the flows whose words can be edited line by line.
SHARED = ("phrases.yaml", OWN, "about.yaml")


class Field(NamedTuple):
    """One key of a file: `path` is `steps.hello.text`, as in problems."""

    file: str
    path: str


class Place(NamedTuple):
    """One wording of a field. `voice` and `language` are empty where the field does not tell them apart."""

    field: Field
    voice: str
    language: str
    number: int  # from 1


@dataclass(frozen=True, slots=True)
class Found:
    """A field in its file: the key's node, the value's, and whether it stands between braces."""

    key: yaml.ScalarNode
    node: yaml.Node
    flow: bool
    indent: int  # columns before the key
    leaves: Mapping[Place, yaml.ScalarNode]


def texts_of(thing: object) -> Iterator[Text]:
    """Every text inside a piece of content, in its order."""
    if isinstance(thing, Text):
        yield thing
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from texts_of(value)
    elif isinstance(thing, tuple | list):
        for value in thing:
            yield from texts_of(value)
    elif is_dataclass(thing):
        for part in fields(thing):
            yield from texts_of(getattr(thing, part.name))


def editable(book: Book, files: Bundle) -> dict[Field, Found]:
    """The fields of flows, phrases and about that can be edited, in the order of the files.

    Args:
        book: what `files` says.
        files: the bundle.
    """
    texts = {text.key for part in (book.flows, book.phrases) for text in texts_of(part)}
    names = [*(f"flows/{flow}.yaml" for flow in book.flows), *(name for name in SHARED if name in files)]
    found: dict[Field, Found] = {}
    for name in names:
        for field, one in _walk(name, yaml.compose(files[name], Loader=yaml.CSafeLoader), "", False):
            if one.leaves and (f"{name}:{field.path}" in texts or _is_plain(field)):
                found[field] = one
    return found


def entries(found: Mapping[Field, Found]) -> dict[Place, str]:
    """What every wording says."""
    return {place: leaf.value.strip() for one in found.values() for place, leaf in one.leaves.items()}


def leaves_in(file: str, text: str, known: Collection[Field]) -> dict[Place, str]:
    """What the wordings of known fields say in one file of YAML; nothing for another file."""
    if not any(field.file == file for field in known):
        return {}
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    return entries({field: one for field, one in _walk(file, root, "", False) if field in known})


def _is_plain(field: Field) -> bool:
    """A value that is no text of a step, and yet read by people or written for them."""
    if field.file == "about.yaml":
        return True
    return field.path == "title" or (field.path.startswith("steps.") and field.path.endswith(".words"))


def _walk(file: str, node: yaml.Node | None, path: str, flow: bool) -> Iterator[tuple[Field, Found]]:
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value, 1):
            yield from _walk(file, item, f"{path}[{number}]", flow or bool(node.flow_style))
    if not isinstance(node, yaml.MappingNode):
        return
    inside = flow or bool(node.flow_style)
    for key, value in node.value:
        field = Field(file, f"{path}.{key.value}" if path else key.value)
        leaves = dict(_leaves(field, value))
        yield field, Found(key, value, inside, key.start_mark.column, leaves)
        yield from _walk(file, value, field.path, inside)


def _leaves(field: Field, node: yaml.Node) -> Iterator[tuple[Place, yaml.ScalarNode]]:
    plain = _is_plain(field)
    for voice, spoken in _parts(node, VOICES):
        for language, worded in [("", spoken)] if plain else _parts(spoken, None):
            items: Iterable[yaml.Node] = worded.value if isinstance(worded, yaml.SequenceNode) else [worded]
            for number, item in enumerate(items, 1):
                if isinstance(item, yaml.ScalarNode):
                    yield Place(field, voice, language or ("" if plain else "ja"), number), item


def _parts(node: yaml.Node, keys: tuple[str, ...] | None) -> Iterator[tuple[str, yaml.Node]]:
    """The values of a mapping by key, when it has (one of) these keys; else the node itself, for everybody."""
    if isinstance(node, yaml.MappingNode) and (keys is None or any(k.value in keys for k, _ in node.value)):
        for key, value in node.value:
            yield key.value, value
    else:
        yield "", node
