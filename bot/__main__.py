"""The command line: `python -m bot …`. Each command is one short function."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from bot import database, logs, lookup, terminal
from bot.commandline import any_settings, fail
from bot.core import tokyo_now
from bot.discord.cli import discord_app
from bot.editing.cli import content_app
from bot.guide import book_of
from bot.keeping import privacy_app, secret_app
from bot.line.cli import line_app
from bot.settings import Settings, SettingsError
from flows.desks import Offered
from flows.loader import read_folder
from flows.model import Book
from flows.play import moment
from flows.problems import ContentError
from flows.understand import understand

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
db_app = typer.Typer(no_args_is_help=True)
app.add_typer(db_app, name="db", help="The database.")
app.add_typer(privacy_app, name="privacy", help="What is kept, held against what is promised.")
app.add_typer(secret_app, name="secret", help="The key to what is kept.")
app.add_typer(content_app, name="content", help="The words and desks: workbooks, publishing.")
app.add_typer(line_app, name="line", help="LINE: set-up, state, menus.")
app.add_typer(discord_app, name="discord", help="Discord: invite, welcome post, what a safe server wants.")


class PageName(StrEnum):
    """A page of the bot's own site."""

    privacy = "privacy"
    terms = "terms"


class Only(StrEnum):
    """Half of a bot, on PostgreSQL."""

    web = "web"
    worker = "worker"


class Platform(StrEnum):
    """Where a conversation is shown."""

    line = "line"
    discord = "discord"


class Who(StrEnum):
    """For whom a desk is looked for."""

    self = "self"
    family = "family"


class By(StrEnum):
    """How somebody can reach a desk."""

    phone = "phone"
    chat = "chat"
    visit = "visit"
    mail = "mail"


Now = Annotated[str | None, typer.Option(help='freezes the clock, e.g. "2026-11-22 23:10" (Asia/Tokyo)')]


def _settings() -> Settings:
    settings = any_settings()
    logs.configure(settings.log_level, settings.log_format)
    return settings


def _book(settings: Settings) -> Book:
    try:
        return book_of(read_folder(settings.content_dir), settings)
    except ContentError as error:
        raise fail(1, *map(str, error.problems)) from None


def _clock(now: str | None) -> Callable[[], datetime]:
    if now is None:
        return tokyo_now
    try:
        frozen = moment(now)
    except ValueError:
        raise fail(2, f'--now "{now}" is no time. Write it like "2026-11-22 23:10".') from None
    return lambda: frozen


@app.command()
def run(
    only: Annotated[Only | None, typer.Option(help="web or worker alone; needs PostgreSQL")] = None,
) -> None:
    """Start everything that is configured."""
    from bot import process  # the web server and the platforms are needed here only

    settings = _settings()
    if only and settings.sqlite:
        raise fail(2, f"--only {only} needs PostgreSQL: SQLite serves one process. Set DATABASE_URL.")
    bot = process.Bot(settings, typer.echo, only.value if only else None)
    try:
        asyncio.run(process.run(bot))
    except SettingsError as error:
        raise fail(2, *error.lines) from None
    except ContentError as error:
        raise fail(1, *map(str, error.problems)) from None
    except database.NotReady as error:
        raise fail(1, str(error)) from None
    except OSError as error:
        raise fail(
            1, f"{settings.host}:{settings.port} cannot be used: {error.strerror}. Set PORT."
        ) from None


@app.command()
def chat(
    platform: Annotated[Platform, typer.Option(help="whose limits the replies must keep")] = Platform.line,
    now: Now = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="one JSON object a line in, one a line out")
    ] = False,
) -> None:
    """Talk in the terminal; nothing is kept."""
    book, clock = _book(_settings()), _clock(now)
    talk = terminal.talk_json if as_json else terminal.talk_with_person
    talk(book, platform.value, clock, sys.stdin, sys.stdout)


@app.command(name="understand")
def understand_command(
    why: Annotated[bool, typer.Option(help="adds what decided it")] = False,
) -> None:
    """One JSON string a line in, one JSON object a line out: risk, speaker, route, places."""
    from flows.places import find_places

    book = _book(_settings())
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            text = json.loads(line)
        except ValueError:
            text = None
        if not isinstance(text, str):
            typer.echo(
                json.dumps({"error": 'write one JSON string a line, e.g. "眠れない"'}, ensure_ascii=False)
            )
            continue
        heard = understand(book, [text])
        places = find_places(book.gazetteer, text, asked=False, postal=book.postal)
        answer: dict[str, object] = {
            "risk": heard.risk,
            "speaker": heard.speaker,
            "route": heard.route,
            "places": [area.full_name for area in places],
        }
        if why:
            learned = book.lexicon.learned
            sees = learned.reasons(text, heard.risk) if learned and heard.risk != "none" else ()
            answer["why"] = [*heard.why, *sees]
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()


@app.command(name="desks")
def desks_command(
    place: Annotated[str | None, typer.Option(help="where, in any words")] = None,
    who: Annotated[Who, typer.Option("--for", help="for whom")] = Who.self,
    by: Annotated[By | None, typer.Option(help="how")] = None,
    id: Annotated[str | None, typer.Option(help="just this desk")] = None,
    now: Now = None,
    everything: Annotated[
        bool, typer.Option("--all", help="every desk that fits, not the best three")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """The desks that the bot would offer."""
    book, moment = _book(_settings()), _clock(now)()
    areas = lookup.places(book, place)
    try:
        if id:
            found: Sequence[Offered] = [lookup.desk(book, id, moment)]
        else:
            found = lookup.desks(
                book, moment, areas, who.value, by.value if by else None, everything=everything
            )
    except lookup.UnknownDesk:
        raise fail(
            1, f'There is no desk "{id}" that may be shown. See: python -m bot desks --all --json'
        ) from None
    if as_json:
        typer.echo(json.dumps(lookup.as_json(areas, found), ensure_ascii=False))
    else:
        typer.echo("\n".join(lookup.as_text(book, areas, found, moment)))


@app.command()
def page(name: Annotated[PageName, typer.Argument(help="which page")]) -> None:
    """Print a page of the bot's own site, to be read before the bot goes live; with the table of what is kept where."""
    from bot.web import pages  # the web server is needed here only

    book = _book(_settings())
    typer.echo("\n".join(pages.as_text(getattr(book.pages, name.value), book)))


@app.command(name="doctor")
def doctor_command() -> None:
    """Look at everything the bot stands on, and say what to do; exit 1 when something is wrong."""
    from bot import doctor

    settings = _settings()

    async def examined() -> bool:
        wrong = False
        async for finding in doctor.examine(settings, tokyo_now):
            typer.echo(str(finding))
            wrong = wrong or finding.good is False
        return wrong

    if asyncio.run(examined()):
        raise typer.Exit(1)


@db_app.command()
def upgrade() -> None:
    """Bring the database's schema to that of this version."""
    settings = _settings()
    try:
        asyncio.run(database.upgrade(settings.database_url))
    except database.NotReady as error:
        raise fail(1, str(error)) from None
    typer.echo("The database is up to date.")


if __name__ == "__main__":
    app()
