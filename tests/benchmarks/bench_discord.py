"""Seconds to the acknowledgement of interactions, 200 people at once. Run: python -m tests.benchmarks.bench_discord

The bot as `python -m bot run` starts it (durable, SQLite), and a bare discord.py client that answers every interaction
at once and does nothing else: each in a process of its own, in front of the same stand-in for Discord.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.discord.conftest import new_discord, serving, somebody
from tests.discord.people import Person
from tests.discord.standin import Discord
from tests.support import CONTENT

#: People who press at the same moment; and how often they do.
PEOPLE, ROUNDS = 200, 5
#: Seconds for a whole round.
LONGEST = 60.0

_BARE = """
import os
import discord, yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
Route.BASE = os.environ["DISCORD_API_BASE"]
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
class Bare(discord.Client):
    async def on_interaction(self, interaction):
        await interaction.response.send_message("こんばんは", ephemeral=True)
bare = Bare(intents=discord.Intents(guilds=True), max_messages=None, allowed_mentions=discord.AllowedMentions.none())
bare.run(os.environ["DISCORD_TOKEN"], log_handler=None)
"""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to the acknowledgement of each interaction, in order."""

    seconds: Sequence[float]

    def share(self, percent: int) -> float:
        """The wait that so many of a hundred do not exceed."""
        return self.seconds[min(len(self.seconds) - 1, len(self.seconds) * percent // 100)]


@asynccontextmanager
async def _running(command: Sequence[str], discord: Discord, folder: str) -> AsyncIterator[None]:
    async with serving(discord) as address:
        environment = {
            **os.environ,
            **address,
            "PORT": "0",
            "BOT_SECRET": "the secret of the benchmark, which keeps nothing",
            "DATABASE_URL": f"sqlite:///{folder}/bench.db",
            "CONTENT_DIR": str(CONTENT),
            "LOG_LEVEL": "WARNING",
        }
        nowhere = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environment, stdout=nowhere, stderr=nowhere
        )
        try:
            await discord.gateway.noted("ready")
            yield
        finally:
            process.terminate()
            await process.wait()


async def _round(discord: Discord, people: Sequence[Person], *, writing: bool, heard: bool) -> list[float]:
    """Everybody uses a command; with `writing`, as many others write direct messages between them.

    `heard`: these are answered too.
    """
    discord.forget()
    calls, friends = [], [Person(discord, f"8{person.id}", where="direct") for person in people]
    for person, friend in zip(people, friends, strict=True):
        if writing:
            await friend.writes("昨日から眠れない")
        calls.append(await person.asks(2, {"id": "1", "name": "desks", "type": 1}))
    await discord.until(lambda: all(call.answered for call in calls))
    if writing and heard:  # what is still being said to the others is no part of the next round
        await discord.until(lambda: all(discord.in_channel(discord.dm(friend.id)) for friend in friends))
    return [(call.acknowledged or LONGEST) - call.born for call in calls]


async def _measure(command: Sequence[str]) -> dict[str, Waits]:
    discord = new_discord()
    discord.patience = LONGEST
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with _running(command, discord, folder):
            people = [somebody(discord) for _ in range(PEOPLE)]
            for number in range(ROUNDS + 1):
                for name, writing in (("commands", False), ("commands, with as many direct messages", True)):
                    waits = await _round(discord, people, writing=writing, heard=command[0] == "-m")
                    if number:  # the first round warms up
                        found.setdefault(name, []).extend(waits)
    return {name: Waits(sorted(waits)) for name, waits in found.items()}


def measure() -> list[str]:
    """The lines of a table in Markdown."""
    bot, bare = asyncio.run(_measure(["-m", "bot", "run"])), asyncio.run(_measure(["-c", _BARE]))
    lines = [
        f"| {PEOPLE} at once | bot: p50 | p99 (goal 1 s) | bare client: p50 | p99 | ratio of p99 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, ours in bot.items():
        theirs = bare[name]
        figures = [f"{one.share(percent) * 1000:.0f} ms" for one in (ours, theirs) for percent in (50, 99)]
        lines.append(f"| {name} | {' | '.join(figures)} | {ours.share(99) / theirs.share(99):.1f} |")
    return lines


if __name__ == "__main__":
    print("\n".join(measure()))
