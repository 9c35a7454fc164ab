"""Writes edited wordings back into the files they came from: what was not edited stays letter by letter.

A wording that changes is replaced at its place in the source, so comments, order and style stay. Only a field whose
shape changes (a wording more or less, a new language) is written anew as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from flows.editing.wordings import Field, Found, Place, entries
from flows.loader import Bundle
from flows.model import LANGUAGES
from flows.reading.source import DEPTH

_TEXT = "tag:yaml.org,2002:str"
_STEP = 2  # columns that a level is further in
#: What YAML does not take as it is.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class MixedVoices(Exception):
    """A field would be said to everybody and to one voice at once."""


def rewritten(files: Bundle, found: Mapping[Field, Found], edits: Mapping[Place, str]) -> dict[str, str]:
    """The bundle with other wordings.

    Args:
        files: the bundle.
        found: its fields (`editable`).
        edits: what is said at each place from now on; empty = this wording goes, a new place = a wording more.

    Raises:
        MixedVoices: the edits of a field do not fit together.
    """
    by_field: dict[Field, dict[Place, str]] = {}
    for place, text in edits.items():
        by_field.setdefault(place.field, {})[place] = text.strip()
    cuts: dict[str, list[tuple[int, int, str]]] = {}
    for field, changes in by_field.items():
        source = files[field.file]
        cuts.setdefault(field.file, []).extend(_cuts(source, found[field], changes))
    result = dict(files)
    for file, pieces in cuts.items():
        text = files[file]
        for start, end, new in sorted(pieces, reverse=True):
            text = text[:start] + new + text[end:]
        result[file] = text
    return result


def _cuts(source: str, field: Found, changes: Mapping[Place, str]) -> list[tuple[int, int, str]]:
    """Pieces of the source to be replaced: start, end, what comes instead."""
    if all(text and place in field.leaves for place, text in changes.items()):
        return [_replaced(source, field, field.leaves[place], text) for place, text in changes.items()]
    now = entries({next(iter(changes)).field: field})
    whole = {place: text for place, text in {**now, **changes}.items() if text}
    start = source.index(":", field.key.end_mark.index) + 1
    value = _shape(whole)
    words = f" {_flow(value)}" if field.flow else _block(value, field.indent)
    return [(start, _end(source, field.node), words)]


def _replaced(source: str, field: Found, leaf: yaml.ScalarNode, text: str) -> tuple[int, int, str]:
    start, end = leaf.start_mark.index, _end(source, leaf)
    if text == leaf.value.strip():
        return start, end, source[start:end]
    rest = source[end:].partition("\n")[0]
    braces = field.flow or _inside_braces(source, leaf)
    if (leaf.style in ("|", ">") or "\n" in text) and not braces and not rest.strip():
        return start, end, _literal(text, _column(source[source.rfind("\n", 0, start) + 1 : start]))
    return start, end, _scalar(text, braces)


def _column(line: str) -> int:
    """How far in the thing stands that a value belongs to: a key, or the dash of a list of values."""
    key = line.lstrip(" -")
    return len(line) - len(key) if key else len(line) - len(line.lstrip(" "))


def _inside_braces(source: str, leaf: yaml.ScalarNode) -> bool:
    """Whether the value stands in a flow collection of its own field: `text: {ja: …, en: …}`."""
    line = source[source.rfind("\n", 0, leaf.start_mark.index) + 1 : leaf.start_mark.index]
    return leaf.style not in ("|", ">") and any(mark in line for mark in "{[")


def _end(source: str, node: yaml.Node) -> int:
    """Where a value ends, without the empty lines and comments behind it."""
    if isinstance(node, yaml.ScalarNode):
        raw = source[node.start_mark.index : node.end_mark.index]
        return node.start_mark.index + len(raw.rstrip() if node.style in ("|", ">") else raw)
    if getattr(node, "flow_style", False) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(source, last[1] if isinstance(node, yaml.MappingNode) else last)


# ---------------------------------------------------------------------------------------------- as YAML


def _shape(whole: Mapping[Place, str]) -> Any:
    """A field as data: by voice, by language, a list of wordings, as little of it as is needed."""
    voices = {place.voice for place in whole}
    if "" in voices and len(voices) > 1:
        raise MixedVoices
    if "" not in voices and voices:
        return {
            voice: _shape(
                {place._replace(voice=""): text for place, text in whole.items() if place.voice == voice}
            )
            for voice in sorted(voices, reverse=True)
        }
    languages = {place.language for place in whole}
    if languages - {"", "ja"}:
        return {language: _listed(whole, language) for language in LANGUAGES if language in languages}
    return _listed(whole, next(iter(languages), ""))


def _listed(whole: Mapping[Place, str], language: str) -> Any:
    of = [text for place, text in sorted(whole.items()) if place.language == language]
    is_list = any(place.field.path.endswith(".words") for place in whole)
    return of if len(of) != 1 or is_list else of[0]


def _block(value: Any, indent: int) -> str:
    """What stands behind `key:`, the key being `indent` columns in."""
    inner = " " * (indent + _STEP)
    if isinstance(value, dict):
        return "".join(f"\n{inner}{key}:{_block(one, indent + _STEP)}" for key, one in value.items())
    if isinstance(value, list):
        if not value:
            return " []"
        return "".join(f"\n{inner}- {_item(one, indent + _STEP)}" for one in value)
    return " " + _item(value, indent)


def _item(text: str, indent: int) -> str:
    return _literal(text, indent) if "\n" in text else _scalar(text, False)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value, True)


def _literal(text: str, indent: int) -> str:
    """A block scalar below something that is `indent` columns in."""
    if text.startswith((" ", "\t")) or not _printable(text):
        return _quoted(text)
    inner = " " * (indent + _STEP)
    return "|" + "".join(f"\n{inner}{line}" if line else "\n" for line in text.split("\n"))


def _scalar(text: str, braces: bool) -> str:
    """As it is where YAML reads it as this very text (`braces`: inside a flow collection); else between quotes."""
    if text.count("[") + text.count("{") > DEPTH:  # never given to `compose` as it is
        return _quoted(text)
    try:
        read = yaml.compose(f"{{k: {text}}}" if braces else f"k: {text}", Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return _quoted(text)
    value = read.value[0][1] if isinstance(read, yaml.MappingNode) and len(read.value) == 1 else None
    plain = isinstance(value, yaml.ScalarNode) and not value.style and value.tag == _TEXT
    return text if plain and value is not None and value.value == text and "\n" not in text else _quoted(text)


def _quoted(text: str) -> str:
    return _UNPRINTABLE.sub(lambda found: f"\\U{ord(found[0]):08x}", json.dumps(text, ensure_ascii=False))


def _printable(text: str) -> bool:
    return not _UNPRINTABLE.search(text)
