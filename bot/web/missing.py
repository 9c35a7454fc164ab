"""Desks that are not there yet, with the official page to open and a form to record what stands there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from aiohttp import web

from bot.editing.folder import NoSuchDesk, recorded, write_folder
from bot.guide import book_of
from bot.web import admin_html as html
from flows.listing.missing import Missing, missing_centers, missing_towns
from flows.loader import read_folder
from flows.model import Book
from flows.problems import ContentError

if TYPE_CHECKING:
    from bot.web.admin import Admin


def counts(book: Book) -> tuple[int, int]:
    """How many centres and how many municipalities have no number yet."""
    of = (book.directory, book.gazetteer)
    return len(list(missing_centers(*of))), len(list(missing_towns(*of)))


async def page(admin: Admin, request: web.Request, said: str = "") -> tuple[str, str]:
    """`GET /admin/missing`."""
    words, form = admin.words(), admin.access.form_token(request)
    book = await asyncio.to_thread(book_of, read_folder(admin.folder), admin.settings)
    of = (book.directory, book.gazetteer)
    centers, towns = list(missing_centers(*of)), list(missing_towns(*of))

    def rows(found: Iterable[Missing]) -> str:
        return "".join(_row(admin, one, form) for one in found)

    parts = [f'<p role="status">{escape(said)}</p>'] if said else []
    parts.append(f"<p>{escape(words['missing_note'])}</p>")
    parts.append(f"<h2>{escape(words['missing_centers'].format(count=len(centers)))}</h2>")
    parts.append(f'<ul class="missing">{rows(centers)}</ul>')
    parts.append(f"<h2>{escape(words['missing_towns'].format(count=len(towns)))}</h2>")
    for code, group in groupby(towns, lambda one: one.area.code[:2]):
        found = list(group)
        name = f"{book.gazetteer.areas[code].name} ({len(found)})"
        parts.append(
            f'<details><summary>{escape(name)}</summary><ul class="missing">{rows(found)}</ul></details>'
        )
    return words["menu_missing"], "\n".join(parts)


def _row(admin: Admin, one: Missing, form: str) -> str:
    words, held = admin.words(), one.held
    name = held.name if held else words["missing_name"].format(place=one.area.full_name)
    known = escape(held.contact) if held else ""
    review = f"<br><small>{escape(held.review)}</small>" if held and held.review else ""
    fields = "".join(
        f'<label>{escape(words[label])}<input name="{field}" value="{escape(value)}" maxlength="200" required></label>'
        for field, label, value in (
            ("name", "desk", name),
            ("contact", "contact", ""),
            ("url", "official", one.url),
        )
    )
    inside = (
        f'<input type="hidden" name="id" value="{one.id}">{fields}'
        f"<button>{escape(words['record_today'])}</button>"
    )
    official = html.link(one.url, words["official"]) if one.url else escape(words["no_page"])
    return (
        f'<li id="{one.id}"><h3>{escape(one.area.full_name)}</h3><p>{escape(name)} {known} {official}{review}</p>'
        f"{html.post('missing', form, inside)}</li>"
    )


async def post(admin: Admin, request: web.Request) -> tuple[str, str]:
    """`POST /admin/missing`: the number that stands on the official page today."""
    form, words = await request.post(), admin.words()
    given = {name: str(form.get(name, "")).strip() for name in ("id", "name", "contact", "url")}
    files = read_folder(admin.folder)
    try:
        new = recorded(files, today=admin.clock().date(), **given)
        await asyncio.to_thread(book_of, new, admin.settings)
        write_folder(admin.folder, files, new)
    except NoSuchDesk:
        raise web.HTTPNotFound from None
    except ContentError as error:
        return await page(admin, request, f"{words['desk_refused']} {error}")
    except OSError as error:
        return await page(admin, request, f"{words['desk_refused']} {error.strerror}")
    return await page(admin, request, words["desk_saved"].format(name=given["name"]))
