"""`python -m bot content …`: the content as a workbook. Each command is one short function."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.line.cli import any_settings, fail
from bot.postal import municipality
from flows.loader import Bundle, load_book, read_folder
from flows.operators import Words
from flows.problems import ContentError

if TYPE_CHECKING:
    from bot.editing.comparing import Difference
    from bot.editing.sheets import Workbook

content_app = typer.Typer(no_args_is_help=True)


@content_app.command(name="export")
def export_command(
    file: Annotated[Path, typer.Argument(help="the workbook to write, e.g. content.xlsx")],
) -> None:
    """Write all words and desks into a workbook."""
    from bot.editing import workbook  # openpyxl is needed for workbooks only

    all = _sheets(any_settings().content_dir)
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

    folder = any_settings().content_dir
    all = _sheets(folder)
    try:
        read = workbook.read(file.name, file.read_bytes())
        found = comparing.compare(all, read, lambda files: load_book(files, municipality))
    except OSError as error:
        raise fail(1, f"{file} cannot be read: {error.strerror}. Name the workbook.") from None
    except ContentError as error:
        raise fail(1, *map(str, error.problems)) from None
    words = all.words["sheets"]
    for line in _lines(found, words):
        typer.echo(line)
    if not found.changes:
        return
    if not yes and not typer.confirm(words["ask"]):
        typer.echo(words["kept"])
        return
    write_folder(folder, all.files, found.files)
    typer.echo(words["written"])


def _sheets(folder: Path) -> Workbook:
    from bot.editing import sheets

    try:
        files = read_folder(folder)
        return sheets.sheets_of(load_book(files, municipality), files)
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


def write_folder(folder: Path, before: Bundle, after: Bundle) -> None:
    """Writes the files that differ: all beside the old ones first, so that a full disk changes nothing.

    Args:
        folder: the content folder.
        before: what it holds.
        after: what it will hold; no file less.
    """
    ready: list[tuple[Path, Path]] = []
    try:
        for name, text in after.items():
            if before.get(name) == text:
                continue
            target = folder / name
            old = target.read_bytes() if target.exists() else b""
            new = target.with_name(f".{target.name}.new")
            ready.append((new, target))
            ends = text.replace("\n", "\r\n") if b"\r\n" in old else text
            new.write_bytes((b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b"") + ends.encode())
    except OSError as error:
        for new, _ in ready:
            new.unlink(missing_ok=True)
        raise fail(1, f"{folder} cannot be written: {error.strerror}. Nothing was changed.") from None
    for new, target in ready:
        new.replace(target)
