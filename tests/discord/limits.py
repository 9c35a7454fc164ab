"""What Discord refuses, as its documentation says (research/platforms, section 6): the first fault found, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
_SLASH = re.compile(r"[-_'\w]{1,32}")


def message_fault(payload: Json) -> str | None:
    """Why a message is refused, or None."""
    return next(_message(payload), None)


def modal_fault(window: Json) -> str | None:
    """Why a modal is refused, or None."""
    return next(_modal(window), None)


def commands_fault(commands: object) -> str | None:
    """Why a list of commands is refused, or None."""
    return next(_commands(commands), None)


def _message(payload: Json) -> Iterator[str]:
    content, embeds = payload.get("content") or "", payload.get("embeds", [])
    if not content.strip() and not embeds:
        yield "Cannot send an empty message"
    if len(content) > 2000:
        yield "content: 2000"
    if len(embeds) > 10:
        yield "embeds: 10"
    size = 0
    for embed in embeds:
        title, text = embed.get("title", ""), embed.get("description", "")
        size += len(title) + len(text)
        if not title or len(title) > 256 or len(text) > 4096:
            yield "embed: title 256, description 4096"
    if size > 6000:
        yield "embeds: 6000 together"
    if payload.get("allowed_mentions") != {"parse": []}:
        yield "this bot calls nobody"
    if len(str(payload.get("nonce", ""))) > 25:
        yield "nonce: 25"
    yield from _rows(payload.get("components", []))


def _rows(rows: Any) -> Iterator[str]:
    if len(rows) > 5:
        yield "5 rows"
    parts = [part for row in rows for part in row["components"]]
    ids = [part["custom_id"] for part in parts if "custom_id" in part]
    if len(set(ids)) != len(ids) or not all(1 <= len(id) <= 100 for id in ids):
        yield "custom_id: 1 to 100, unique"
    for row in rows:
        kinds = {part["type"] for part in row["components"]}
        if row["type"] != 1 or kinds not in ({2}, {3}):
            yield "a row of buttons, or one select"
        if kinds == {3} and len(row["components"]) != 1:
            yield "one select in a row"
        if len(row["components"]) > 5:
            yield "5 buttons in a row"
    for part in parts:
        if part["type"] == 2:
            if not 1 <= len(part.get("label", "")) <= 80:
                yield "label: 80"
            if ("url" in part) != (part["style"] == 5) or ("custom_id" in part) == (part["style"] == 5):
                yield "a button has a custom_id, or a url and style 5"
            if len(part.get("url", "")) > 512:
                yield "url: 512"
        else:
            options = part["options"]
            if not 1 <= len(options) <= 25 or any(
                not (1 <= len(one["label"]) <= 100 and 1 <= len(one["value"]) <= 100) for one in options
            ):
                yield "25 options of 100"
            if len({one["value"] for one in options}) != len(options):
                yield "values: unique"


def _modal(window: Json) -> Iterator[str]:
    if not 1 <= len(window.get("title", "")) <= 45 or not 1 <= len(window.get("custom_id", "")) <= 100:
        yield "title: 45, custom_id: 100"
    rows = window.get("components", [])
    if not 1 <= len(rows) <= 5:
        yield "1 to 5 components"
    for row in rows:
        [field] = row["components"]
        if field["type"] != 4 or field["style"] not in (1, 2) or not 1 <= len(field["label"]) <= 45:
            yield "a text input with a label of 45"
        if len(field.get("placeholder", "")) > 100 or field.get("max_length", 1) > 4000:
            yield "placeholder: 100, max_length: 4000"


def _commands(commands: object) -> Iterator[str]:
    if not isinstance(commands, list):
        yield "a list"
        return
    seen = set()
    for one in commands:
        names = [one["name"], *one.get("name_localizations", {}).values()]
        abouts = [one.get("description", ""), *one.get("description_localizations", {}).values()]
        if (one["type"], one["name"]) in seen:
            yield "a name twice"
        seen.add((one["type"], one["name"]))
        if one["type"] == 1:
            if not all(_SLASH.fullmatch(name) and name == name.lower() for name in names):
                yield f"name: {names}"
            if not all(1 <= len(about) <= 100 for about in abouts):
                yield "description: 100"
            if sum(max(map(len, group)) for group in (names, abouts)) > 8000:
                yield "8000 characters"
        elif not all(1 <= len(name) <= 32 for name in names) or any(abouts):
            yield "a message command has a name of 32 and no description"
        if not set(one["contexts"]) <= {0, 1, 2} or not set(one["integration_types"]) <= {0, 1}:
            yield "contexts, integration_types"
