"""The bot's own pages besides the chat: privacy policy and terms from content, and how the process is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from html import escape

from aiohttp import web

from bot.core import Shelf
from bot.guide import Guide
from bot.web.page import HEADERS, static_routes
from flows.model import Book, Page

#: Says why the bot cannot work now, or nothing.
Trouble = Callable[[], Awaitable[str | None]]


def state_routes(trouble: Trouble) -> list[web.RouteDef]:
    """`GET /healthz` (the process lives) and `/readyz` (it can work).

    Args:
        trouble: tells why the bot cannot work now, or None.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n", headers=HEADERS)

    async def readyz(_: web.Request) -> web.Response:
        reason = await trouble()
        return web.Response(status=503 if reason else 200, text=f"{reason or 'ok'}\n", headers=HEADERS)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]


def site_routes(shelf: Shelf) -> list[web.RouteDef]:
    """`GET /privacy` and `/terms` (from the content in use), and what all pages load.

    Args:
        shelf: the content in use.
    """

    def page(name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def give(_: web.Request) -> web.Response:
            guide = shelf.content
            assert isinstance(guide, Guide)
            html = _html(getattr(guide.book.pages, name), guide.book)
            return web.Response(text=html, content_type="text/html", headers=HEADERS)

        return give

    return [*static_routes(), web.get("/privacy", page("privacy")), web.get("/terms", page("terms"))]


def as_text(page: Page, book: Book) -> Iterator[str]:
    """The lines of a page as they are printed, with its table row by row."""
    yield page.title
    for paragraph in _filled(page.paragraphs, book):
        yield from ("", paragraph)
    for row in page.table:
        (_, head), *cells = row.items()
        if lines := [*_filled([head], book)]:
            yield from ("", f"■ {lines[0]}")
            yield from _filled((f"  {title}: {cell}" for title, cell in cells), book)


def _filled(paragraphs: Iterable[str], book: Book) -> Iterator[str]:
    """With what is known in its place; what tells of CONSULT_URL is left out where there is none."""
    about = book.about
    values = {
        "{operator}": about.operator,
        "{contact}": about.contact,
        "{days}": str(book.days),
        "{consult_url}": book.consult_url,
    }
    for paragraph in paragraphs:
        if "{consult_url}" in paragraph and not book.consult_url:
            continue
        for name, value in values.items():
            paragraph = paragraph.replace(name, value)
        yield paragraph


def _html(page: Page, book: Book) -> str:
    parts = []
    for paragraph in _filled(page.paragraphs, book):
        heading = paragraph.startswith("# ")
        tag = "h2" if heading else "p"
        parts.append(f"<{tag}>{escape(paragraph.removeprefix('# '))}</{tag}>")
    title = escape(page.title)
    return (
        '<!doctype html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n"
        '<link rel="icon" href="/chat/static/lamp.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="/chat/static/palette.css">\n'
        '<link rel="stylesheet" href="/chat/static/page.css">\n'
        '<script src="/chat/static/theme.js"></script>\n</head>\n'
        f'<body class="document">\n<main>\n<h1>{title}</h1>\n'
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )
