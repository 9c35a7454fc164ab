"""A reply as Discord's message payloads: content, desks as embeds, choices as buttons below the last message.

The limits are those of Discord's documentation (`flows.reading.limits`, and the constants below; read November 2026).
Discord opens no `tel:` links: a card's number stands on a line of its own, and only pages become links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from flows.model import Button, Card, Link, Message, Reply
from flows.reading import limits

#: Embeds in one message, and characters over all of them; characters of an embed's title and description.
EMBEDS = 10
EMBEDS_TEXT = 6000
TITLE = 256
DESCRIPTION = 4096
#: Rows of components below a message, and buttons in one row.
ROWS = 5
ROW = 5
#: Characters of a select option's label.
OPTION_LABEL = 100

LAMP = 0xE3A24A

_ACTION_ROW, _BUTTON, _SELECT = 1, 2, 3
_PRIMARY, _SECONDARY, _LINK = 1, 2, 5
#: The custom id of the button that opens a window to write in.
WRITE = "write"

Json = dict[str, Any]
T = TypeVar("T")


def render(reply: Reply) -> list[Json]:
    """The messages of one reply on Discord; the choices stand below the last one and stay there.

    Raises:
        ValueError: the reply says nothing, or has more choices than fit below one message.
    """
    payloads = [payload for message in reply.messages for payload in _payloads(message)]
    if not payloads:
        raise ValueError("a Discord reply has at least one message")
    if reply.choices:
        payloads[-1]["components"] = _components(reply.choices)
    return payloads


def render_private(reply: Reply, owner: str, write: str, links: Sequence[Link] = ()) -> list[Json]:
    """The same as an answer that only one person sees: one message wherever it fits.

    Whoever has installed the bot for themselves gets few messages for one command (Discord: 5), and the one answer to
    an interaction is what arrives surely.

    Args:
        reply: what is said.
        owner: whose buttons these are (see `owned`); empty in a direct message, where nobody else is.
        write: label of the button that opens a window to write in; empty where one can just write.
        links: pages to be linked below.
    """
    payloads = _merged(render(reply))
    rows: list[Json] = payloads[-1].get("components", [])
    for row in rows:
        for part in row["components"]:
            part["custom_id"] = owned(part["custom_id"], owner)
    if write:
        button = {"type": _BUTTON, "style": _SECONDARY, "label": write, "custom_id": owned(WRITE, owner)}
        if rows and rows[-1]["components"][0]["type"] == _BUTTON and len(rows[-1]["components"]) < ROW:
            rows[-1]["components"].append(button)
        elif len(rows) < ROWS:
            rows.append(_row([button]))
    if links and len(rows) < ROWS:
        pages = [{"type": _BUTTON, "style": _LINK, "label": link.label, "url": link.url} for link in links]
        rows.append(_row(pages))
    if rows:
        payloads[-1]["components"] = rows
    return payloads


def owned(custom_id: str, owner: str) -> str:
    """A custom id that tells for whom a button is."""
    return f"{custom_id}~{owner}" if owner else custom_id


def text_payload(text: str, rows: Sequence[Sequence[tuple[str, str]]] = ()) -> Json:
    """A message of one text that calls nobody, with rows of buttons: label and custom id."""
    buttons = [
        _row(
            [
                {
                    "type": _BUTTON,
                    "style": _SECONDARY,
                    "label": _cut(label, limits.DISCORD_LABEL),
                    "custom_id": id,
                }
                for label, id in row
            ]
        )
        for row in rows
    ]
    return _payload(content=text, **({"components": buttons} if buttons else {}))


def cards_payload(cards: Sequence[Card]) -> list[Json]:
    """Embeds for some cards, as many as one message holds."""
    return next(_groups(_embed(card) for card in cards), [])


def _merged(payloads: list[Json]) -> list[Json]:
    """All of it in one message: words first, then cards; as it was where that is too much for one."""
    text = "\n\n".join(payload["content"] for payload in payloads if "content" in payload)
    embeds = [embed for payload in payloads for embed in payload.get("embeds", [])]
    if len(payloads) == 1 or len(text) > limits.DISCORD_TEXT or len(list(_groups(embeds))) > 1:
        return payloads
    last = payloads[-1].get("components")
    return [
        _payload(
            **({"content": text} if text else {}),
            **({"embeds": embeds} if embeds else {}),
            **({"components": last} if last else {}),
        )
    ]


def _payloads(message: Message) -> list[Json]:
    if message.cards:
        return [_payload(embeds=embeds) for embeds in _groups(_embed(card) for card in message.cards)]
    if not message.text.strip():
        raise ValueError("a message without words and without cards")
    return [_payload(content=part) for part in _parts(message.text)]


def _payload(**fields: object) -> Json:
    """A message that calls nobody, whatever its words look like."""
    return {**fields, "allowed_mentions": {"parse": []}}


def _parts(text: str) -> Iterator[str]:
    """The text in pieces that Discord takes, parted at the end of a line where there is one."""
    while len(text) > limits.DISCORD_TEXT:
        end = text.rfind("\n", 1, limits.DISCORD_TEXT + 1)
        end = end if end > 0 else limits.DISCORD_TEXT
        if text[:end].strip():
            yield text[:end]
        text = text[end:].lstrip("\n")
    if text.strip():
        yield text


# ---------------------------------------------------------------------------------------------- cards


def _embed(card: Card) -> Json:
    pages = [_page(link) for link in card.links if not link.url.startswith("tel:")]
    lines = "\n".join((*_timed(card), *pages))
    return {
        "title": _cut(card.title, TITLE),
        **({"description": _cut(lines, DESCRIPTION)} if lines else {}),
        "color": LAMP,
    }


def _timed(card: Card) -> Sequence[str]:
    """The lines; below what is said of the hours stands Discord's own mark, shown as the time from now."""
    if card.clock is None:
        return card.lines
    line, at = card.clock
    return (*card.lines[: line + 1], f"<t:{at}:R>", *card.lines[line + 1 :])


