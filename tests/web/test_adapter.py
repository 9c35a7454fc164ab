"""The chat page's adapter: what it takes, what it refuses, and that every letter arrives once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientResponse

from bot.web import chat as adapter
from bot.web.chat import BODY, Chat
from bot.web.mailbox import READERS
from tests.tiny import Clock
from tests.web.chatting import KEYRING, Client, Words

SESSION = "6f1f3c0a-0000-4000-8000-000000000001"


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is told."""
    return Clock()


def said(**fields: Any) -> dict[str, Any]:
    """A message as the page posts it."""
    return {"session": SESSION, "id": str(uuid4()), "platform": "line", **fields}


async def post(client: Client, **fields: Any) -> dict[str, Any]:
    """Posts a message that is taken."""
    async with client.post("/chat", json=said(**fields)) as response:
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer


class Letters:
    """Reads a stream of server-sent events."""

    def __init__(self, response: ClientResponse) -> None:
        self._response = response
        self.last = ""

    async def next(self) -> list[str]:
        """The texts of the next letter, as LINE shows them."""
        event: dict[str, str] = {}
        async with asyncio.timeout(10):
            async for line in self._response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    event[name] = value
                elif "data" in event:
                    break
                else:
                    event = {}
        self.last = event["id"]
        return [message["text"] for message in json.loads(event["data"])["line"]]


@asynccontextmanager
async def stream(client: Client, last: str = "", **headers: str) -> AsyncIterator[Letters]:
    """A page that reads."""
    query = {"session": SESSION, "last": last}
    async with client.get("/chat/stream", params=query, headers=headers) as response:
        assert response.status == 200 and response.content_type == "text/event-stream"
        yield Letters(response)


# ---------------------------------------------------------------------------------------------- a conversation


async def test_a_message_is_answered_over_the_stream(client: Client) -> None:
    async with stream(client) as letters:
        answer = await post(client, text="こんばんは")
        assert await letters.next() == ["tiny 1: こんばんは"]
    assert answer == {
        "outcome": "answered",
        "trace": {"risk": "none", "flow": "tiny", "step": "ask", "why": []},
    }


async def test_a_page_that_comes_later_gets_what_waits(client: Client) -> None:
    await post(client, text="a")
    await post(client, text="b")
    async with stream(client) as letters:
        assert [await letters.next(), await letters.next()] == [["tiny 1: a"], ["tiny 2: b"]]


@pytest.mark.parametrize("way", ["query", "header"])
async def test_a_page_that_comes_back_gets_nothing_twice(client: Client, way: str) -> None:
    await post(client, text="a")
    await post(client, text="b")
    async with stream(client) as letters:
        await letters.next()
        first = letters.last
    again = stream(client, first) if way == "query" else stream(client, "", **{"Last-Event-ID": first})
    async with again as letters:
        assert await letters.next() == ["tiny 2: b"]


async def test_two_pages_of_one_session_both_read(client: Client) -> None:
    async with stream(client) as one, stream(client) as other:
        await post(client, text="a")
        assert await one.next() == await other.next() == ["tiny 1: a"]


async def test_a_message_that_is_sent_twice_counts_once(client: Client) -> None:
    again = str(uuid4())
    assert (await post(client, text="a", id=again))["outcome"] == "answered"
    assert await post(client, text="a", id=again) == {"outcome": "duplicate", "trace": None}
    await post(client, text="b")
    async with stream(client) as letters:
        assert [await letters.next(), await letters.next()] == [["tiny 1: a"], ["tiny 2: b"]]


async def test_sessions_do_not_meet(client: Client) -> None:
    await post(client, text="a", session=str(uuid4()))
    await post(client, text="b")
    async with stream(client) as letters:
        assert await letters.next() == ["tiny 1: b"]


def test_the_clock_of_the_page_is_the_moment_of_the_turn(clock: Clock) -> None:
    chat = Chat(NoCore(), KEYRING, clock, Words)
    told = adapter.Said.model_validate_json(json.dumps(said(text="a", now="2026-11-24T12:00")))
    assert chat.incoming(told).received_at.isoformat() == "2026-11-24T12:00:00+09:00"
    plain = adapter.Said.model_validate_json(json.dumps(said(text="a")))
    assert chat.incoming(plain).received_at == clock()


