"""The operators' pages in a real Chromium on a phone, in front of the whole bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession, CookieJar
from playwright.async_api import Browser, Page, expect

from bot.database import Database, totals
from bot.process import Bot
from bot.settings import Settings
from bot.totals import merged
from bot.web.access import TRIES
from flows.listing.missing import missing_towns
from tests.support import SUNDAY_NIGHT, book
from tests.test_guide import folder
from tests.tiny import SECRET, Clock
from tests.web.tab import PHONE


@pytest.fixture
async def content(tmp_path: Path) -> Path:
    """The working copy."""
    return folder(tmp_path)


@pytest.fixture
async def bot(tmp_path: Path, content: Path) -> AsyncIterator[Bot]:
    """The whole bot, with two operators."""
    env = {
        "PORT": "0",
        "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
        "CONTENT_DIR": str(content),
        "BOT_SECRET": SECRET,
        "ADMIN_TOKENS": "はな:a-token,jiro:another-token",
    }
    clock = Clock()
    bot = Bot(Settings.load(env), lambda _: None, clock=clock, pause=clock.pause)
    await bot.start()
    yield bot
    await bot.stop()


@pytest.fixture
async def phone(chromium: Browser) -> AsyncIterator[Page]:
    """A phone on which nothing is complained about but wrong tokens."""
    context = await chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = await context.new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    assert [text for text in complaints if "401" not in text] == []
    await context.close()


async def login(bot: Bot, page: Page, name: str = "はな", token: str = "a-token") -> None:
    await page.goto(f"http://127.0.0.1:{bot.port}/admin")
    await page.get_by_label("名前").fill(name)
    await page.get_by_label("合い言葉").fill(token)
    await page.get_by_role("button", name="入る").click()


async def fits(page: Page) -> None:
    """Nothing is wider than the phone."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_an_operator_looks_around(bot: Bot, phone: Page) -> None:
    await login(bot, phone, token="wrong")
    await expect(phone.get_by_role("alert")).to_contain_text("ちがいます")
    await talk(bot, people=6)
    await login(bot, phone)
    await expect(phone.get_by_role("heading", name="はじまった会話")).to_be_visible()
    plot = phone.get_by_role("img", name="はじまった会話")
    await expect(plot.locator("rect title")).to_have_text("11/22: 5")
    await phone.locator("summary").first.click()
    await expect(phone.locator("#table-start td").last).to_have_text("5")
    await fits(phone)
    cookie = next(one for one in await phone.context.cookies() if one["name"] == "admin")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert "a-token" not in cookie["value"]

    await phone.get_by_role("link", name="会話", exact=True).click()
    await expect(phone.get_by_role("link", name="greeting.voice")).to_be_visible()
    await phone.get_by_role("link", name="あいさつと案内").click()
    await expect(phone.locator("#voice .stops")).to_contain_text("5人")
    await expect(phone.locator("#welcome_back")).to_contain_text("menu")
    await fits(phone)
    picture = phone.locator(".diagram")
    assert await picture.evaluate("one => one.scrollWidth > one.clientWidth")
    full = await picture.locator("svg").get_attribute("width")
    await phone.get_by_role("link", name="50%", exact=True).click()
    assert int(await picture.locator("svg").get_attribute("width") or 0) == int(full or 0) // 2
    box = picture.locator('a[data-step="greeting.voice"]')
    await expect(box).to_contain_text("5人がここで止まっています")
    await box.click()
    await expect(phone.get_by_role("heading", name="greeting.voice")).to_be_visible()
    await phone.go_back()
    await phone.get_by_role("link", name="menu_mine", exact=True).first.click()
    await phone.locator("#menu_mine h3 a").click()
    for platform in ("LINE", "Discord"):
        section = phone.get_by_role("region", name=platform).first
        await expect(section).to_contain_text("話を聞いてほしい")
    await fits(phone)

    await phone.get_by_role("link", name="さがす").click()
    await phone.get_by_label("さがす言葉").fill("おかえりなさい")
    await phone.get_by_role("button", name="さがす").click()
    await expect(phone.get_by_role("link", name="greeting.welcome_back").first).to_be_visible()
    await expect(phone.locator("mark").first).to_have_text("おかえりなさい")
    await phone.get_by_role("button", name="出る").click()
    await expect(phone.get_by_label("合い言葉")).to_be_visible()


