"""`python -m bot discord …`: the commands for Discord. Each is one short function; the work is done beside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commandline import any_settings, ask, fail
from bot.settings import Settings
from flows.loader import load_book, read_folder
from flows.problems import ContentError

if TYPE_CHECKING:
    from bot.commandline import Told
    from bot.discord.console import Console

discord_app = typer.Typer(no_args_is_help=True)


def discord_settings() -> Settings:
    """The settings, with Discord configured; ends the command otherwise."""
    settings = any_settings()
    if not settings.discord:
        raise fail(2, "DISCORD_TOKEN is not set. docs/discord.md says where it is.")
    return settings


@discord_app.command(name="invite")
def invite_command() -> None:
    """The links by which a server or a person takes the bot in, with the least permissions."""
    from bot.discord import console

    _ask(discord_settings(), console.invite)


@discord_app.command(name="welcome")
def welcome_command(
    channel: Annotated[int, typer.Option(help="id of the channel where newcomers arrive")],
) -> None:
    """Write the lasting welcome post, or bring it up to date; there is never a second one."""
    from bot.discord import console
    from bot.discord.words import Words

    settings = discord_settings()
    try:
        book = load_book(read_folder(settings.content_dir))
    except ContentError as error:
        raise fail(1, *map(str, error.problems)) from None
    _ask(settings, lambda opened: console.welcome(opened, channel, Words(lambda: book)))


@discord_app.command(name="setup")
def setup_command(guild: Annotated[int, typer.Option(help="id of the server")]) -> None:
    """Read a server and say what a safe peer server wants, and what to click. It changes nothing."""
    from bot.discord import peer_server

    settings = discord_settings()
    _ask(settings, lambda opened: peer_server.setup(opened, guild, settings))


def _ask(settings: Settings, work: Callable[[Console], Awaitable[Told]]) -> None:
    """Asks Discord, and says what came of it."""
    from bot.discord.connect import set_up
    from bot.discord.console import Console

    assert settings.discord_token
    set_up(settings)
    ask(Console(settings.discord_token.get_secret_value()), work)
