"""`python -m tests.pictures`: the pictures of docs/ja, from the real pages of a bot that some people talked to."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Page, async_playwright

from bot.database import Database
from bot.process import Bot
from bot.settings import Settings
from bot.totals import add
from tests.support import ROOT, SUNDAY_NIGHT
from tests.test_guide import folder
from tests.tiny import SECRET, Clock
from tests.web.tab import PHONE
from tests.web.test_admin import login, talk

TO = ROOT / "docs" / "ja" / "pictures"
#: What the pictures show, by the path of the page; made up, as nobody's numbers may stand in a picture.
PAGES: Mapping[str, str] = {
    "numbers": "/admin",
    "diagram": "/admin/flow/greeting?zoom=75",
    "preview": "/admin/step/greeting/voice",
    "desks": "/admin/desks",
    "missing": "/admin/missing",
    "publish": "/admin/publish",
}


async def _made_up(path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.begin() as connection:
        for day in range(28):
            counts = {("start", ""): 5 + day * 7 % 11, ("turn", ""): 40 + day * 13 % 37}
            ways = {("way", "greeting.voice.me"): 3, ("way", "greeting.voice.family"): 2}
            await add(connection, SUNDAY_NIGHT.date() - timedelta(day), Counter(counts | ways))
        for name, count in (("useful", 23), ("a_little", 14), ("not_useful", 6), ("no_answer", 9)):
            await add(
                connection, SUNDAY_NIGHT.date(), Counter({("way", f"talk_first.helpful.{name}"): count})
            )
    await database.close()


async def _taken(page: Page, bot: Bot) -> None:
    await login(bot, page)
    for name, path in PAGES.items():
        await page.goto(f"http://127.0.0.1:{bot.port}{path}")
        await page.screenshot(path=TO / f"{name}.png")
        print(f"docs/ja/pictures/{name}.png")


async def main() -> None:
    """Writes all pictures."""
    TO.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        env = {
            "PORT": "0",
            "DATABASE_URL": f"sqlite:///{home}/bot.db",
            "CONTENT_DIR": str(folder(home)),
            "BOT_SECRET": SECRET,
            "ADMIN_TOKENS": "はな:a-token",
        }
        clock = Clock()
        bot = Bot(Settings.load(env), lambda _: None, clock=clock, pause=clock.pause)
        await bot.start()
        await talk(bot, people=16)
        await _made_up(home / "bot.db")
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            await _taken(await browser.new_page(viewport=PHONE), bot)
            await browser.close()
        await bot.stop()


if __name__ == "__main__":
    asyncio.run(main())
