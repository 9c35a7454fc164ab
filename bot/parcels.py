"""What goes out: a reply with everything that is needed to deliver it, and how it is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID, uuid4

from flows.model import Button, Card, Link, Message, Reply, Risk, Tap

#: `answer`: to somebody's message. `erased`: confirms that everything was erased. `reminder`: was asked for.
Kind = Literal["answer", "erased", "reminder"]

#: `answer`: with what the event brought (a reply token, an interaction). `push`: unprompted.
Way = Literal["answer", "push"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One reply on its way to one person.

    Attributes:
        id: 16 random bytes; the same in every try (Discord's nonce; see `retry_key`).
        key: whose pseudonym.
        platform: which sender delivers it.
        address: what that sender needs, as the adapter wrote it; plain JSON.
        due: when it is to be sent: the moment of the turn, or of the reminder.
        reply: what is said.
        risk: the grade that is answered.
        kind: what it is.
    """

    id: bytes
    key: bytes
    platform: str
    address: Mapping[str, Any]
    due: datetime
    reply: Reply
    risk: Risk = "none"
    kind: Kind = "answer"

    @property
    def retry_key(self) -> str:
        """The id as a UUID: LINE's X-Line-Retry-Key, so that a second try of a push cannot double it."""
        return str(UUID(bytes=self.id))

    @property
    def urgent(self) -> bool:
        """Whether silence would be worse than saying it twice."""
        return self.kind != "answer" or self.risk in ("high", "emergency")


def new_id() -> bytes:
    """An id for a parcel: a random UUID."""
    return uuid4().bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one try.

    Attributes:
        word: `delivered`; `refused`: what the event brought is spent or too old; `retry`: not now;
            `gone`: this person cannot be reached (any more).
        wait: seconds that the platform asks to wait before the next try.
        unknown: the try may have arrived all the same (a timeout, a broken connection).
    """

    word: Literal["delivered", "refused", "retry", "gone"]
    wait: float = 0.0
    unknown: bool = False


class Sender(Protocol):
    """Delivers on one platform. A try ends within a few seconds."""

    async def send(self, parcel: Parcel, way: Way) -> Sent:
        """Tries once. An exception counts as `retry` with an unknown outcome."""
        ...


# ---------------------------------------------------------------------------------------------- as bytes


def to_bytes(parcel: Parcel) -> bytes:
    """What is sealed in the parcel's row; id, key and due stand beside it."""
    head = [parcel.platform, parcel.address, parcel.risk, parcel.kind]
    return dump([*head, _reply_to(parcel.reply)])


def from_bytes(id: bytes, key: bytes, due: datetime, data: bytes) -> Parcel:
    """The parcel of a row that `to_bytes` wrote."""
    platform, address, risk, kind, reply = json.loads(data)
    return Parcel(id, key, platform, address, due, _reply_from(reply), risk, kind)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dump(value: object) -> bytes:
    """JSON without a byte too many."""
    return _ENCODER.encode(value).encode()


def _reply_to(reply: Reply) -> list[Any]:
    messages = [
        [
            message.text,
            [
                [card.title, card.lines, [[link.label, link.url] for link in card.links], card.clock]
                for card in message.cards
            ],
        ]
        for message in reply.messages
    ]
    taps = [
        [button.label, button.tap.flow, button.tap.step, button.tap.choice, button.tap.version, button.said]
        for button in reply.choices
    ]
    return [messages, taps]


def _reply_from(data: Sequence[Any]) -> Reply:
    messages, buttons = data
    return Reply(
        tuple(Message(text, tuple(map(_card_from, cards))) for text, cards in messages),
        tuple(Button(label, Tap(*tap[:4]), *tap[4:]) for label, *tap in buttons),
    )


def _card_from(data: Sequence[Any]) -> Card:
    title, lines, links, *more = data  # a row of the version before has no clock
    clock = (more[0][0], more[0][1]) if more and more[0] else None
    return Card(title, tuple(lines), tuple(Link(label, url) for label, url in links), clock)
