"""How somebody reads best: in a language of their own, and no more than they can take in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from flows.model import Message
from flows.reading import limits

if TYPE_CHECKING:
    from flows.talking.talk import Talk
    from flows.understand import Understanding

#: Letters of the first sentences that stay; the shortest that a bubble has as a rule (issue 5: 40 to 100).
ENOUGH = 45

_NUMBER = re.compile(r"\d{3}|https?://")  # to call, to open: never left out
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?[」』）)]?")
_QUESTION = re.compile(r"(?:か。|[？?])[」』）)]?$")


def offer_language(talk: Talk, heard: Understanding) -> None:
    """Offers English or easy Japanese, in its own words, to somebody who seems to write it; never twice."""
    language, key = heard.language, f"offered.{heard.language}"
    if not language or heard.risk != "none" or heard.command or talk.at.language != "ja":
        return
    if key not in talk.said:
        talk.said[key] = 0
        talk.offered = language
        talk.messages.append(Message(talk.book.phrases.replies["language_offer"].of("person", language)[0]))


def shortened(text: str) -> str:
    """The question of a text, else its first sentences; lines with a number stay."""
    lines = text.split("\n")
    sentences = [found.strip() for line in lines for found in _SENTENCE.findall(line) if found.strip()]
    question = next((one for one in reversed(sentences) if _QUESTION.search(one)), "")
    lengths = accumulate(map(len, sentences))
    kept = question or "".join(
        one
        for place, (one, length) in enumerate(zip(sentences, lengths, strict=True))
        if not place or length <= ENOUGH
    )
    return "\n".join((kept, *(line for line in lines if _NUMBER.search(line) and line not in kept)))


def fitted(said: Sequence[Message]) -> tuple[Message, ...]:
    """The messages; where a reply would be too long for LINE, its first bubbles become one."""
    messages = list(said)
    while len(messages) > limits.MESSAGES:
        first = next(
            (n for n in range(len(messages) - 1) if not messages[n].cards and not messages[n + 1].cards),
            None,
        )
        if first is None:
            return tuple(messages[-limits.MESSAGES :])
        messages[first : first + 2] = [Message(f"{messages[first].text}\n\n{messages[first + 1].text}")]
    return tuple(messages)
