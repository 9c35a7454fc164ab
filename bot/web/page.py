"""The chat page itself: one HTML file with the words of the content in it, scripts and styles, all from memory."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from pathlib import Path

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATIC = Path(__file__).parent / "static"

#: Everything comes from here, nothing is kept by anybody between, and no page of others can frame or open ours.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_WORD = re.compile(r"\{\{(\w+)\}\}")


def static_routes() -> list[web.RouteDef]:
    """Scripts, styles and pictures of all pages, read once."""
    files = [path for path in sorted(STATIC.iterdir()) if path.suffix in _TYPES]
    return [
        web.get(f"/chat/static/{path.name}", _give(path.read_bytes(), _TYPES[path.suffix])) for path in files
    ]


def page_route(words: Callable[[], Mapping[str, str]]) -> web.RouteDef:
    """`GET /`.

    Args:
        words: gives what people read on the page, by the keys that `static/chat.html` and its scripts name.
    """
    page = (STATIC / "chat.html").read_text(encoding="utf-8")

    async def give(request: web.Request) -> web.Response:
        return _answer(request, filled(page, words()).encode(), "text/html")

    return web.get("/", give)


def filled(page: str, words: Mapping[str, str]) -> str:
    """The page with its words; `{{words}}` is all of them as JSON, in which no tag can begin.

    Raises:
        KeyError: a word is missing.
    """
    everything = json.dumps(dict(words), ensure_ascii=False).replace("<", "\\u003c")
    return _WORD.sub(lambda found: everything if found[1] == "words" else escape(words[found[1]]), page)


def _give(content: bytes, content_type: str) -> Handler:
    async def give(request: web.Request) -> web.Response:
        return _answer(request, content, content_type)

    return give


def _answer(request: web.Request, content: bytes, content_type: str) -> web.Response:
    """One file; a browser that has it already is told so."""
    tag = hashlib.sha256(content).hexdigest()[:32]
    if any(known.value == tag for known in request.if_none_match or ()):
        response = web.Response(status=304, headers=HEADERS)
    else:
        response = web.Response(body=content, content_type=content_type, charset="utf-8", headers=HEADERS)
    response.headers["Cache-Control"] = "no-cache"
    response.etag = tag
    return response