async def test_a_desk_is_checked_published_and_taken_back(bot: Bot, phone: Page, content: Path) -> None:
    await login(bot, phone)
    await phone.get_by_role("link", name="窓口の確認").click()
    first = phone.locator("tbody tr").first
    id = await first.locator('input[name="id"]').get_attribute("value")
    await first.get_by_role("button").click()
    await expect(phone.get_by_role("status")).to_contain_text(f"{id} を書きかえました")
    await fits(phone)
    tables = [path.read_text(encoding="utf-8") for path in (content / "desks").glob("*.csv")]
    row = next(line for text in tables for line in text.splitlines() if line.startswith(f"{id},"))
    assert f"{SUNDAY_NIGHT:%Y-%m-%d}" in row

    before = book().version
    await phone.get_by_role("link", name="公開").click()
    await expect(phone.get_by_text("窓口: 1件が変わります")).to_be_visible()
    await phone.get_by_role("button", name="公開する").click()
    await expect(phone.get_by_role("status")).to_contain_text("版")
    await phone.get_by_role("link", name="公開").first.click()
    await phone.get_by_role("button", name="前の版にもどす").click()
    await expect(phone.get_by_role("status")).to_contain_text(before)


async def test_an_emergency_number_takes_two_names(bot: Bot, content: Path) -> None:
    table = content / "desks" / "national.csv"
    async with browser() as one, browser() as two:
        first, second = (
            await forms(bot, one, "はな", "a-token"),
            await forms(bot, two, "jiro", "another-token"),
        )
        for _ in range(2):  # the same name twice is one name
            assert "別の名前の人" in await recheck(bot, one, first, "fire-119")
        assert "recheck:2026-11-22" in table.read_text(encoding="utf-8")
        assert "fire-119 を書きかえました" in await recheck(bot, two, second, "fire-119")
    row = next(line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("fire-119"))
    assert "2026-11-22" in row
    assert "recheck" not in row


async def test_a_new_number_that_is_dialled_in_danger_takes_two_names(bot: Bot, content: Path) -> None:
    table, id, new = content / "desks" / "national.csv", "inochi-sos-tel", "0120-000-000"

    def row() -> str:
        return next(line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith(id))

    async with browser() as one, browser() as two:
        first, second = (
            await forms(bot, one, "はな", "a-token"),
            await forms(bot, two, "jiro", "another-token"),
        )
        for _ in range(2):
            assert "別の名前の人" in await recheck(bot, one, first, id, new)
            assert f",{new}," not in row()
        assert "別の名前の人" in await recheck(bot, two, second, id, "0120-000-001")
        assert f"{id} を書きかえました" in await recheck(bot, one, first, id, "0120-000-001")
    assert ",0120-000-001," in row()
    assert "recheck" not in row()


async def test_119_is_no_number_of_a_town(bot: Bot, content: Path) -> None:
    before = (content / "desks" / "municipal.csv").read_bytes()
    town = next(missing_towns(book().directory, book().gazetteer))
    async with browser() as http:
        data = {
            "form": await forms(bot, http, "はな", "a-token"),
            "id": town.id,
            "name": "a",
            "url": town.url,
        }
        url = f"http://127.0.0.1:{bot.port}/admin/missing"
        async with http.post(url, data={**data, "contact": "119"}) as response:
            assert "kind が emergency の行だけ" in await response.text()
    assert (content / "desks" / "municipal.csv").read_bytes() == before


async def test_a_number_that_cannot_be_dialled_changes_nothing(bot: Bot, content: Path) -> None:
    before = (content / "desks" / "national.csv").read_bytes()
    async with browser() as http:
        form = await forms(bot, http, "はな", "a-token")
        told = await recheck(bot, http, form, "police-9110", contact="12-34")
    assert "書きかえませんでした" in told
    assert (content / "desks" / "national.csv").read_bytes() == before