def _page(link: Link) -> str:
    """A link with its words on it; brackets would end it early."""
    url = link.url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{link.label}]({url})"


def _groups(embeds: Iterable[Json]) -> Iterator[list[Json]]:
    """Embeds in as few messages as they fit into."""
    group: list[Json] = []
    size = 0
    for embed in embeds:
        length = len(embed["title"]) + len(embed.get("description", ""))
        if group and (len(group) == EMBEDS or size + length > EMBEDS_TEXT):
            yield group
            group, size = [], 0
        group.append(embed)
        size += length
    if group:
        yield group


# ---------------------------------------------------------------------------------------------- choices


def _components(choices: Sequence[Button]) -> list[Json]:
    """Rows of buttons, the global words in rows of their own; more than fit become selects."""
    own = [_button(button, _PRIMARY) for button in choices if button.tap.flow]
    everywhere = [_button(button, _SECONDARY) for button in choices if not button.tap.flow]
    rows = [_row(row) for row in (*_chunks(own, ROW), *_chunks(everywhere, ROW))]
    if len(rows) > ROWS:
        rows = [_row([_select(n, some)]) for n, some in enumerate(_chunks(choices, limits.DISCORD_OPTIONS))]
    if len(rows) > ROWS:
        raise ValueError(f"Discord shows {ROWS * limits.DISCORD_OPTIONS} choices, not {len(choices)}")
    return rows


def _row(components: Sequence[Json]) -> Json:
    return {"type": _ACTION_ROW, "components": list(components)}


def _button(button: Button, style: int) -> Json:
    label = _cut(button.label, limits.DISCORD_LABEL)
    return {"type": _BUTTON, "style": style, "label": label, "custom_id": button.tap.encode()}


def _select(number: int, choices: Sequence[Button]) -> Json:
    """A list to choose from; the tap is the value of the chosen option, not the id of the list."""
    options = [
        {"label": _cut(button.label, OPTION_LABEL), "value": button.tap.encode()} for button in choices
    ]
    return {"type": _SELECT, "custom_id": f"select.{number}", "options": options}


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
