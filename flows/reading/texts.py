"""Reading the words of the content: by voice, by language, in several wordings, within the limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from flows import problems as say
from flows.model import LANGUAGES, VOICES, Language, Text, Voice, Where
from flows.problems import Problem
from flows.reading import limits
from flows.reading.source import Fields, Node, Scalar, Sequence, Table

#: What a writer may put between braces, filled in by the engine.
PLACEHOLDERS = ("operator", "contact", "staffed", "place", "days")
#: And where a town leads whoever wants to speak of their own state.
CONSULT_URL = "consult_url"
#: Words of the chat page (bot/web/static); `{label}` and `{time}` are filled in by the page.
CHAT_WORDS = (
    "title", "name", "reading", "subtitle", "you", "log", "choices", "more_choices", "skip", "message",
    "placeholder", "send", "attach", "sticker", "photo", "location", "sticker_1", "sticker_2", "sticker_3",
    "sticker_pick", "photo_sent", "location_ask", "location_hint", "close", "app", "read", "followed_line",
    "followed_discord", "tapped", "clock_set", "clock_now", "not_sent", "again", "offline", "urgent", "ambulance",
    "police", "settings", "platform", "line", "discord", "clock", "clock_at", "clock_use_now", "clock_use_sunday",
    "theme", "theme_auto", "theme_light", "theme_dark", "kept", "restart", "writers", "writers_note", "flow",
    "step", "risk", "why", "outcome", "nothing", "privacy", "terms", "no_script",
)  # fmt: skip

_BRACES = re.compile(r"\{([^{}]*)\}")
_STRAY_BRACE = re.compile(r"[{}]")


def bubbles(wording: str) -> tuple[str, ...]:
    """A wording split at its empty lines, each part one bubble."""
    return tuple(part.strip("\n") for part in re.split(r"\n[ \t　]*\n", wording.strip()) if part.strip())


class TextReader:
    """Reads `Text` fields and reports what no platform would accept.

    Args:
        problems: every fault found is appended here.
        placeholders: names allowed between braces.
    """

    def __init__(self, problems: list[Problem], placeholders: tuple[str, ...] = PLACEHOLDERS) -> None:
        self.problems = problems
        self.placeholders = placeholders

    def text(self, fields: Fields, name: str, *, required: bool = True) -> Text | None:
        """A field that is said, as bubbles."""
        return self._field(fields, name, required, self._check_bubbles)

    def label(self, fields: Fields, name: str, *, required: bool = True) -> Text | None:
        """A field that stands on a button."""
        return self._field(fields, name, required, self._check_label)

    def text_of(self, node: Node, key: str) -> Text | None:
        """The same for a node that is no field of its own."""
        return self._read(node, key, self._check_bubbles)

    def _field(
        self, fields: Fields, name: str, required: bool, check: Callable[[Where, str], None]
    ) -> Text | None:
        node = fields.node(name, required=required)
        return self._read(node, f"{node.where.file}:{node.where.path}", check) if node else None

    def _read(self, node: Node, key: str, check: Callable[[Where, str], None]) -> Text | None:
        before = len(self.problems)
        wordings = dict(self._voices(node))
        for where, wording in _leaves(node):
            self._check_placeholders(where, wording)
            check(where, wording)
        if len(self.problems) > before or not wordings:
            return None
        return Text(key, node.where, wordings)

    def _voices(self, node: Node) -> Iterator[tuple[tuple[Voice, Language], tuple[str, ...]]]:
        if isinstance(node, Table) and set(node.keys) & set(VOICES):
            for key, where in node.keys.items():
                if key not in VOICES:
                    self.problems.append(say.not_a_voice(where, key))
            for voice in VOICES:
                if voice not in node.keys:
                    self.problems.append(say.missing_voice(node.where, voice))
                elif voice in node.items:
                    for language, wordings in self._languages(node.items[voice]):
                        yield (voice, language), wordings
            return
        for language, wordings in self._languages(node):
            for voice in VOICES:
                yield (voice, language), wordings

    def _languages(self, node: Node) -> Iterator[tuple[Language, tuple[str, ...]]]:
        if not isinstance(node, Table):
            yield "ja", self._wordings(node)
            return
        for key, where in node.keys.items():
            if key not in LANGUAGES:
                self.problems.append(say.not_a_language(where, key))
        if "ja" not in node.keys:
            self.problems.append(say.missing_japanese(node.where))
        for key, inner in node.items.items():
            if key in LANGUAGES:
                yield key, self._wordings(inner)

    def _wordings(self, node: Node) -> tuple[str, ...]:
        items = node.items if isinstance(node, Sequence) else (node,)
        found: list[str] = []
        for item in items:
            if not isinstance(item, Scalar):
                self.problems.append(say.wrong_shape(item.where, "value"))
            elif not item.value.strip():
                self.problems.append(say.empty_value(item.where))
            else:
                found.append(item.value.strip())
        if not found and isinstance(node, Sequence) and not node.items:
            self.problems.append(say.empty_value(node.where))
        return tuple(found)

    def _check_placeholders(self, where: Where, wording: str) -> None:
        for name in _BRACES.findall(wording):
            if name not in self.placeholders:
                self.problems.append(say.unknown_placeholder(where, name, self.placeholders))
        if _STRAY_BRACE.search(_BRACES.sub("", wording)):
            self.problems.append(say.stray_brace(where))

    def _check_bubbles(self, where: Where, wording: str) -> None:
        parts = bubbles(wording)
        if len(parts) > limits.MESSAGES:
            self.problems.append(say.too_many_bubbles(where, len(parts), limits.MESSAGES))
        for part in parts:
            if len(part) > limits.DISCORD_TEXT:
                self.problems.append(say.bubble_too_long(where, len(part), limits.DISCORD_TEXT))
            elif limits.utf16(part) > limits.LINE_TEXT:
                self.problems.append(say.bubble_too_long(where, limits.utf16(part), limits.LINE_TEXT))

    def _check_label(self, where: Where, wording: str) -> None:
        length = limits.graphemes(wording)
        if "\n" in wording:
            self.problems.append(say.label_has_lines(where))
        elif length > limits.LINE_LABEL:
            self.problems.append(say.label_too_long(where, wording, length, limits.LINE_LABEL))


def _leaves(node: Node) -> Iterator[tuple[Where, str]]:
    if isinstance(node, Scalar):
        if node.value.strip():
            yield node.where, node.value.strip()
        return
    inner = node.items.values() if isinstance(node, Table) else node.items
    for item in inner:
        yield from _leaves(item)


def read_texts(
    outer: Fields,
    name: str,
    known: Iterable[str],
    read: Callable[[Fields, str], Text | None],
    problems: list[Problem],
) -> dict[str, Text]:
    """A table of texts, all of which must be there; any other in it is a mistake.

    Args:
        outer: holds the table.
        name: of the table.
        known: names of the texts.
        read: reads one of them.
        problems: every fault found is appended here.
    """
    table = outer.child(name, required=True)
    if table is None:
        return {}
    fields = Fields(table, problems)
    found = {key: text for key in known if (text := read(fields, key))}
    fields.finish()
    return found
