"""The chat page's adapter: it stands where LINE's webhook stands, in front of the same core.

`POST /chat` takes one message of a person, `GET /chat/stream` gives the bot's replies as server-sent events, `GET /`
is the page. A session is a random id that the page made for its tab; nobody else knows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, Protocol, Self
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.incoming import Incoming, Outcome
from bot.privacy import Keyring
from bot.web.mailbox import Full, Mailbox, Mailboxes
from bot.web.page import HEADERS, page_route
from flows.hours import TOKYO
from flows.model import Event, EventKind, Input, Tap, Trace, Typed
from flows.reading import limits

PLATFORM = "web"
#: Bytes of one POST: LINE's longest text with every letter escaped, and the rest.
BODY = 40_000
#: Characters of a sticker's own words or of an address.
ABOUT = 200
#: Seconds without a letter after which a stream shows a sign of life, so that nobody between closes it.
PATIENCE = 20.0
#: Milliseconds after which a page comes back when its stream breaks.
RETRY = 2000


class Core(Protocol):
    """What the adapter needs of `bot.core`."""

    async def handle(self, incomings: Sequence[Incoming]) -> Sequence[Outcome]:
        """One outcome for each incoming, when its turn is committed."""
        ...


# ---------------------------------------------------------------------------------------------- what comes in


def _in_tokyo(moment: datetime) -> datetime:
    """A moment of the switchable clock; without a time zone it is meant in Asia/Tokyo."""
    if not 2000 <= moment.year < 2100:
        raise ValueError("lies outside the years 2000 to 2099")
    return moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)


def _tap(data: str) -> str:
    if Tap.decode(data) is None:
        raise ValueError("is no button's data")
    return data


Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Happened(_Strict):
    """Something that is neither text nor tap."""

    kind: EventKind
    text: Annotated[str, Field(max_length=ABOUT)] = ""


class Said(_Strict):
    """One message of a person, as the page posts it: one of `text`, `tap` and `event`."""

    session: Id
    id: Id
    platform: Literal["line", "discord"]
    text: Annotated[str, Field(min_length=1)] | None = None
    tap: Annotated[str, Field(max_length=limits.DISCORD_CUSTOM_ID), AfterValidator(_tap)] | None = None
    event: Happened | None = None
    now: Annotated[datetime, AfterValidator(_in_tokyo)] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if [self.text, self.tap, self.event].count(None) != 2:
            raise ValueError("exactly one of text, tap and event is needed")
        if self.text is not None and not self._fits(self.text):
            raise ValueError("text is empty, or longer than the platform takes")
        return self

    def _fits(self, text: str) -> bool:
        if self.platform == "line":
            return bool(text.strip()) and limits.utf16(text) <= limits.LINE_TEXT
        return bool(text.strip()) and len(text) <= limits.DISCORD_TEXT

    def input(self) -> Input:
        """As the engine takes it."""
        if self.event:
            return Event(self.event.kind, self.event.text)
        tap = Tap.decode(self.tap) if self.tap else None
        return tap or Typed((self.text or "",))


class _Stream(_Strict):
    """The query of `GET /chat/stream`."""

    session: Id
    last: Annotated[str, Field(max_length=40)] = ""


# ---------------------------------------------------------------------------------------------- the adapter


class Chat:
    """The chat page and its two ways. Wire it into an application only where the page is on.

    Args:
        core: takes what comes in.
        keyring: makes the pseudonyms.
        clock: tells the time; aware.
        words: gives what people read on the page (`page_route`).
        public_url: the bot's own address, if it is known: a page under it is our own.
    """

    def __init__(
        self,
        core: Core,
        keyring: Keyring,
        clock: Callable[[], datetime],
        words: Callable[[], Mapping[str, str]],
        public_url: str | None = None,
    ) -> None:
        self.sender = Mailboxes(clock)
        self._core = core
        self._keyring = keyring
        self._clock = clock
        self._words = words
        self._own_host = urlsplit(public_url).netloc if public_url else ""

    def attach(self, app: web.Application) -> None:
        """Adds the routes (`static_routes` stand beside), and ends the streams when the application stops."""

        async def stop(_: web.Application) -> None:
            self.sender.close()

        ways = [web.post("/chat", self._post), web.get("/chat/stream", self._stream)]
        app.add_routes([page_route(self._words), *ways])
        app.on_shutdown.append(stop)

    async def _post(self, request: web.Request) -> web.Response:
        if not self._same_origin(request):
            return _refused(403, "this address answers its own page only")
        if request.content_type != "application/json":
            return _refused(415, "send application/json")
        body = await request.read()
        if len(body) > BODY:
            return _refused(413, f"more than {BODY} bytes")
        try:
            said = Said.model_validate_json(body)
            self.sender.box(said.session)
        except ValidationError as error:
            return _refused(400, _faults(error))
        except Full:
            return _refused(503, "too many conversations at once")
        [outcome] = await self._core.handle([self.incoming(said)])
        status = 503 if outcome.word == "unfinished" else 200  # 503: the page sends it again, by the same id
        return _json(status, {"outcome": outcome.word, "trace": _trace(outcome.trace)})

    def incoming(self, said: Said) -> Incoming:
        """A message of the page as the core takes it."""
        pseudonym = self._keyring.pseudonym(PLATFORM, "", said.session)
        return Incoming(
            key=pseudonym.key,
            event_id=f"{said.session} {said.id}",
            input=said.input(),
            address={"session": said.session},
            received_at=said.now or self._clock(),
            platform=PLATFORM,
            previous=pseudonym.previous,
        )

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if not self._same_origin(request):
            return _refused(403, "this address answers its own page only")
        try:
            wanted = _Stream.model_validate(dict(request.query))
            with self.sender.reading(wanted.session) as box:
                return await _write(request, box, request.headers.get("Last-Event-ID", wanted.last))
        except ValidationError as error:
            return _refused(400, _faults(error))
        except Full:
            return _refused(503, "too many conversations at once")

    def _same_origin(self, request: web.Request) -> bool:
        """Whether our own page asks, or no page at all. Where a browser says so itself, it is believed."""
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc in (request.host, self._own_host)


async def _write(request: web.Request, box: Mailbox, last: str) -> web.StreamResponse:
    """Server-sent events, until the page is closed or the process stops."""
    headers = {**HEADERS, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    try:
        await response.prepare(request)
        await response.write(f"retry: {RETRY}\n\n".encode())
        async for letter in box.read(last, PATIENCE):
            event = f"id: {letter.id}\ndata: {letter.text}\n\n" if letter else ":\n\n"
            await response.write(event.encode())
    except ConnectionResetError:
        pass  # the page was closed
    return response


def _trace(trace: Trace | None) -> dict[str, object] | None:
    if trace is None:
        return None
    return {"risk": trace.risk, "flow": trace.flow, "step": trace.step, "why": list(trace.why)}


def _faults(error: ValidationError) -> str:
    """Where and what, without repeating what was sent."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in faults)


def _refused(status: int, reason: str) -> web.Response:
    return _json(status, {"error": reason})


def _json(status: int, value: object) -> web.Response:
    text = json.dumps(value, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type="application/json", headers=HEADERS)
