"""`/admin`: numbers, flows, search, preview, desks to be checked, publishing. Off without ADMIN_TOKENS."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from aiohttp import web

from bot.editing import publishing
from bot.editing.folder import NoSuchDesk, rechecked, write_folder
from bot.guide import book_of
from bot.settings import Settings
from bot.store import Store
from bot.totals import LEAST, Totals, rounded
from bot.versions import Versions
from bot.web import admin_html as html
from bot.web import drawing, missing, numbers
from bot.web.access import Access
from bot.web.page import HEADERS
from flows.loader import read_folder
from flows.model import VOICES, Book, Target
from flows.operators import FILE, Words, operators_words
from flows.preview import preview
from flows.problems import ContentError

#: Desks and steps in one list.
SHOWN = 60
#: Bytes of a form.
BODY = 10_000

#: What a page gives: its title and HTML, or an answer of its own kind.
Shown = tuple[str, str] | web.Response
Page = Callable[["Admin", web.Request], Awaitable[Shown]]


@dataclass(frozen=True)
class Admin:
    """The operators' pages.

    Args:
        access: who may see them.
        settings: name the content folder (the working copy) and the mode.
        book: gives the content in use.
        versions, store, totals: what the database holds.
        clock: tells the time; aware, in Asia/Tokyo.
    """

    access: Access
    settings: Settings
    book: Callable[[], Book]
    versions: Versions
    store: Store
    totals: Totals
    clock: Callable[[], datetime]

    @property
    def folder(self) -> Path:
        """The working copy."""
        return self.settings.content_dir

    def routes(self) -> list[web.RouteDef]:
        """`GET /admin` and below."""
        pages: Mapping[str, Page] = {
            "": numbers.page,
            "/": numbers.page,
            "/numbers.csv": numbers.download,
            "/flows": _flows,
            "/flow/{flow}": _flow,
            "/step/{flow}/{step}": _step,
            "/search": _search,
            "/desks": _desks,
            "/missing": missing.page,
            "/publish": _publish,
        }
        posts: Mapping[str, Page] = {
            "desks": _recheck,
            "missing": missing.post,
            "publish": _published,
            "rollback": _rolled_back,
        }
        return [
            *(web.get(f"/admin{path}", self._guarded(page)) for path, page in pages.items()),
            *(web.post(f"/admin/{path}", self._guarded(page, posted=True)) for path, page in posts.items()),
            web.post("/admin/login", self._login),
            web.post("/admin/logout", self._logout),
        ]

    def words(self, section: str = "admin") -> Words:
        """What operators read.

        Raises:
            ContentError: operators.yaml is missing or broken.
        """
        path = self.folder / FILE
        return operators_words({FILE: path.read_text("utf-8-sig")} if path.exists() else {})[section]

    def _guarded(
        self, page: Page, *, posted: bool = False
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def give(request: web.Request) -> web.Response:
            try:
                words = self.words()
                name = self.access.name(request)
                if name is None:
                    return _answer(html.page(words, words["title"], html.login(words)), 401)
                if posted and not await self._ours(request):
                    return _answer(html.page(words, words["title"], escape(words["form_old"])), 403)
                shown = await page(self, request)
            except ContentError as error:
                return _answer(f"<pre>{escape(str(error))}</pre>", 500)
            if isinstance(shown, web.Response):
                return shown
            title, body = shown
            form = self.access.form_token(request)
            return _answer(html.page(words, title, body, name=name, form=form))

        return give

    async def _ours(self, request: web.Request) -> bool:
        if len(await request.read()) > BODY:
            return False
        form = await request.post()
        return self.access.is_ours(request, str(form.get("form", "")))

    async def _login(self, request: web.Request) -> web.Response:
        words = self.words()
        if self.access.closed:
            return _answer(html.page(words, words["title"], html.login(words, words["login_closed"])), 429)
        if (size := len(await request.read())) > BODY:
            raise web.HTTPRequestEntityTooLarge(BODY, size)
        form = await request.post()
        name, token = str(form.get("name", "")), str(form.get("token", ""))
        if not self.access.login(name, token):
            return _answer(html.page(words, words["title"], html.login(words, words["login_wrong"])), 401)
        response = web.Response(status=303, headers={**HEADERS, "Location": "/admin"})
        self.access.let_in(response, name)
        return response

    async def _logout(self, request: web.Request) -> web.Response:
        response = web.Response(status=303, headers={**HEADERS, "Location": "/admin"})
        if await self._ours(request):
            self.access.let_out(response)
        return response


def _answer(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


# ---------------------------------------------------------------------------------------------- looking


async def _standing(admin: Admin) -> dict[Target, int]:
    """People by step, where there are enough of them to be shown."""
    return {target: rounded(n) for target, n in (await admin.store.standing()).items() if n >= LEAST}


async def _flows(admin: Admin, _: web.Request) -> tuple[str, str]:
    words, book = admin.words(), admin.book()
    rows = [
        (f'<a href="/admin/flow/{flow.id}">{escape(flow.title or flow.id)}</a>', str(len(flow.steps)))
        for flow in book.flows.values()
    ]
    most = sorted((await _standing(admin)).items(), key=lambda item: (-item[1], str(item[0])))
    stops = [(f'<a href="/admin/flow/{at.flow}#{at.step}">{at}</a>', str(n)) for at, n in most[:SHOWN]]
    table = html.table((words["where"], words["count"]), stops) if stops else f"<p>{words['too_few']}</p>"
    body = html.table((words["menu_flows"], words["steps"]), rows)
    return words["menu_flows"], f"{body}<h2>{escape(words['most_stops'])}</h2>{table}"


async def _flow(admin: Admin, request: web.Request) -> tuple[str, str]:
    words, book, id = admin.words(), admin.book(), request.match_info["flow"]
    if id not in book.flows:
        raise web.HTTPNotFound
    sums = await admin.totals.by_name("way", admin.clock().date())
    ways = {name: sum.count for name, sum in sums.items()}
    standing = await _standing(admin)
    asked = request.query.get("zoom", "")
    zoom = int(asked) if asked in map(str, drawing.ZOOMS) else 100
    picture = drawing.drawn(book, id, ways, standing, zoom, words)
    return book.flows[id].title or id, picture + html.flow(book, id, ways, standing, words)


async def _step(admin: Admin, request: web.Request) -> tuple[str, str]:
    words, book = admin.words(), admin.book()
    target = Target(request.match_info["flow"], request.match_info["step"])
    if book.step(target) is None:
        raise web.HTTPNotFound
    parts = []
    for voice in VOICES:
        reply = preview(book, target, voice, "ja", admin.clock())
        parts.append(f"<h2>{escape(words[f'voice_{voice}'])}</h2>{html.shown(reply, words)}")
    return str(target), "\n".join(parts)


async def _search(admin: Admin, request: web.Request) -> tuple[str, str]:
    words, query = admin.words(), request.query.get("q", "").strip()[:100]
    body = (
        f'<form method="get" action="/admin/search"><label>{escape(words["query"])}'
        f'<input name="q" type="search" value="{escape(query)}"></label>'
        f"<button>{escape(words['search'])}</button></form>"
    )
    return words["menu_search"], body + (html.found(admin.book(), query, words) if query else "")


# ---------------------------------------------------------------------------------------------- doing


async def _desks(admin: Admin, request: web.Request, said: str = "") -> tuple[str, str]:
    words = admin.words()
    book = await asyncio.to_thread(book_of, read_folder(admin.folder), admin.settings)
    shown = sorted((desk for desk in book.directory.rows if desk.show), key=lambda desk: desk.checked_on)
    form = admin.access.form_token(request)
    rows = []
    for desk in [one for one in shown if one.kind != "page"][:SHOWN]:
        inside = (
            f'<input type="hidden" name="id" value="{escape(desk.id)}">'
            f'<label>{escape(words["new_contact"])}<input name="contact" maxlength="200"></label>'
            f"<button>{escape(words['checked_today'])}</button>"
        )
        official = html.link(desk.url, words["official"])
        name = f"{escape(desk.name)}<br>{escape(desk.contact)}<br>{official}"
        rows.append((str(desk.checked_on), name, html.post("desks", form, inside)))
    centers, towns = missing.counts(book)
    more = escape(words["desks_missing"].format(centers=centers, towns=towns))
    notes = f'<p>{escape(words["desks_note"])}</p><p><a href="/admin/missing">{more}</a></p>'
    status = f'<p role="status">{escape(said)}</p>' if said else ""
    return words["menu_desks"], status + notes + html.table((words["checked_on"], words["desk"], ""), rows)


async def _recheck(admin: Admin, request: web.Request) -> tuple[str, str]:
    form, words, name = await request.post(), admin.words(), admin.access.name(request)
    assert name  # `_guarded` let them in
    files = read_folder(admin.folder)
    id, contact = str(form.get("id", "")), str(form.get("contact", "")).strip()
    try:
        new, done = rechecked(files, id, name, admin.clock().date(), contact)
        await asyncio.to_thread(book_of, new, admin.settings)
        write_folder(admin.folder, files, new)
    except NoSuchDesk:
        raise web.HTTPNotFound from None
    except ContentError as error:
        return await _desks(admin, request, f"{words['desk_refused']} {error}")
    except OSError as error:
        return await _desks(admin, request, f"{words['desk_refused']} {error.strerror}")
    return await _desks(admin, request, words["desk_saved" if done else "desk_second"].format(name=id))


async def _publish(admin: Admin, request: web.Request, said: str = "") -> tuple[str, str]:
    words, form = admin.words(), admin.access.form_token(request)
    plan = await publishing.plan_folder(admin.settings, admin.words("publish"), admin.versions, admin.store)
    parts = [f'<p role="status">{escape(said)}</p>'] if said else []
    parts += [f"<p>{escape(line)}</p>" for line in publishing.lines(plan)]
    if plan.version != plan.before:
        version = f'<input type="hidden" name="version" value="{plan.version}">'
        parts.append(html.post("publish", form, f"{version}<button>{escape(words['publish'])}</button>"))
    back = await publishing.plan_back(
        None, admin.settings, admin.words("publish"), admin.versions, admin.store
    )
    if back:
        parts.append(f"<h2>{escape(words['rollback'])}</h2>")
        parts += [f"<p>{escape(line)}</p>" for line in publishing.lines(back)]
        version = f'<input type="hidden" name="version" value="{back.version}">'
        parts.append(html.post("rollback", form, f"{version}<button>{escape(words['rollback'])}</button>"))
    return words["menu_publish"], "\n".join(parts)


async def _published(admin: Admin, request: web.Request) -> tuple[str, str]:
    return await _carried_out(
        admin,
        request,
        await publishing.plan_folder(admin.settings, admin.words("publish"), admin.versions, admin.store),
    )


async def _rolled_back(admin: Admin, request: web.Request) -> tuple[str, str]:
    return await _carried_out(
        admin,
        request,
        await publishing.plan_back(None, admin.settings, admin.words("publish"), admin.versions, admin.store),
    )


async def _carried_out(admin: Admin, request: web.Request, plan: publishing.Plan | None) -> tuple[str, str]:
    """Only what was shown is done: a folder that changed since is shown again."""
    words, form = admin.words(), await request.post()
    if plan is None or form.get("version") != plan.version:
        return await _publish(admin, request, words["form_old"])
    done = await publishing.publish(plan, admin.versions, admin.clock())
    said = words["published"].format(version=plan.version) if done else words["nothing_to_do"]
    again = f'<p><a href="/admin/publish">{escape(words["menu_publish"])}</a></p>'
    return words["menu_publish"], f'<p role="status">{escape(said)}</p>{again}'
