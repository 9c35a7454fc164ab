"""`python -m bot line …`: the commands for LINE. Each is one short function; the work is done beside."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commandline import any_settings, ask, fail, run
from bot.settings import Settings
from flows.loader import load_book, read_folder
from flows.problems import ContentError
from flows.reading.bundle import Bundle, as_written, of_mode

if TYPE_CHECKING:
    from bot.commandline import Told
    from bot.line.richmenu import Menus
    from bot.line.richmenu_publish import Design
    from bot.line.setup import Console

line_app = typer.Typer(no_args_is_help=True)
richmenu_app = typer.Typer(no_args_is_help=True)
line_app.add_typer(richmenu_app, name="richmenu", help="The menu below the chat.")


def line_settings() -> Settings:
    """The settings, with LINE configured; ends the command otherwise."""
    settings = any_settings()
    if not settings.line:
        raise fail(
            2,
            "LINE_CHANNEL_SECRET and LINE_CHANNEL_ACCESS_TOKEN are not set. docs/line.md says where they are.",
        )
    token = settings.line_channel_access_token
    if token and not (token.get_secret_value().isascii() and token.get_secret_value().isprintable()):
        raise fail(
            2, "LINE_CHANNEL_ACCESS_TOKEN has a line break or a letter that no token has. Copy it again."
        )
    return settings


@line_app.command(name="setup")
def setup_command(url: Annotated[str, typer.Argument(help="the bot's https address")]) -> None:
    """Tell LINE where the bot is, and have LINE try it."""
    from bot.line import setup  # LINE's control plane is needed here only

    settings = line_settings()
    try:
        address = setup.webhook_address(url)
    except ValueError as error:
        raise fail(2, f'"{url}" {error}') from None
    _ask(settings, lambda console: setup.set_up(console, address))


@line_app.command(name="status")
def status_command() -> None:
    """What LINE knows about this bot, and what is missing."""
    from bot.line import setup

    settings = line_settings()
    _ask(settings, lambda console: setup.status(console, settings.line_push_budget, settings.public_url))


@line_app.command(name="card")
def card_command(
    to: Annotated[Path, typer.Option(help="the file to write")] = Path("line-card.png"),
) -> None:
    """The friend link, and its QR code as a PNG for posters."""
    from bot.line import setup

    _ask(line_settings(), lambda console: setup.card(console, to))


def _ask(settings: Settings, work: Callable[[Console], Awaitable[Told]]) -> None:
    """Asks LINE, and says what came of it."""
    from bot.line.setup import Console

    assert settings.line_channel_access_token
    ask(Console(settings.line_api_base, settings.line_channel_access_token.get_secret_value()), work)


# ---------------------------------------------------------------------------------------------- the rich menu


@richmenu_app.command(name="publish")
def publish_command(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="writes the pictures, prints the JSON, calls nothing")
    ] = False,
    to: Annotated[Path, typer.Option(help="the folder for the pictures of a dry run")] = Path(),
) -> None:
    """Bring LINE's rich menus to what content/line/richmenu.yaml says."""
    from bot.line.richmenu_publish import designs

    settings = any_settings() if dry_run else line_settings()
    menus = designs(_menus(settings), settings.public_url)
    if dry_run:
        _write(menus, to)
    else:
        _publish(settings, menus)


def _menus(settings: Settings) -> Menus:
    """The content's menus; ends the command when the content cannot be used."""
    from bot.line.richmenu import read_menus
    from bot.line.richmenu_image import lacking

    files: Bundle = {}
    try:
        files = read_folder(settings.content_dir)
        return read_menus(of_mode(files, settings.mode), load_book(files, mode=settings.mode), lacking)
    except ContentError as error:
        raise fail(1, *map(str, as_written(error.problems, files, settings.mode))) from None


def _write(menus: Sequence[Design], folder: Path) -> None:
    for one in menus:
        path = folder / f"richmenu-{one.tab}.png"
        try:
            path.write_bytes(one.image)
        except OSError as error:
            raise fail(1, f"{path} cannot be written: {error.strerror}. Name a folder with --to.") from None
        typer.echo(f"Written: {path}", err=True)
    typer.echo(json.dumps([one.menu for one in menus], ensure_ascii=False, indent=2))


def _publish(settings: Settings, menus: Sequence[Design]) -> None:
    from bot.line.richmenu_publish import MenuConsole, publish

    assert settings.line_channel_access_token
    bases = (settings.line_api_base, settings.line_data_api_base)
    token = settings.line_channel_access_token.get_secret_value()

    async def published() -> None:
        async with MenuConsole(*bases, token) as line:
            await publish(line, menus, typer.echo)

    run(published())
