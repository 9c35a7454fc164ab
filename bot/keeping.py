"""`python -m bot privacy …` and `python -m bot secret …`: what is kept, held against what is promised, and its key."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.commandline import any_settings, fail
from bot.privacy import BadSecret, new_secret, previous_path, rotate_secret
from bot.settings import SECRET_FILE
from flows.hours import TOKYO
from flows.problems import ContentError

privacy_app = typer.Typer(no_args_is_help=True)
secret_app = typer.Typer(no_args_is_help=True)


@privacy_app.callback()
@secret_app.callback()
def _group() -> None:
    """One command each keeps its name."""


@privacy_app.command()
def audit(
    people: Annotated[int, typer.Option(min=2, help="how many talk")] = 1000,
) -> None:
    """Talk as marked people with a bot in a temporary folder, then search everything it wrote for them."""
    from bot.line.audit import Audit  # the web server is needed here only

    content = any_settings().content_dir
    with tempfile.TemporaryDirectory(prefix="tomoshibi-audit-") as folder:
        try:
            found, told = asyncio.run(Audit(Path(folder), content, people).run())
        except ContentError as error:
            raise fail(1, *map(str, error.problems)) from None
        except TimeoutError:
            raise fail(1, "The bot did not start. Try: python -m bot run") from None
    typer.echo(told)
    if found:
        raise fail(1, *found)
    typer.echo("Nothing of them was found.")


@secret_app.command()
def rotate() -> None:
    """Give everything that is kept a new key; conversations move over at their next message."""
    settings = any_settings()
    after = f"After {settings.retention_days} days nothing is left under the key before."
    if settings.bot_secret:
        typer.echo("Stop the bot, then set these two, then start it:")
        typer.echo(f"BOT_SECRET={new_secret()}")
        typer.echo("BOT_SECRET_PREVIOUS=(what BOT_SECRET is now)")
        typer.echo(f"{after} Then take BOT_SECRET_PREVIOUS away.")
        return
    before, over = previous_path(SECRET_FILE), timedelta(settings.retention_days)
    if before.exists():
        made = datetime.fromtimestamp(before.stat().st_mtime, TOKYO)
        if datetime.now(TOKYO) - made < over:
            raise fail(
                1,
                f"The key was changed on {made:%Y-%m-%d}, and conversations still stand under the one before."
                f" Wait until {made + over:%Y-%m-%d}, or delete {before} to give them up.",
            )
    try:
        rotate_secret(SECRET_FILE)
    except BadSecret as error:
        raise fail(1, str(error)) from None
    typer.echo(f"{SECRET_FILE} holds a new key, {before} the one before. Restart the bot.")
    typer.echo(f"{after} Then delete {before}.")
