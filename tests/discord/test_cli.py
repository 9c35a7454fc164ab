"""`python -m bot discord invite|welcome|setup` over a real socket."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from discord import Permissions
from typer.testing import CliRunner, Result

from bot.__main__ import app
from tests.discord.conftest import ALL, new_discord, serving
from tests.discord.standin import BOT, GUILD, LOBBY, STAFF, TALK, WATCHED, Discord, Refused, guild, labels
from tests.support import CONTENT

README = Path(__file__).parents[2] / "README.md"
ROLE = "600000000000000001"
VIEW, SEND, HISTORY, MODERATE = 1 << 10, 1 << 11, 1 << 16, 1 << 40


async def run(discord: Discord | None, *words: str, **more: str) -> Result:
    """The command with its settings, beside a Discord."""
    environment = {"CONTENT_DIR": str(CONTENT), "DISCORD_TOKEN": "", **dict.fromkeys(ALL, ""), **more}
    if discord is None:
        environment |= more
        return await asyncio.to_thread(CliRunner().invoke, app, ["discord", *words], env=environment)
    async with serving(discord) as address:
        environment = {**environment, **address, **more}
        return await asyncio.to_thread(CliRunner().invoke, app, ["discord", *words], env=environment)


def peer_server(**more: Any) -> dict[str, Any]:
    """What Discord tells of a server in which nothing is missing."""
    everyone = {"id": GUILD, "name": "@everyone", "permissions": str(VIEW | SEND | HISTORY)}
    staff = {"id": "5", "name": "スタッフ", "permissions": str(MODERATE)}
    mine = {"id": ROLE, "name": "灯", "permissions": str(VIEW | SEND | HISTORY), "managed": True}
    hidden = [{"id": GUILD, "type": 0, "allow": "0", "deny": str(VIEW)}]
    allowed = [{"id": BOT, "type": 1, "allow": str(VIEW | SEND | HISTORY), "deny": "0"}]
    silent = [{"id": GUILD, "type": 0, "allow": "0", "deny": str(SEND)}]
    overwrites = {LOBBY: [*silent, *allowed], STAFF: [*hidden, *allowed]}
    channels = [
        {"id": id, "type": 0, "name": f"c{id[-1]}", "permission_overwrites": overwrites.get(id, [])}
        for id in (LOBBY, TALK, WATCHED, STAFF)
    ]
    whole = guild(
        roles=[everyone, staff, mine],
        features=["COMMUNITY", "GUILD_ONBOARDING"],
        rules_channel_id=LOBBY,
        mfa_level=1,
    )
    return {
        f"guilds/{GUILD}": {**whole, **more},
        f"guilds/{GUILD}/channels": channels,
        f"guilds/{GUILD}/members/{BOT}": {"user": {"id": BOT}, "roles": [ROLE]},
        f"guilds/{GUILD}/auto-moderation/rules": Refused(403, 50013),
    }


@pytest.mark.parametrize(
    "command", [("invite",), ("welcome", "--channel", LOBBY), ("setup", "--guild", GUILD)]
)
async def test_without_a_token(command: tuple[str, ...]) -> None:
    result = await run(None, *command)
    assert result.exit_code == 2 and "DISCORD_TOKEN is not set" in result.stderr


async def test_the_invite_asks_for_the_least_and_says_why() -> None:
    result = await run(new_discord(), "invite")
    assert result.exit_code == 0, result.output
    server, person = (line.strip() for line in result.stdout.splitlines() if "https://" in line)
    asked = dict(parse_qsl(urlsplit(server).query))
    assert (asked["client_id"], asked["scope"]) == (BOT, "bot applications.commands")
    wanted = ("view_channel", "send_messages", "read_message_history")
    assert Permissions(int(asked["permissions"])) == Permissions(**dict.fromkeys(wanted, True))
    readme = README.read_text(encoding="utf-8")
    for name in (one.replace("_", " ").title() for one in wanted):
        [why] = re.findall(rf"^  {name}: (.+)$", result.stdout, re.MULTILINE)
        assert len(why) > 20 and name in readme
    assert "permissions" not in person and "integration_type=1" in person


async def test_the_welcome_post_is_written_once() -> None:
    discord = new_discord()
    assert (await run(discord, "welcome", "--channel", LOBBY)).exit_code == 0
    [post] = discord.in_channel(LOBBY)
    assert labels(post.payload) == ["はじめての方へ", "話す", "家族の方へ", "ここでの約束"]
    again = await run(discord, "welcome", "--channel", LOBBY)
    assert again.exit_code == 0 and "up to date" in again.stdout
    assert discord.in_channel(LOBBY) == [post] and not discord.deleted


async def test_an_old_welcome_post_is_brought_up_to_date_and_doubles_go() -> None:
    discord = new_discord()
    await run(discord, "welcome", "--channel", LOBBY)
    first = discord.shown[0]
    first.payload["content"] = "前の言葉"
    discord.add(type(first)(discord.number(), LOBBY, "message", None, dict(first.payload)))
    discord.add(type(first)(discord.number(), LOBBY, "message", None, {"content": "ほかの投稿"}))
    result = await run(discord, "welcome", "--channel", LOBBY)
    assert "anew in its place" in result.stdout and discord.deleted == [discord.shown[1].id]
    assert discord.shown[0].id == first.id and "来てくれて" in discord.shown[0].payload["content"]
    assert discord.shown[2].payload == {"content": "ほかの投稿"}


async def test_a_channel_that_it_may_not_write_in() -> None:
    discord = new_discord()
    discord.forbidden.add(LOBBY)
    result = await run(discord, "welcome", "--channel", LOBBY)
    assert result.exit_code == 1 and "no permission there" in result.stderr


async def test_a_token_that_is_not_accepted() -> None:
    result = await run(new_discord(), "invite", DISCORD_TOKEN="another.token")
    assert result.exit_code == 1 and "does not accept DISCORD_TOKEN" in result.stderr
    assert "another.token" not in result.output


async def test_discord_is_away() -> None:
    result = await run(None, "invite", DISCORD_TOKEN="t", DISCORD_API_BASE="http://127.0.0.1:9/api/v10")
    assert result.exit_code == 1 and "cannot be reached" in result.stderr


async def test_a_server_in_which_nothing_is_missing() -> None:
    discord = new_discord()
    discord.extra = peer_server()
    result = await run(discord, "setup", "--guild", GUILD, **ALL)
    assert result.exit_code == 0, result.output
    assert "In order: the bot's permissions" in result.stdout
    assert {request.split()[0] for request in discord.requests} == {"GET"}  # it changes nothing


async def test_what_is_missing_is_told_with_what_to_click() -> None:
    discord = new_discord()
    everyone = {"id": GUILD, "name": "@everyone", "permissions": str(VIEW | SEND | 1 << 17)}
    mine = {"id": ROLE, "name": "灯", "permissions": str(1 << 3), "managed": True}
    discord.extra = peer_server(
        features=[], rules_channel_id=None, verification_level=0, explicit_content_filter=0, mfa_level=0,
        default_message_notifications=0, roles=[everyone, mine],
    )  # fmt: skip
    for channel in discord.extra[f"guilds/{GUILD}/channels"]:
        channel["permission_overwrites"] = []
    discord.extra[f"guilds/{GUILD}/auto-moderation/rules"] = []
    wrong = {**ALL, "DISCORD_WATCH_CHANNEL_IDS": "999"}
    result = await run(discord, "setup", "--guild", GUILD, **wrong)
    assert result.exit_code == 1
    for words in (
        "no community server", "No rules channel", "Verification Level", "not filtered", "Only @mentions", "2FA",
        "No onboarding", "No AutoMod rule", "Everybody can mention everyone", "No role for staff",
        "The bot can administrator", "there is no channel 999", "everybody can see the channel of staff",
        "everybody can write in the welcome channel",
    ):  # fmt: skip
        assert words in result.stderr, words


async def test_without_channels_configured() -> None:
    discord = new_discord()
    discord.extra = peer_server()
    result = await run(discord, "setup", "--guild", GUILD)
    assert (
        "set DISCORD_WELCOME_CHANNEL_ID" in result.stderr and "set DISCORD_STAFF_CHANNEL_ID" in result.stderr
    )


async def test_a_server_that_nobody_knows() -> None:
    result = await run(new_discord(), "setup", "--guild", "5")
    assert result.exit_code == 1 and "not in that server" in result.stderr
