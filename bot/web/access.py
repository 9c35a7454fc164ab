"""Who may see the operators' pages: names and tokens of ADMIN_TOKENS, a signed cookie, forms that only we made."""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from aiohttp import web
from pydantic import SecretStr

COOKIE = "admin"
#: How long one login lasts.
STAYS = timedelta(hours=8)
#: Wrong tries within a time, by everybody together, after which nobody may try for a while.
TRIES, WITHIN = 10, timedelta(minutes=5)


class Access:
    """Logins. Nothing is kept but the times of wrong tries; another token in the settings ends a login.

    Args:
        tokens: by name.
        clock: tells the time; aware.
        secure: whether the pages are reached by https, so that the cookie goes no other way.
    """

    def __init__(self, tokens: Mapping[str, SecretStr], clock: Callable[[], datetime], secure: bool) -> None:
        self._tokens = {name: token.get_secret_value().encode() for name, token in tokens.items()}
        self._clock = clock
        self._secure = secure
        self._wrong: deque[datetime] = deque(maxlen=TRIES)

    @property
    def closed(self) -> bool:
        """Whether there were too many wrong tries just now."""
        return len(self._wrong) == TRIES and self._clock() - self._wrong[0] < WITHIN

    def login(self, name: str, token: str) -> bool:
        """Whether name and token belong together."""
        known = self._tokens.get(name, b"")
        good = hmac.compare_digest(sha256(known).digest(), sha256(token.encode()).digest()) and bool(known)
        if not good:
            self._wrong.append(self._clock())
        return good

    def let_in(self, response: web.StreamResponse, name: str) -> None:
        """Gives the cookie of somebody who logged in."""
        until = str(int((self._clock() + STAYS).timestamp()))
        value = f"{until}.{self._sign(name, 'cookie', until)}.{name.encode().hex()}"
        response.set_cookie(
            COOKIE, value, max_age=int(STAYS.total_seconds()), path="/admin", httponly=True,
            samesite="Strict", secure=self._secure,
        )  # fmt: skip

    def let_out(self, response: web.StreamResponse) -> None:
        """Takes the cookie back."""
        response.del_cookie(COOKIE, path="/admin", httponly=True, samesite="Strict", secure=self._secure)

    def name(self, request: web.Request) -> str | None:
        """Who is logged in, or None."""
        until, _, rest = request.cookies.get(COOKIE, "").partition(".")
        sign, _, who = rest.partition(".")
        try:
            name = bytes.fromhex(who).decode()
        except ValueError:
            return None
        if name not in self._tokens or not hmac.compare_digest(
            sign.encode(errors="replace"), self._sign(name, "cookie", until).encode()
        ):
            return None
        return name if int(until) > self._clock().timestamp() else None

    def form_token(self, request: web.Request) -> str:
        """What a form of ours carries: it hangs on the login, so nobody else can make it."""
        name = self.name(request) or ""
        return self._sign(name, "form", request.cookies.get(COOKIE, ""))

    def is_ours(self, request: web.Request, token: str) -> bool:
        """Whether a form that came back is one of ours."""
        same = hmac.compare_digest(token.encode(errors="replace"), self.form_token(request).encode())
        return self.name(request) is not None and same

    def _sign(self, name: str, *parts: str) -> str:
        return hmac.new(
            self._tokens.get(name, b""), "\0".join(parts).encode(errors="replace"), sha256
        ).hexdigest()