async def test_no_form_of_others_and_nobody_without_a_login(bot: Bot) -> None:
    url = f"http://127.0.0.1:{bot.port}/admin"
    async with browser() as http:
        for path in ("", "/flows", "/desks", "/publish", "/step/greeting/voice"):
            async with http.get(url + path) as response:
                assert response.status == 401
        form = await forms(bot, http, "はな", "a-token")
        for forged in ("", form[:-1], "あ"):
            async with http.post(f"{url}/publish", data={"form": forged}) as response:
                assert response.status == 403


async def test_wrong_tries_are_bounded(bot: Bot) -> None:
    url = f"http://127.0.0.1:{bot.port}/admin/login"
    clock = bot.clock
    assert isinstance(clock, Clock)
    async with ClientSession() as http:
        for _ in range(TRIES):
            async with http.post(url, data={"name": "nobody", "token": "x"}) as response:
                assert response.status == 401
        right = {"name": "jiro", "token": "another-token"}
        async with http.post(url, data=right, allow_redirects=False) as response:
            assert response.status == 429
        clock.pass_(minutes=6)
        async with http.post(url, data=right, allow_redirects=False) as response:
            assert response.status == 303


async def test_without_tokens_there_is_no_page(tmp_path: Path, content: Path) -> None:
    env = {"PORT": "0", "DATABASE_URL": f"sqlite:///{tmp_path}/b.db", "CONTENT_DIR": str(content)}
    bot = Bot(Settings.load({**env, "BOT_SECRET": SECRET}), lambda _: None, clock=Clock())
    await bot.start()
    async with ClientSession() as http, http.get(f"http://127.0.0.1:{bot.port}/admin") as response:
        assert response.status == 404
    await bot.stop()


def test_small_counts_are_merged_until_they_are_five() -> None:
    day = SUNDAY_NIGHT.date()
    days = {day + timedelta(n): count for n, count in enumerate([1, 3, 2, 9, 1])}
    sums = [(one.first, one.last, one.count) for one in merged(days)]
    assert sums == [(day, day + timedelta(2), 5), (day + timedelta(3), day + timedelta(4), 10)]
    assert merged({day: 4}) == []


def browser() -> ClientSession:
    """Keeps cookies, also those of an address without a name."""
    return ClientSession(cookie_jar=CookieJar(unsafe=True))


async def talk(bot: Bot, people: int) -> None:
    """That many people are greeted in the chat page."""
    async with ClientSession() as http:
        for _ in range(people):
            said = {
                "session": str(uuid4()),
                "id": str(uuid4()),
                "platform": "line",
                "event": {"kind": "follow"},
            }
            async with http.post(f"http://127.0.0.1:{bot.port}/chat", json=said) as response:
                assert response.status == 200


async def test_only_ways_of_the_content_are_counted(bot: Bot, tmp_path: Path) -> None:
    """A button that somebody made up, with words of their own, leaves nothing behind."""
    session = str(uuid4())
    good, forged = "greeting.voice.me@x", "greeting.voice.my_own_words@x"
    async with ClientSession() as http:
        for tap in (forged, *[good] * 5):
            said = {"session": session, "id": str(uuid4()), "platform": "line", "tap": tap}
            async with http.post(f"http://127.0.0.1:{bot.port}/chat", json=said) as response:
                assert response.status == 200
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    async with database.read() as connection:
        rows = (await connection.execute(sa.select(totals).where(totals.c.kind == "way"))).all()
    await database.close()
    assert [tuple(row)[2:] for row in rows] == [("greeting.voice.me", 5)]


async def forms(bot: Bot, http: ClientSession, name: str, token: str) -> str:
    """Logs in; returns the token that a form carries."""
    url = f"http://127.0.0.1:{bot.port}/admin"
    async with http.post(f"{url}/login", data={"name": name, "token": token}) as response:
        text = await response.text()
    return text.partition('name="form" value="')[2].partition('"')[0]


async def recheck(bot: Bot, http: ClientSession, form: str, id: str, contact: str = "") -> str:
    data = {"form": form, "id": id, "contact": contact}
    async with http.post(f"http://127.0.0.1:{bot.port}/admin/desks", data=data) as response:
        return await response.text()
