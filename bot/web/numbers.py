"""The numbers of the operators' pages: totals with plots, the same as tables, and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from aiohttp import web

from bot.totals import PERIODS, Sum, merged
from bot.web import admin_html as html
from bot.web import plots
from bot.web.page import HEADERS
from flows.desks import IN_PREFECTURE
from flows.model import Ask, Book, Target
from flows.operators import Words

if TYPE_CHECKING:
    from bot.web.admin import Admin

#: What is shown day by day, and what by name, in the order of the page.
BY_DAY, BY_NAME = ("start", "turn"), ("useful", "desk", "voice", "flow", "risk", "hour")
#: The slot of the question whether it helped; its answers are counted as the ways that they are.
USEFUL = "helpful"
#: A spreadsheet would take a cell that begins like this for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Number:
    """One total: a name (empty where the days are what differs), what people read for it, and its period."""

    name: str
    label: str
    sum: Sum


async def numbers(admin: Admin) -> dict[str, list[Number]]:
    """All totals, by what was counted."""
    words, book, today = admin.words(), admin.book(), admin.clock().date()
    found: dict[str, list[Number]] = {}
    for kind in BY_DAY:
        days = await admin.totals.by_day(kind, today - timedelta(PERIODS[0]))
        found[kind] = [Number("", "", one) for one in merged(days)]
    for kind in BY_NAME:
        labels = _useful(book) if kind == "useful" else None
        sums = await admin.totals.by_name("way" if labels is not None else kind, today)
        names = [name for name in labels if name in sums] if labels is not None else list(sums)
        if kind in ("desk", "flow"):
            names.sort(key=lambda name: -sums[name].count)
        found[kind] = [
            Number(name, labels[name] if labels else _label(kind, name, book, words), sums[name])
            for name in names
        ]
    return found


def _useful(book: Book) -> Mapping[str, str]:
    """The answers to whether it helped, as ways."""
    return {
        f"{Target(flow.id, step.id)}.{choice.id}": choice.label.of("person", "ja")[0]
        for flow in book.flows.values()
        for step in flow.steps.values()
        if isinstance(step, Ask) and step.remember == USEFUL
        for choice in step.choices
    }


def _label(kind: str, name: str, book: Book, words: Words) -> str:
    if kind == "flow":
        return book.flows[name].title or name if name in book.flows else name
    if kind == "hour":
        return words["hour"].format(hour=int(name))
    if kind == "desk":
        place = book.gazetteer.areas.get(name.removeprefix(IN_PREFECTURE))
        if name.startswith(IN_PREFECTURE) and place:
            return words["desks_of_towns"].format(prefecture=place.name)
        desk = book.directory.by_id.get(name)
        return desk.name if desk else name
    return words.get(f"{kind}_{name}", name)


# ---------------------------------------------------------------------------------------------- shown


async def page(admin: Admin, _: web.Request) -> tuple[str, str]:
    """`GET /admin`."""
    words = admin.words()
    parts = [
        f"<p>{escape(words['in_use'].format(version=admin.book().version))}</p>",
        f"<p>{escape(words['totals_note'])}</p>",
        f'<p><a href="/admin/numbers.csv" download>{escape(words["download"])}</a></p>',
    ]
    for kind, found in (await numbers(admin)).items():
        title = words[f"kind_{kind}"]
        body = _shown(kind, title, found, words) if found else f"<p>{escape(words['too_few'])}</p>"
        parts.append(f"<section><h2>{escape(title)}</h2>{body}</section>")
    return words["title"], "\n".join(parts)


def _shown(kind: str, title: str, found: Sequence[Number], words: Words) -> str:
    id = f"table-{kind}"
    rows = [(escape(one.label), period(one.sum), str(one.sum.count)) for one in found]
    heads = ("", words["when"], words["count"])
    table = html.table(heads, rows)
    details = f'<details id="{id}"><summary>{escape(words["as_table"])}</summary>{table}</details>'
    return _plot(kind, title, id, found, words) + details


def _plot(kind: str, title: str, table: str, found: Sequence[Number], words: Words) -> str:
    if kind in BY_DAY:
        first, last = found[0].sum.first, found[-1].sum.last
        columns = [
            plots.Column(
                (one.sum.first - first).days,
                days := (one.sum.last - one.sum.first).days + 1,
                one.sum.count / days,
                f"{period(one.sum)}: {one.sum.count}",
            )
            for one in found
        ]
        return plots.columns(
            title, table, columns, (last - first).days + 1, (f"{first:%m/%d}", f"{last:%m/%d}")
        )
    if kind == "hour":
        hours = [
            plots.Column(int(one.name), 1, one.sum.count, f"{one.label}: {one.sum.count}") for one in found
        ]
        return plots.columns(
            title, table, hours, 24, (words["hour"].format(hour=0), words["hour"].format(hour=24))
        )
    return plots.bars(title, table, [(one.label, one.sum.count) for one in found])


def period(sum: Sum) -> str:
    """A period as people read it."""
    return f"{sum.first:%m/%d}" + (f"–{sum.last:%m/%d}" if sum.last != sum.first else "")


# ---------------------------------------------------------------------------------------------- as CSV


async def download(admin: Admin, _: web.Request) -> web.Response:
    """`GET /admin/numbers.csv`: what the page shows, and nothing else."""
    words, out = admin.words(), io.StringIO()
    table = csv.writer(out)
    table.writerow([words[f"csv_{name}"] for name in ("kind", "name", "first", "last", "count")])
    for kind, found in (await numbers(admin)).items():
        for one in found:
            cells = (words[f"kind_{kind}"], one.label, str(one.sum.first), str(one.sum.last))
            table.writerow([*map(harmless, cells), one.sum.count])
    body = "\ufeff" + out.getvalue()  # by this mark a spreadsheet knows that it is UTF-8
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="numbers.csv"'}
    return web.Response(text=body, content_type="text/csv", headers=headers)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
