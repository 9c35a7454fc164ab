"""A reply as LINE's message objects: text bubbles, desks as Flex cards, choices as quick replies.

The limits are those of LINE's documentation (`flows.reading.limits`, and the constants below; read November 2026).
What a check of the content cannot see is cut to fit here: a label or a text grows when a place or an operator's name
is filled in, and LINE would refuse the whole reply for one letter too many.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

import regex

from flows.model import Button, Card, Link, Message, Reply
from flows.reading import limits

#: Bubbles in a Flex carousel.
CARDS = 12
#: UTF-16 code units of the text that stands for a card in a notification and for a screen reader.
ALT_TEXT = 1500
#: Grapheme clusters of a Flex button's label, and of what a quick reply shows as said.
CARD_LABEL = 40
DISPLAY_TEXT = 300

PAPER = "#FFFBF3"
INK = "#33291F"
QUIET = "#6B5E50"
LAMP = "#8F5A0A"  # white on it has a contrast of 5.9:1
RULE = "#EADFCF"

#: Characters that stay as they are in an address; others are percent-encoded. `#` and `%` are treated apart.
_KEPT = ":/?&=+$,;@!*'()[]-._~"

Json = dict[str, Any]


def render(reply: Reply) -> list[Json]:
    """The messages of one LINE reply; the choices are quick replies of the last one.

    Raises:
        ValueError: LINE could not show this reply: it says nothing, or has too many messages, cards or choices.
    """
    if not 1 <= len(reply.messages) <= limits.MESSAGES:
        raise ValueError(f"a LINE reply has 1 to {limits.MESSAGES} messages, not {len(reply.messages)}")
    if len(reply.choices) > limits.LINE_QUICK_REPLIES:
        raise ValueError(f"LINE shows {limits.LINE_QUICK_REPLIES} choices, not {len(reply.choices)}")
    messages = [_message(message) for message in reply.messages]
    if reply.choices:
        messages[-1]["quickReply"] = {"items": [_quick_reply(button) for button in reply.choices]}
    return messages


def _message(message: Message) -> Json:
    if message.cards:
        return _flex(message.cards)
    if not message.text.strip():
        raise ValueError("a message without words and without cards")
    return {"type": "text", "text": _cut(message.text, limits.LINE_TEXT, limits.utf16)}


def _quick_reply(button: Button) -> Json:
    return {
        "type": "action",
        "action": {
            "type": "postback",
            "label": _cut(button.label, limits.LINE_LABEL, limits.graphemes),
            "data": button.tap.encode(),
            "displayText": _cut(button.said or button.label, DISPLAY_TEXT, limits.graphemes),
        },
    }


# ---------------------------------------------------------------------------------------------- cards


def _flex(cards: tuple[Card, ...]) -> Json:
    if len(cards) > CARDS:
        raise ValueError(f"a row of cards on LINE has at most {CARDS}, not {len(cards)}")
    bubbles = [_bubble(card) for card in cards]
    return {
        "type": "flex",
        "altText": _alt_text(cards),
        "contents": bubbles[0] if len(bubbles) == 1 else {"type": "carousel", "contents": bubbles},
    }


def _alt_text(cards: tuple[Card, ...]) -> str:
    """What stands for the cards where they cannot be shown: names, lines with their numbers, and pages."""
    told = []
    for card in cards:
        pages = (link.url for link in card.links if not link.url.startswith("tel:"))
        told.append("\n".join((card.title, *card.lines, *pages)))
    return _cut("\n\n".join(told), ALT_TEXT, limits.utf16)


def _bubble(card: Card) -> Json:
    numbers = {_dialled(unquote(link.url)) for link in card.links if link.url.startswith("tel:")}
    lines = [line for line in card.lines if line]
    contents = [_text(card.title, "lg", INK, weight="bold")]
    if lines:
        contents.append({"type": "separator", "margin": "md", "color": RULE})
    contents += [_line(line, _dialled(line) in numbers, first=not n) for n, line in enumerate(lines)]
    bubble: Json = {
        "type": "bubble",
        "body": {"type": "box", "layout": "vertical", "contents": contents},
        "styles": {"body": {"backgroundColor": PAPER}, "footer": {"backgroundColor": PAPER}},
    }
    if card.links:
        buttons = [_button(link) for link in card.links]
        bubble["footer"] = {"type": "box", "layout": "vertical", "spacing": "sm", "contents": buttons}
    return bubble


def _dialled(text: str) -> str:
    """What is dialled when the text is a number: 「0120-000-000」 → 「0120000000」; other text as it is."""
    number = text.removeprefix("tel:").replace("-", "")
    return number if re.fullmatch(r"#?\d+", number) else text


def _line(line: str, number: bool, *, first: bool) -> Json:
    margin = "md" if first else "sm"
    if number:
        return _text(line, "xl", INK, weight="bold", margin=margin)
    return _text(line, "md", QUIET, margin=margin)


def _text(text: str, size: str, colour: str, **more: str) -> Json:
    """One paragraph; `scaling` lets it grow with the letters a person has set on the phone."""
    return {
        "type": "text",
        "text": text,
        "size": size,
        "color": colour,
        "wrap": True,
        "scaling": True,
        **more,
    }


def _button(link: Link) -> Json:
    call = link.url.startswith("tel:")
    label = _cut(link.label, CARD_LABEL, limits.graphemes)
    return {
        "type": "button",
        "style": "primary" if call else "secondary",
        **({"color": LAMP} if call else {}),
        "height": "sm",
        "adjustMode": "shrink-to-fit",
        "scaling": True,
        "action": {"type": "uri", "label": label, "uri": uri(link.url)},
    }


def uri(url: str) -> str:
    """An address as LINE takes it: `tel:#9110` → `tel:%239110`, letters outside ASCII percent-encoded."""
    scheme, colon, rest = url.partition(":")
    return scheme + colon + quote(rest, safe=_KEPT + "%" + ("" if scheme == "tel" else "#"))


def _cut(text: str, most: int, length: Callable[[str], int]) -> str:
    """The text, or as much of its beginning as fits with 「…」 behind it."""
    if 2 * len(text) <= most or length(text) <= most:  # no letter counts for more than two
        return text
    kept, size = "", 0
    for cluster in regex.findall(r"\X", text):
        size += length(cluster)
        if size > most - 1:
            break
        kept += cluster
    return f"{kept}…"
