"""`GET /metrics`, for those who hold one of ADMIN_TOKENS."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import metrics
from bot.logs import fault, log
from bot.web.page import HEADERS

#: Tells how many replies are due and how long the oldest of them has been.
Waiting = Callable[[], Awaitable[tuple[int, timedelta]]]


def metrics_route(tokens: Collection[str], waiting: Waiting) -> web.RouteDef:
    """The route; asked with `Authorization: Bearer TOKEN`.

    Args:
        tokens: any of them opens it.
        waiting: looks into the outbox; when it cannot, its numbers are not a number (NaN).
    """
    accepted = [f"Bearer {token}".encode() for token in tokens]

    async def give(request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        # All are compared, each in constant time, so that the time taken tells nothing.
        if not sum(hmac.compare_digest(given, token) for token in accepted):
            return web.Response(status=401, headers={**HEADERS, "WWW-Authenticate": "Bearer"})
        try:
            count, age = await waiting()
            metrics.waiting.set(count)
            metrics.oldest.set(age.total_seconds())
        except Exception as error:  # the other counts matter most just then
            log.error("metrics", fault=fault(error))
            metrics.waiting.set(float("nan"))
            metrics.oldest.set(float("nan"))
        return web.Response(
            body=generate_latest(metrics.registry), headers={**HEADERS, "Content-Type": CONTENT_TYPE_LATEST}
        )

    return web.get("/metrics", give)
