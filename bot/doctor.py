"""`python -m bot doctor`: looks at everything that a running bot stands on, and says in plain words what to do."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp

from bot.commandline import Trouble
from bot.database import Database, NotReady
from bot.guide import book_of
from bot.line import setup
from bot.settings import SECRET_FILE, Settings
from flows.loader import read_folder
from flows.problems import ContentError

#: Bytes that must be free where the database stands: SQLite's log and a copy of it.
FREE = 200_000_000
#: Seconds that the clock may be wrong: desks open and close by the minute.
SKEW = 60
#: Seconds for one call.
PATIENCE = 15
DISCORD = "https://discord.com/api/v10"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `good`: None for what cannot be seen from here, or is off."""

    good: bool | None
    text: str

    def __str__(self) -> str:
        return f"{'-' if self.good is None else 'ok' if self.good else '!!':2} {self.text}"


async def examine(settings: Settings, now: Callable[[], datetime]) -> AsyncIterator[Finding]:
    """Everything, one finding after another.

    Args:
        settings: that passed their checks.
        now: tells the time; aware.
    """
    yield Finding(True, "Settings: every value can be used.")
    for check in (_content(settings), *_files(settings)):
        yield check
    async for finding in _database(settings):
        yield finding
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        for one in (_address(settings, http), _clock(settings, http, now), _discord(settings, http)):
            yield await one
    async for finding in _line(settings):
        yield finding
    yield _backups(settings, now())


def _content(settings: Settings) -> Finding:
    try:
        book = book_of(read_folder(settings.content_dir), settings)
    except ContentError as error:
        return Finding(False, f"Content: {len(error.problems)} problems. See: python -m flows check")
    if book.about.trial:
        return Finding(
            False,
            f"Content: {settings.content_dir / 'about.yaml'} still has placeholders; the bot says that it is on trial. "
            "Write who runs it, how to reach them and when somebody is there.",
        )
    return Finding(True, f"Content: {len(book.flows)} flows without a problem, version {book.version}.")


def _files(settings: Settings) -> list[Finding]:
    found = []
    if settings.sqlite:
        folder = _file_of(settings).parent
        there = folder if folder.exists() else Path()
        free = shutil.disk_usage(there).free
        found.append(
            Finding(
                free >= FREE, f"Disk: {free // 1_000_000:,} MB free" + (_MORE_SPACE if free < FREE else ".")
            )
        )
        writable = os.access(there, os.W_OK)
        found.append(
            Finding(writable, f"Folder {folder}: " + ("can be written." if writable else _NO_WRITING))
        )
    for path in (Path(".env"), SECRET_FILE):
        if path.exists() and os.name == "posix":
            mode = stat.S_IMODE(path.stat().st_mode)
            closed = not mode & (stat.S_IRWXG | stat.S_IRWXO)
            more = "only its owner can read it." if closed else f"others can read it. Run: chmod 600 {path}"
            found.append(Finding(closed, f"File {path}: {more}"))
    return found


def _backups(settings: Settings, now: datetime) -> Finding:
    """Copies of SQLite's file that stand beside it, or where the bot is started."""
    if not settings.sqlite:
        return Finding(None, "Backups: those of PostgreSQL are not seen from here (docs/operations.md).")
    own = _file_of(settings).resolve()
    copies = [
        path
        for folder in {own.parent, Path().resolve()}
        if folder.exists()
        for path in folder.iterdir()
        if path != own and path.is_file() and _is_database(path)
    ]
    for path in copies:
        if (path.parent / SECRET_FILE.name).exists():
            return Finding(
                False, f"Backups: {path.name} stands beside the key. Move it away: together they can be read."
            )
    days = {path: (now - datetime.fromtimestamp(path.stat().st_mtime, UTC)).days for path in copies}
    for path, old in days.items():
        if old > settings.retention_days:
            return Finding(
                False,
                f"Backups: {path.name} is {old} days old, and holds what people erased since. Delete it: "
                f"RETENTION_DAYS is {settings.retention_days}.",
            )
    if days:
        return Finding(True, f"Backups: the newest copy here is {min(days.values())} days old.")
    return Finding(
        None, "Backups: none is seen here. Make one, and keep it apart from the key (docs/deploy.md)."
    )


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