async def test_both_looks_are_in_a_letter(client: Client) -> None:
    await post(client, text="help")
    async with client.get("/chat/stream", params={"session": SESSION}) as response:
        async with asyncio.timeout(10):
            async for line in response.content:
                if line.startswith(b"data: "):
                    break
        letter = json.loads(line.removeprefix(b"data: "))
    assert letter["line"][1]["type"] == "flex"
    assert letter["discord"][1]["embeds"][0]["title"] == "よりそい"


# ---------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("", "body"),
        ("no json", "body"),
        ("[" * 30_000, "body"),
        ("[]", "body"),
        (said(), "exactly one"),
        (said(text="a", tap="a.b.c@v"), "exactly one"),
        (said(text=""), "text"),
        (said(text="  \n"), "text"),
        (said(text=1), "text"),
        (said(text="あ" * 5001), "longer"),
        (said(text="𠮷" * 2501), "longer"),
        (said(text="a" * 2001, platform="discord"), "longer"),
        ('{"text": "\\ud800"}', "body"),
        (said(tap="nothing"), "tap"),
        (said(tap="a" * 90 + ".b.c@verylong"), "tap"),
        (said(event="follow"), "event"),
        (said(event={"kind": "beacon"}), "event.kind"),
        (said(event={"kind": "sticker", "text": "a" * 201}), "event.text"),
        (said(event={"kind": "sticker", "more": 1}), "event.more"),
        (said(text="a", more=1), "more"),
        (said(text="a", platform="slack"), "platform"),
        (said(text="a", session="me"), "session"),
        (said(text="a", id="1"), "id"),
        (said(text="a", now="tomorrow"), "now"),
        (said(text="a", now="0001-01-01T00:00"), "now"),
        (said(text="a", now="9999-12-31T23:59"), "now"),
        (said(text="a", now=1), "now"),
    ],
)
async def test_a_bad_message_is_refused_and_not_repeated(client: Client, body: Any, where: str) -> None:
    data = body if isinstance(body, str) else json.dumps(body)
    headers = {"Content-Type": "application/json"}
    async with client.post("/chat", data=data.encode("utf-8", "surrogatepass"), headers=headers) as response:
        assert response.status == 400
        error = (await response.json())["error"]
    assert where in error
    assert "あああ" not in error and "nothing" not in error


async def test_a_text_of_the_greatest_length_fits(client: Client) -> None:
    text = "あ" * 5000
    async with client.post("/chat", data=json.dumps(said(text=text)), headers=JSON) as response:
        assert response.status == 200


JSON = {"Content-Type": "application/json"}


async def test_a_great_body_is_refused(client: Client) -> None:
    async with client.post("/chat", data=b" " * (BODY + 1), headers=JSON) as response:
        assert response.status == 413


async def test_another_kind_of_body_is_refused(client: Client) -> None:
    async with client.post("/chat", data=json.dumps(said(text="a"))) as response:
        assert response.status == 415


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://bot.example"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://anything.example"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://bot.example"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
    ],
)
async def test_only_our_own_page_may_ask(client: Client, headers: dict[str, str], allowed: bool) -> None:
    async with client.post("/chat", json=said(text="a"), headers=headers) as response:
        assert response.status == (200 if allowed else 403)
    query = {"session": SESSION}
    async with client.get("/chat/stream", params=query, headers=headers) as response:
        assert response.status == (200 if allowed else 403)


async def test_the_page_under_its_own_host_may_ask(client: Client) -> None:
    origin = str(client.make_url("/")).rstrip("/")
    async with client.post("/chat", json=said(text="a"), headers={"Origin": origin}) as response:
        assert response.status == 200


@pytest.mark.parametrize("query", [{}, {"session": "x"}, {"session": SESSION, "more": "1"}])
async def test_a_stream_for_nobody_is_refused(client: Client, query: dict[str, str]) -> None:
    async with client.get("/chat/stream", params=query) as response:
        assert response.status == 400


async def test_one_conversation_has_few_readers(client: Client) -> None:
    responses = [await client.get("/chat/stream", params={"session": SESSION}) for _ in range(READERS + 1)]
    assert [response.status for response in responses] == [200] * READERS + [503]
    for response in responses:
        response.close()


class NoCore:
    """For what never comes so far."""

    async def handle(self, incomings: Any) -> Any:
        raise AssertionError
