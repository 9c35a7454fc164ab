"""The commands as Discord is told about them, and the lasting post: all from `content/discord/words.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.discord.events import Control
from bot.discord.render import text_payload
from bot.discord.words import Words
from flows.model import DiscordWords, Door

Json = dict[str, Any]

_SLASH, _MESSAGE = 1, 3
#: Where a command is shown: a server, the bot's direct messages, other direct messages; installed by a server, a user.
_SERVER, _EVERYWHERE = [0], [0, 1, 2]
_BY_SERVER, _BY_ANYBODY = [0], [0, 1]
#: Tools that a message is chosen with.
ON_MESSAGES = ("worry",)


def payloads(words: DiscordWords, *, watched: bool) -> list[Json]:
    """All commands.

    Args:
        words: what only Discord shows.
        watched: whether there are channels in which members may ask to be offered help.
    """
    found = [_command(door, _SLASH, _EVERYWHERE, _BY_ANYBODY) for door in words.commands.values()]
    for door in words.tools.values():
        if door.id in ON_MESSAGES:
            found.append(_command(door, _MESSAGE, _SERVER, _BY_ANYBODY))
        elif watched:
            found.append(_command(door, _SLASH, _SERVER, _BY_SERVER))
    return found


def door_named(words: DiscordWords, name: str) -> Door | None:
    """The command with a name, in any language."""
    for door in (*words.commands.values(), *words.tools.values()):
        if name in (_in(door, "en"), _in(door, "ja")):
            return door
    return None


def _command(door: Door, kind: int, contexts: list[int], installed: list[int]) -> Json:
    command = {
        "type": kind,
        "name": _in(door, "en"),
        "name_localizations": {"ja": _in(door, "ja")},
        "contexts": contexts,
        "integration_types": installed,
    }
    if door.about:
        command["description"] = door.about.of("person", "en")[0]
        command["description_localizations"] = {"ja": door.about.of("person", "ja")[0]}
    return command


def _in(door: Door, language: Any) -> str:
    return door.label.of("person", language)[0]


# ---------------------------------------------------------------------------------------------- posts in public


def welcome_post(words: Words) -> Json:
    """The lasting post of the channel where newcomers arrive."""
    doors = [(words.button(id), Control("open", (id,)).encode()) for id in words.all.buttons]
    rules = (words.label("rules"), Control("open", ("rules",)).encode())
    return text_payload(words.reply("welcome"), [[*doors, rules]])


def mention_line(words: Words) -> Json:
    """What is said in public to whoever calls the bot: always the same."""
    return text_payload(
        words.reply("mention"), [[(words.button("talk"), Control("open", ("first",)).encode())]]
    )


def is_welcome_post(message: Json, account: str) -> bool:
    """Whether a message is the lasting post of this bot, in whatever version of the content it was written."""
    if str(message.get("author", {}).get("id")) != account:
        return False
    return Control("open", ("rules",)).encode() in _custom_ids(message)


def _custom_ids(message: Json) -> Iterator[str]:
    for row in message.get("components", []):
        for part in row.get("components", []):
            yield str(part.get("custom_id", ""))