#: How a file of SQLite begins (https://www.sqlite.org/fileformat.html, 1.3).
_SQLITE = b"SQLite format 3\0"

_MORE_SPACE = (
    f". At least {FREE // 1_000_000} MB are needed: delete what is not needed, or take a larger disk."
)
_NO_WRITING = "cannot be written. Give it to the user that runs the bot (chown)."


def _file_of(settings: Settings) -> Path:
    """The file of SQLite."""
    return Path(settings.database_url.partition(":///")[2].partition("?")[0])


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    if settings.sqlite and not _file_of(settings).exists():
        yield Finding(None, "Database: not made yet; the first start makes it.")
        return
    database = Database(settings.database_url)
    try:
        await database.check()
        yield Finding(True, "Database: answers, and has the schema of this version.")
    except NotReady as error:
        yield Finding(False, f"Database: {error}")
    except Exception as error:  # the driver's, of which there are many
        yield Finding(
            False, f"Database: does not answer ({type(error).__name__}). Start it, or correct DATABASE_URL."
        )
    finally:
        await database.close()


async def _address(settings: Settings, http: aiohttp.ClientSession) -> Finding:
    url = settings.public_url
    if url is None:
        return Finding(None, "Address: PUBLIC_URL is not set, so it was not tried from outside.")
    try:
        async with http.get(f"{url}/readyz") as response:
            text = (await response.text())[:200].strip()
            if response.status == 200:
                return Finding(True, f"Address: {url} answers and is ready.")
            return Finding(False, f"Address: {url}/readyz answers {response.status}: {text}")
    except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
        return Finding(
            False,
            f"Address: {url} cannot be reached ({type(error).__name__}). Is the bot running, does the name lead to "
            "this server, and does the server in front have a certificate?",
        )


async def _clock(settings: Settings, http: aiohttp.ClientSession, now: Callable[[], datetime]) -> Finding:
    """By the clock of a platform that is used anyway: nobody else is asked."""
    bases = [settings.line_api_base] * settings.line + [
        settings.discord_api_base or DISCORD
    ] * settings.discord
    for base in bases:
        try:
            async with http.head(base) as response:
                theirs = parsedate_to_datetime(response.headers["Date"])
        except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
            continue
        off = abs((now() - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds())
        more = (
            "is right."
            if off <= SKEW
            else f"is {off:.0f} seconds wrong. Switch on time synchronisation (NTP)."
        )
        return Finding(off <= SKEW, f"Clock: {more}")
    return Finding(None, f"Clock: {now():%Y-%m-%d %H:%M}. Nobody was there to compare it with.")


async def _discord(settings: Settings, http: aiohttp.ClientSession) -> Finding:
    if settings.discord_token is None:
        return Finding(None, "Discord: off (DISCORD_TOKEN is not set).")
    headers = {"Authorization": f"Bot {settings.discord_token.get_secret_value()}"}
    try:
        async with http.get(f"{settings.discord_api_base or DISCORD}/users/@me", headers=headers) as response:
            if response.status == 200:
                return Finding(True, "Discord: the token is good.")
            if response.status == 401:
                return Finding(
                    False,
                    "Discord: the token is refused. Reset it (Discord Developer Portal, Bot) and set DISCORD_TOKEN.",
                )
            return Finding(False, f"Discord: answers {response.status}. Try again later.")
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return Finding(
            False, f"Discord: cannot be reached ({type(error).__name__}). Let the bot out to the internet."
        )


async def _line(settings: Settings) -> AsyncIterator[Finding]:
    if settings.line_channel_access_token is None:
        yield Finding(None, "LINE: off (LINE_CHANNEL_SECRET and LINE_CHANNEL_ACCESS_TOKEN are not set).")
        return
    token = settings.line_channel_access_token.get_secret_value()
    try:
        async with setup.Console(settings.line_api_base, token) as console:
            told = await setup.status(console, settings.line_push_budget, settings.public_url)
    except Trouble as trouble:
        yield Finding(False, f"LINE: {trouble}")
        return
    if not told.wrong:
        yield Finding(True, "LINE: the token is good, the webhook is on, and Chat is off.")
    for wrong in told.wrong:
        yield Finding(False, f"LINE: {wrong}")
