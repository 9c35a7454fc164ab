"""LINE's webhook events as the core takes them. Everything unknown is left alone: fields, types and modes come without
notice (LINE's development guidelines), and one odd event never costs its neighbours.

Facts: LINE's OpenAPI files and documentation, read November 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeGuard

from bot.incoming import Incoming
from bot.privacy import Keyring
from flows.model import Event, EventKind, Input, Tap, Typed

PLATFORM = "line"
#: Messages that are never fetched.
MEDIA = frozenset({"image", "video", "audio", "file"})
#: Characters of a place's name, an address or a sticker's words that are read.
ABOUT = 300

Json = Mapping[str, Any]


class Events:
    """Reads the events of one bot account.

    Args:
        keyring: makes pseudonyms, and hashes of message ids.
        clock: tells the time; aware.
        reminders: whether there is a budget for pushes that nobody wrote for.
    """

    def __init__(self, keyring: Keyring, clock: Callable[[], datetime], *, reminders: bool = False) -> None:
        self._keyring = keyring
        self._clock = clock
        self._reminders = reminders

    def incoming(self, account: str, event: Json) -> Incoming | None:
        """The event, or None when it is not for this bot to answer: standby, groups, what is unknown.

        Args:
            account: the bot's own user id (`destination`).
            event: as LINE sent it.
        """
        source = _table(event, "source")
        user, event_id = source.get("userId"), event.get("webhookEventId")
        if event.get("mode") == "standby" or source.get("type") != "user":
            return None
        if not (_is_id(user) and _is_id(event_id)):
            return None
        given = self._input(event)
        if given is None:
            return None
        token = event.get("replyToken")
        address = {"to": user, **({"token": token} if _is_id(token) else {})}
        who = self._keyring.pseudonym(PLATFORM, account, user)
        now, reminders = self._clock(), self._reminders
        return Incoming(who.key, event_id, given, address, now, PLATFORM, who.previous, reminders)

    def _input(self, event: Json) -> Input | None:
        match event.get("type"):
            case "message":
                return self._message(_table(event, "message"))
            case "postback":
                return Tap.decode(_text(_table(event, "postback"), "data"))
            case "follow":
                return Event("follow")
            case "unfollow":
                return Event("unfollow")
            case "unsend":
                return Event("unsend", mark=self._mark(_table(event, "unsend"), "messageId"))
            case _:
                return None

    def _message(self, message: Json) -> Input | None:
        kind, mark = message.get("type"), self._mark(message, "id")
        match kind:
            case "text":
                text = _text(message, "text")
                return Typed((text,), (mark,) if mark else ())
            case "sticker":
                told = _text(message, "text") or " ".join(_texts(message, "keywords"))
                return Event("sticker", told[:ABOUT], mark)
            case "location":
                place = _text(message, "address") or _text(message, "title")
                return Event("location", place[:ABOUT], mark)
            case _:
                known: EventKind = "media"
                return Event(known, mark=mark) if isinstance(kind, str) and kind in MEDIA else None

    def _mark(self, table: Json, name: str) -> str:
        """A hash of a message id, so that a message can be taken back and not be found by what is kept."""
        id = table.get(name)
        if not isinstance(id, str) or not id:
            return ""
        return self._keyring.event_ids(PLATFORM, f"message {id}")[0][:6].hex()


def moment(event: Json) -> int:
    """When the event happened, in milliseconds; what has no time stays where it is."""
    stamp = event.get("timestamp")
    return stamp if isinstance(stamp, int) else 0


def is_redelivery(event: Json) -> bool:
    """Whether LINE delivers the event again because it got no 200 before."""
    return _table(event, "deliveryContext").get("isRedelivery") is True


def group_joined(event: Json) -> tuple[str, str, str] | None:
    """The kind (`group`, `room`), id and reply token of a group that the bot was taken into, or None."""
    source = _table(event, "source")
    kind = source.get("type")
    if event.get("type") != "join" or event.get("mode") == "standby" or kind not in ("group", "room"):
        return None
    return str(kind), _text(source, f"{kind}Id"), _text(event, "replyToken")


def _is_id(value: object) -> TypeGuard[str]:
    """LINE's ids and tokens are plain ASCII."""
    return isinstance(value, str) and value != "" and value.isascii()


def _table(outer: Json, name: str) -> Json:
    inner = outer.get(name)
    return inner if isinstance(inner, dict) else {}


def _text(table: Json, name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""


def _texts(table: Json, name: str) -> list[str]:
    value = table.get(name)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
