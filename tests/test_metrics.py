"""`GET /metrics` of a whole bot: what it counts, and for whom it opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from bot.process import Bot
from bot.settings import Settings
from tests.line.conftest import bot_on_line
from tests.line.standin import Line, Phone
from tests.support import CONTENT
from tests.tiny import SECRET, Clock

TOKENS = "first:a token of the tests,second:another token of the tests"


async def scraped(http: ClientSession, bot: str) -> dict[str, float]:
    """Every sample by its name and labels."""
    headers = {"Authorization": "Bearer another token of the tests"}
    async with http.get(f"{bot}/metrics", headers=headers) as response:
        assert response.status == 200
        families = text_string_to_metric_families(await response.text())
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in families
        for sample in family.samples
    }


async def test_everything_that_happens_is_counted(tmp_path: Path) -> None:
    line, clock = Line(), Clock()
    async with (
        bot_on_line(tmp_path, line, clock, {"ADMIN_TOKENS": TOKENS}) as bot,
        ClientSession() as http,
    ):
        phone = Phone(f"http://127.0.0.1:{bot.port}", line, http)
        before = await scraped(http, phone.bot)  # other tests in this process count, too
        line.faults.append("500")
        event = phone.text("もう死にたい")
        await phone.answer(event)
        event["deliveryContext"]["isRedelivery"] = True
        assert await phone.send(event) == 200
        await phone.say("うん")
        late = phone.text("眠れない")
        line.expire()
        assert await phone.send(late) == 200
        await phone.say("うん")
        now = await scraped(http, phone.bot)
    grew = {name: value - before.get(name, 0) for name, value in now.items()}
    assert grew["tomoshibi_turns_total['answered', 'high']"] == 1
    assert grew["tomoshibi_turns_total['duplicate', 'none']"] == 1
    assert grew["tomoshibi_turn_seconds_count[]"] == 5
    assert grew["tomoshibi_redeliveries_total[]"] == 1
    assert grew["tomoshibi_sends_total['answer', 'line', 'retry']"] == 1
    assert grew["tomoshibi_sends_total['answer', 'line', 'refused']"] == 1
    assert grew["tomoshibi_dropped_total['answer', 'line', 'none']"] == 1
    assert now["tomoshibi_outbox_oldest_seconds[]"] >= 0


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", "Basic another token of the tests", "Bearer あ"]
)
async def test_nobody_else_reads_them(tmp_path: Path, header: str) -> None:
    line = Line()
    async with (
        bot_on_line(tmp_path, line, Clock(), {"ADMIN_TOKENS": TOKENS}) as bot,
        ClientSession() as http,
        http.get(f"http://127.0.0.1:{bot.port}/metrics", headers={"Authorization": header}) as response,
    ):
        assert response.status == 401
        assert "tomoshibi" not in await response.text()


async def test_a_worker_alone_has_them_and_no_page_or_webhook(tmp_path: Path, postgres_url: str) -> None:
    clock = Clock()
    environment = {
        "PORT": "0",
        "DATABASE_URL": postgres_url,
        "BOT_SECRET": SECRET,
        "CONTENT_DIR": str(CONTENT),
        "ADMIN_TOKENS": TOKENS,
        "WEB_CHAT": "on",
    }
    bot = Bot(Settings.load(environment), lambda _: None, "worker", clock, clock.pause)
    await bot.start()
    try:
        async with ClientSession(f"http://127.0.0.1:{bot.port}") as http:
            assert (await scraped(http, ""))["tomoshibi_outbox_parcels[]"] == 0
            statuses = {}
            for path in ("/healthz", "/readyz", "/", "/admin", "/privacy", "/line/webhook"):
                async with http.get(path) as response:
                    statuses[path] = response.status
        assert list(statuses.values()) == [200, 200, 404, 404, 404, 404]
    finally:
        await bot.stop()


async def test_without_tokens_there_are_none(tmp_path: Path) -> None:
    async with (
        bot_on_line(tmp_path, Line(), Clock()) as bot,
        ClientSession() as http,
        http.get(f"http://127.0.0.1:{bot.port}/metrics") as response,
    ):
        assert response.status == 404
