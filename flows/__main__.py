"""`python -m flows check|walk|directory|replay`: what writers run before they publish."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows import problems, transcripts
from flows.covered import covered
from flows.hours import TOKYO
from flows.listing.report import report
from flows.loader import Mode, load_book, modes, read_folder
from flows.model import Book, Where
from flows.operators import operators_words
from flows.play import Walk, walk
from flows.problems import ContentError
from flows.walked import report as report_walk

CONTENT = Path("content")
#: A moment in office hours, so that the walk meets desks of every kind.
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=TOKYO)

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
Folder = Annotated[Path, typer.Argument(help="the content folder")]


def _load(folder: Path) -> Book:
    return next(_books(folder))[1]


def _books(folder: Path) -> Iterator[tuple[Mode, Book]]:
    """The book of each mode, the standard one first."""
    try:
        files = read_folder(folder)
        for mode in modes(files):
            yield mode, load_book(files, mode=mode)
    except ContentError as error:
        for problem in error.problems:
            typer.echo(str(problem))
        raise typer.Exit(1) from None


@app.command()
def check(folder: Folder = CONTENT) -> None:
    """Name every problem in the content; exit 1 if there is any."""
    for mode, book in _books(folder):
        steps = sum(len(flow.steps) for flow in book.flows.values())
        typer.echo(f"ok: {mode}: {len(book.flows)} flows, {steps} steps, version {book.version}")


@app.command(name="walk")
def walk_command(
    folder: Folder = CONTENT,
    html: Annotated[Path | None, typer.Option(help="writes a report that can be read into this file")] = None,
    shown: Annotated[
        Path | None,
        typer.Option("--transcripts", help="names in the report what no transcript of this folder shows"),
    ] = None,
) -> None:
    """Play every branch by machine from the greeting; exit 1 on a dead end or on anything not reached."""
    results = [walk(book, NOON) for _, book in _books(folder)]
    if html:  # of the standard mode
        played = map(transcripts.read, sorted(shown.glob("*.yaml"))) if shown else None
        seen = covered(results[0].book, played) if played else None
        page = report_walk(results[0], operators_words(read_folder(folder))["walk"], seen)
        html.write_text(page, encoding="utf-8")
    whole = [_is_whole(result) for result in results]
    if not all(whole):
        raise typer.Exit(1)


def _is_whole(result: Walk) -> bool:
    """Tells what a walk reached; whether that is all, without a fault."""
    missing = result.missing()
    for flow in result.book.flows.values():
        steps = [target for target in result.steps() if target.flow == flow.id]
        choices = [choice for choice in result.choices() if choice[0].flow == flow.id]
        typer.echo(
            f"{flow.id:16} steps {len(result.reached & set(steps)):3}/{len(steps):<3} "
            f"choices {len(result.taken & set(choices)):3}/{len(choices):<3}"
        )
    total = len(result.steps()) + len(result.choices())
    typer.echo(f"{(total - len(missing)) / total:.1%} reached in {result.turns} turns")
    for name in missing:
        typer.echo(f"not reached: {name}")
    for fault in sorted(set(result.faults)):
        typer.echo(f"fault: {fault}")
    return not missing and not result.faults


@app.command()
def directory(
    now: Annotated[str, typer.Option(help="the day of the report, e.g. 2026-11-23")],
    folder: Folder = CONTENT,
) -> None:
    """What the tables of desks hold, as the page docs/directory.md."""
    book = _load(folder)
    typer.echo("\n".join(report(book.directory, book.gazetteer, date.fromisoformat(now))))


@app.command()
def train(
    now: Annotated[str, typer.Option(help="the day of the measurement, e.g. 2026-11-23")],
    folder: Folder = CONTENT,
) -> None:
    """Learn the weights of the screen anew from the examples, and measure them on writers left out (some minutes)."""
    from flows.learning import jobs  # scikit-learn is needed here only
    from flows.learning.examples import read_examples

    files = dict(read_folder(folder))
    examples, bad = read_examples(files)
    for one in bad:
        typer.echo(str(problems.bad_example(Where(one.file, one.line), one.text)))
    if bad or not examples:
        raise typer.Exit(1)
    jobs.train(folder, files, examples, date.fromisoformat(now), typer.echo)


@app.command()
def safety(folder: Folder = CONTENT) -> None:
    """How well the screen reads people whom it never saw, as the page docs/safety.md."""
    from flows.learning import report as measured
    from flows.understand import ruled_by, understand

    book = _load(folder)
    assert book.lexicon.learned
    limits = book.lexicon.learned.risk.limits
    lines = measured.page(
        read_folder(folder),
        limits,
        lambda text: understand(book, [text]),
        lambda text: ruled_by(book.lexicon, text),
    )
    typer.echo("\n".join(lines))


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(help="transcripts, e.g. tests/conversations/*.yaml")],
    update: Annotated[bool, typer.Option(help="write the answers as they are now")] = False,
    folder: Annotated[Path, typer.Option(help="the content folder")] = CONTENT,
) -> None:
    """Play transcripts again; exit 1 where an answer differs."""
    book = _load(folder)
    different = 0
    for path in files:
        transcript = transcripts.read(path)
        lines = [line for line, _ in transcripts.replay(book, transcript)]
        if lines == list(transcript.talk):
            continue
        different += 1
        typer.echo(f"{'written' if update else 'differs'}: {path}")
        if update:
            transcripts.write(path, transcript, lines)
    if different and not update:
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
