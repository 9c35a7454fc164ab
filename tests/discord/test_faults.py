"""What goes wrong on Discord, and what becomes of it: refused calls, limits, broken connections, sessions that end."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.privacy import Keyring
from bot.process import Bot
from bot.settings import Settings
from tests.discord.conftest import ALL, bot_on_discord, new_discord, serving, somebody
from tests.discord.gateway import GUILD_MEMBERS, MESSAGE_CONTENT
from tests.discord.people import Person
from tests.discord.standin import Discord, Fault, words
from tests.tiny import SECRET, Clock

DANGER = "今から死にます"
CALLBACK, MESSAGES, FOLLOW = "/callback", "POST /channels/", "POST /webhooks/"

pytestmark = pytest.mark.asyncio(loop_scope="module")


# ---------------------------------------------------------------------------------------------- calls


@pytest.mark.parametrize("fault", ["500", "429", "global", "reset", "lost", "ban"])
async def test_a_direct_message_arrives_once_whatever_happens(
    friend: Person, discord: Discord, fault: Fault
) -> None:
    discord.fail(MESSAGES, fault)
    assert "119" in words(await friend.says(DANGER))
    said = [one.payload for one in discord.seen_by(friend.id)]
    assert len({one["nonce"] for one in said}) == len(said)


@pytest.mark.parametrize("fault", ["500", "429", "global", "reset", "lost"])
async def test_an_answer_to_a_command_arrives_once(person: Person, discord: Discord, fault: Fault) -> None:
    discord.fail(CALLBACK, fault)
    answer = await person.runs("now")
    assert answer[-1]["embeds"]
    await somebody(discord).runs("talk")  # whatever comes late has come
    assert len(discord.seen_by(person.id)) == 1


async def test_an_unknown_interaction_in_danger_becomes_a_direct_message(
    person: Person, discord: Discord
) -> None:
    await person.runs("talk")
    call = await person.presses("文で書く")
    await discord.until(lambda: call.window)
    rows = [{"type": 1, "components": [{"type": 4, "custom_id": "text", "value": DANGER}]}]
    late = await person.asks(5, {"custom_id": "said", "components": rows})
    late.born -= 10  # too late for an answer
    await discord.until(lambda: discord.in_channel(discord.dm(person.id)))
    assert "119" in words([one.payload for one in discord.in_channel(discord.dm(person.id))])


async def test_an_unknown_interaction_otherwise_is_put_again(person: Person, discord: Discord) -> None:
    late = await person.asks(2, {"id": "1", "name": "desks", "type": 1})
    late.born -= 10
    await discord.until(lambda: any(CALLBACK in one for one in discord.requests))
    assert "近くの窓口" in str(await person.fills_in_anew("居場所をさがしている"))
    assert not discord.in_channel(discord.dm(person.id))


async def test_closed_direct_messages_are_left_alone(person: Person, discord: Discord) -> None:
    discord.closed.add(person.id)
    late = await person.asks(2, {"id": "1", "name": "erase", "type": 1})
    late.born -= 10
    await discord.until(lambda: any(discord.dm(person.id) in one for one in discord.requests))
    assert words(await person.runs("talk"))
    assert [one.only for one in discord.shown] == [person.id]


async def test_somebody_who_waits_is_shown_that_an_answer_comes(person: Person, discord: Discord) -> None:
    """The answer waits behind one that hangs: deferred meanwhile, in the time that Discord gives, then filled in."""
    before = somebody(discord)
    before.id = person.id
    before.where = "direct"
    discord.fail(MESSAGES, "stuck")
    await before.writes("居場所をさがしている")
    await discord.until(lambda: any(MESSAGES in one for one in discord.requests))
    call = await person.asks(2, {"id": "1", "name": "talk", "type": 1})
    await discord.until(lambda: call.acknowledged)
    assert call.kind == 5 and call.ephemeral and not call.answered
    await discord.close()  # what hangs is let go
    await person.answer(call)
    assert [one.way for one in discord.shown if one.only] == ["filled"]


# ---------------------------------------------------------------------------------------------- the gateway


async def test_a_broken_connection_is_resumed_and_nothing_is_answered_twice(
    friend: Person, discord: Discord
) -> None:
    await friend.says("居場所をさがしている")
    resumes = discord.gateway.log.count("resume")
    await discord.gateway.drop()
    before = len(discord.shown)
    await friend.writes(DANGER)  # while the bot is away
    await discord.gateway.noted("resume", resumes + 1)
    answer = await friend.reads(before)
    assert "119" in words(answer)
    count = len(discord.shown)
    await discord.gateway.repeat_message()
    await friend.says("うん")
    assert sum("119にかけて" in words([one.payload]) for one in discord.shown[before:count]) <= 1
    assert len([one for one in discord.shown[count:] if one.payload.get("components")]) == 1


async def test_an_interaction_told_twice_is_answered_once(person: Person, discord: Discord) -> None:
    await person.runs("talk")
    await discord.gateway.repeat()
    await somebody(discord).runs("talk")
    assert len([one for one in discord.shown if one.only == person.id]) == 1
    assert len([one for one in discord.requests if CALLBACK in one]) == 2


async def test_discord_asks_to_connect_again(friend: Person, discord: Discord) -> None:
    resumes = discord.gateway.log.count("resume")
    await discord.gateway.reconnect()
    await discord.gateway.noted("resume", resumes + 1)
    assert words(await friend.says("居場所をさがしている"))


async def test_a_session_that_is_no_longer_valid(friend: Person, discord: Discord) -> None:
    ready = discord.gateway.log.count("ready")
    await discord.gateway.invalidate()
    await discord.gateway.noted("ready", ready + 1)
    assert words(await friend.says("居場所をさがしている"))


# ---------------------------------------------------------------------------------------------- being let in


@pytest.mark.parametrize(
    ("on", "named"),
    [
        (0, '"Server Members Intent" and "Message Content Intent"'),
        (GUILD_MEMBERS, '"Message Content Intent"'),
        (MESSAGE_CONTENT, '"Server Members Intent"'),
    ],
)
async def test_a_switch_that_is_off_is_named_and_the_bot_goes_on(tmp_path: Path, on: int, named: str) -> None:
    discord, told = new_discord(), list[str]()
    discord.gateway.privileged = on
    discord.flags = ((1 << 15) if on & GUILD_MEMBERS else 0) | ((1 << 19) if on & MESSAGE_CONTENT else 0)
    async with bot_on_discord(tmp_path, discord, Clock(), ALL, told.append):
        person = somebody(discord)
        assert words(await person.runs("talk"))
        assert [line for line in told if f"Switch on {named} in" in line]
        assert not any(one["name"] == "watch-over-me" for one in discord.commands)
        assert "受けられません" in words(await person.runs("watch-over-me"))
    assert discord.gateway.log.count("refused intents") == 1


async def test_privileged_intents_are_asked_for_only_where_they_are_needed(
    tmp_path: Path, discord: Discord
) -> None:
    assert not discord.gateway.shards[0].intents & (GUILD_MEMBERS | MESSAGE_CONTENT)
    other = new_discord()
    welcome = {"DISCORD_WELCOME_CHANNEL_ID": ALL["DISCORD_WELCOME_CHANNEL_ID"]}
    async with bot_on_discord(tmp_path, other, Clock(), welcome):
        asked = other.gateway.shards[0].intents
        assert asked & GUILD_MEMBERS and not asked & MESSAGE_CONTENT


async def test_a_token_that_is_not_accepted(
    tmp_path: Path, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    discord, told = new_discord(), asyncio.Queue[str]()
    wrong = {"DISCORD_TOKEN": "another.token"}
    async with bot_on_discord(tmp_path, discord, Clock(), wrong, told.put_nowait) as bot:
        while "DISCORD_TOKEN" not in await told.get():
            pass
        assert bot.port  # everything else goes on
    assert "another.token" not in str(log_lines())


async def test_several_shards(tmp_path: Path) -> None:
    discord = new_discord(shards=2)
    async with bot_on_discord(tmp_path, discord, Clock()):
        assert {"identify 0/2", "identify 1/2"} <= set(discord.gateway.log)
        friend = somebody(discord, where="direct")
        assert words(await friend.says("居場所をさがしている"))
        assert words(await somebody(discord).runs("talk"))


async def test_a_town_is_on_line_only(tmp_path: Path) -> None:
    discord, told = new_discord(), list[str]()
    town = {"MODE": "municipal", "CONSULT_URL": "https://town.example/soudan", "PORT": "0"}
    async with serving(discord) as address:
        settings = {**address, **town, "DATABASE_URL": f"sqlite:///{tmp_path}/town.db", "BOT_SECRET": SECRET}
        bot = Bot(Settings.load(settings), told.append, clock=Clock())
        await bot.start()
        await bot.stop()
    assert [line for line in told if "Discord stays off" in line] and not discord.requests


async def test_discord_is_away_at_the_start(tmp_path: Path) -> None:
    discord = new_discord()
    discord.fail("GET /users/@me", "reset", "ban")
    async with bot_on_discord(tmp_path, discord, Clock()):
        assert words(await somebody(discord).runs("talk"))


# ---------------------------------------------------------------------------------------------- starting anew


async def test_a_button_works_after_a_new_start(tmp_path: Path) -> None:
    discord = new_discord()
    person = somebody(discord)
    async with bot_on_discord(tmp_path, discord, Clock()):
        await person.runs("desks")
    async with bot_on_discord(tmp_path, discord, Clock()):
        assert "市や町" in words(await person.press("近くの窓口"))


async def test_an_interaction_answered_before_the_new_start_is_not_answered_again(tmp_path: Path) -> None:
    discord = new_discord()
    person = somebody(discord)
    async with bot_on_discord(tmp_path, discord, Clock()):
        await person.runs("desks")
        told = next(
            text for _, text in reversed(discord.gateway.shards[0].told) if "INTERACTION_CREATE" in text
        )
    async with bot_on_discord(tmp_path, discord, Clock()):
        await discord.gateway.dispatch("INTERACTION_CREATE", json.loads(told)["d"])
        await somebody(discord).runs("talk")
    assert len(discord.seen_by(person.id)) == 1


async def test_an_erase_is_done_when_the_database_is_back(tmp_path: Path) -> None:
    """Discord does not deliver again, so the bot itself keeps at it."""
    discord, clock = new_discord(), Clock()
    person = somebody(discord)
    async with bot_on_discord(tmp_path, discord, clock):
        await person.runs("desks")
        other = sqlite3.connect(tmp_path / "discord.db", isolation_level=None, check_same_thread=False)
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        assert "調子が悪く" in words(await person.runs("erase"))
        other.close()
        await discord.until(
            lambda: "記録を消しました" in words([one.payload for one in discord.seen_by(person.id)])
        )
        assert "自動の案内" in words(await person.runs("desks"))  # as to somebody new


async def test_the_same_person_on_line_is_a_stranger() -> None:
    keyring = Keyring(SECRET)
    assert keyring.pseudonym("line", "1", "2").key != keyring.pseudonym("discord", "1", "2").key
