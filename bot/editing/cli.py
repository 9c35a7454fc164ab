"""`python -m bot content …`: the content as a workbook, and publishing. Each command is one short function."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.commandline import any_settings, fail
from bot.core import tokyo_now
from bot.database import Database, NotReady
from bot.settings import Settings, SettingsError
from bot.store import Store
from bot.versions import Entry, Versions
from flows.hours import TOKYO
from flows.loader import read_folder
from flows.operators import Words, operators_words
from flows.problems import ContentError
from flows.reading.bundle import as_written

if TYPE_CHECKING:
    from bot.editing.comparing import Difference
    from bot.editing.folder import WorkingCopy
    from bot.editing.publishing import Plan
    from bot.editing.sheets import Workbook

T = TypeVar("T")

content_app = typer.Typer(no_args_is_help=True)


@content_app.command(name="export")
def export_command(
    file: Annotated[Path, typer.Argument(help="the workbook to write, e.g. content.xlsx")],
) -> None:
    """Write all words and desks into a workbook."""
    from bot.editing import workbook  # openpyxl is needed for workbooks only

    _, all = _sheets(any_settings())
    try:
        file.write_bytes(workbook.write(all))
    except OSError as error:
        raise fail(1, f"{file} cannot be written: {error.strerror}. Name another file.") from None
    count = sum(len(sheet.rows) for sheet in all.sheets.values())
    typer.echo(all.words["sheets"]["exported"].format(path=file, count=count))


@content_app.command(name="import")
def import_command(
    file: Annotated[Path, typer.Argument(help="the workbook to read")],
    yes: Annotated[bool, typer.Option("--yes", help="writes without asking")] = False,
) -> None:
    """Show what a workbook changes, and write it into the content folder."""
    from bot.editing import comparing, workbook
    from bot.editing.folder import write_folder

    settings = any_settings()
    copy, all = _sheets(settings)
    try:
        read = workbook.read(file.name, file.read_bytes())
        found = comparing.compare(all, read, copy.book)
    except OSError as error:
        raise fail(1, f"{file} cannot be read: {error.strerror}. Name the workbook.") from None
    except ContentError as error:
        raise fail(1, *map(str, as_written(error.problems, copy.files, settings.mode))) from None
    words = all.words["sheets"]
    for line in _lines(found, words):
        typer.echo(line)
    if not found.changes:
        return
    if not yes and not typer.confirm(words["ask"]):
        typer.echo(words["kept"])
        return
    try:
        write_folder(settings.content_dir, copy.files, copy.edited(found.files))
    except OSError as error:
        raise fail(
            1, f"{settings.content_dir} cannot be written: {error.strerror}. Nothing was changed."
        ) from None
    typer.echo(words["written"])


@content_app.command(name="publish")
def publish_command(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="shows what would change, changes nothing")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="publishes without asking")] = False,
) -> None:
    """Bring the content folder into the running bot."""
    from bot.editing import publishing

    settings = any_settings()
    words = _words(settings.content_dir)
    _with_store(
        lambda versions, store: publishing.plan_folder(settings, words, versions, store), "ask", dry_run, yes
    )


@content_app.command(name="rollback")
def rollback_command(
    version: Annotated[str | None, typer.Argument(help="where to go back to; else the one before")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="shows what would change, changes nothing")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="goes back without asking")] = False,
) -> None:
    """Go back to a version that was in use before."""
    from bot.editing import publishing

    settings = any_settings()
    words = _words(settings.content_dir)
    _with_store(
        lambda versions, store: publishing.plan_back(version, settings, words, versions, store),
        "ask_back",
        dry_run,
        yes,
    )


@content_app.command(name="versions")
def versions_command() -> None:
    """The versions that were published, newest first."""
    words = _words(any_settings().content_dir)

    async def listed(versions: Versions, _: Store) -> list[Entry]:
        return await versions.entries()

    entries = _stored(listed)
    for number, entry in enumerate(entries):
        line = words["version" if number else "version_in_use"]
        published = entry.published.replace(tzinfo=entry.published.tzinfo or TOKYO).astimezone(TOKYO)
        typer.echo(line.format(version=entry.version, published=f"{published:%Y-%m-%d %H:%M}"))
    if not entries:
        typer.echo(words["no_versions"])


def _with_store(
    make: Callable[[Versions, Store], Awaitable[Plan | None]], question: str, dry_run: bool, yes: bool
) -> None:
    """Shows a plan, asks, and carries it out."""
    from bot.editing import publishing

    plan = _stored(make)
    if plan is None:
        raise fail(1, _words(any_settings().content_dir)["no_such"])
    for line in publishing.lines(plan):
        typer.echo(line)
    if dry_run or plan.version == plan.before:
        return
    if not yes and not typer.confirm(plan.words[question]):
        typer.echo(plan.words["kept"])
        return
    _stored(lambda versions, _: publishing.publish(plan, versions, tokyo_now()))
    typer.echo(plan.words["done"].format(version=plan.version))


def _words(folder: Path) -> Words:
    try:
        return operators_words(read_folder(folder))["publish"]
    except ContentError as error:
        raise fail(1, *map(str, error.problems)) from None


def _stored(work: Callable[[Versions, Store], Awaitable[T]]) -> T:
    """Does something with the database; ends the command when it cannot be used."""
    settings = any_settings()

    async def done() -> T:
        database = Database(settings.database_url)
        try:
            if database.sqlite:
                await database.upgrade()
            await database.check()
            keyring = settings.keyring(lambda line: typer.echo(line, err=True))
            return await work(Versions(database), Store(database, keyring))
        finally:
            await database.close()

    try:
        return asyncio.run(done())
    except ContentError as error:
        raise fail(1, *map(str, error.problems)) from None
    except SettingsError as error:
        raise fail(2, *error.lines) from None
    except NotReady as error:
        raise fail(1, str(error)) from None
    except Exception as error:  # the driver's: refused, no such host, no such file
        raise fail(1, f"The database does not answer ({type(error).__name__}). Set DATABASE_URL.") from None


def _sheets(settings: Settings) -> tuple[WorkingCopy, Workbook]:
    from bot.editing import sheets
    from bot.editing.folder import WorkingCopy

    try:
        copy = WorkingCopy.of(settings)
        return copy, sheets.sheets_of(copy.book(copy.used), copy.used)
    except ContentError as error:
        raise fail(1, *map(str, error.problems)) from None


def _lines(found: Difference, words: Words) -> Iterator[str]:
    """The difference as people read it."""
    if not found.changes:
        yield words["no_difference"]
        return
    yield words["difference"].format(count=len(found.changes))
    for change in found.changes:
        yield f"\n{change.sheet} {change.row}: {change.about}"
        if change.before is None:
            yield f"  {words['added']}: {_shown(change.after, words)}"
        else:
            yield f"  {words['before']}: {_shown(change.before, words)}"
            yield f"  {words['after']}: {_shown(change.after, words)}"


def _shown(text: str, words: Words) -> str:
    return text.replace("\n", "\n      ") or words["nothing"]
