"""What docs/ja tells operators to do, done: the steps are read from the pages, and their clicks counted.

［X］ in a step is what is pressed, ［X］の欄 a field; a block of code is a command; the rest of a step is for people.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook as File
from playwright.async_api import Browser, Locator, Page, expect

from bot.process import Bot
from flows.listing.missing import missing_towns
from tests.support import ROOT, book
from tests.test_workbooks import add, put
from tests.tiny import SECRET
from tests.web.tab import PHONE, word
from tests.web.test_admin import bot, content, login, talk  # noqa: F401 (fixtures)

_STEP = re.compile(r"(?m)^\d+\. (.*(?:\n(?: {3}.*|))*)")
_PRESSED = re.compile(r"［([^］]+)］(の欄)?")
_COMMAND = re.compile(r"```\n\s*python -m (.*)\n\s*```")


@dataclass
class Walkthrough:
    """One numbered list of the docs, and somebody who follows it.

    Args:
        page: the browser, logged in.
        env: of the commands.
        home: where the commands run.
        special: what is pressed or filled in, where the docs describe it or there are many of its name.
        fields: what is written into fields, by their labels.
    """

    page: Page
    env: Mapping[str, str]
    home: Path
    special: Mapping[str, Callable[[Page], Locator]] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    clicks: int = 0

    async def follow(self, file: str, heading: str, edit: Callable[[File], None] | None = None) -> None:
        """Does every step; after a command that exports, `edit` is done to the workbook."""
        text = (ROOT / "docs" / "ja" / file).read_text(encoding="utf-8")
        section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        steps = _STEP.findall(section)
        promised = re.search(r"押すのは、(\d+)回です", section)
        assert steps and promised, f"docs/ja/{file} has no steps below {heading}"
        for step in steps:
            for name, is_field in _PRESSED.findall(step):
                await self._press(name, fill=bool(is_field))
            if command := _COMMAND.search(step):
                await self._run(command[1])
            if edit and "を開き" in step and ".xlsx" in step:
                workbook = load_workbook(self.home / "content.xlsx")
                edit(workbook)
                workbook.save(self.home / "content.xlsx")
        assert self.clicks == int(promised[1]), heading

    async def _press(self, name: str, *, fill: bool) -> None:
        named = self.page.locator("a, button, summary").filter(has_text=re.compile(f"^{name}"))
        meant = named.locator("visible=true").first
        there = self.special[name](self.page) if name in self.special else meant
        if fill:
            await there.fill(self.fields[name])
            return
        await there.click()
        self.clicks += 1

    async def _run(self, command: str) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *command.split(), cwd=self.home, env={**os.environ, **self.env},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        told, _ = await process.communicate(b"y\n")
        assert process.returncode == 0, told.decode()


@pytest.fixture
async def operator(
    bot: Bot,  # noqa: F811
    content: Path,  # noqa: F811
    chromium: Browser,
    tmp_path: Path,
) -> AsyncIterator[Walkthrough]:
    """Somebody who is logged in on a phone."""
    context = await chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    await context.route(lambda url: "127.0.0.1" not in url, lambda route: route.abort())
    page = await context.new_page()
    page.set_default_timeout(120_000)  # a plan loads the content several times
    await login(bot, page)
    env = {
        "PYTHONPATH": str(ROOT),
        "CONTENT_DIR": str(content),
        "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
        "BOT_SECRET": SECRET,
    }
    yield Walkthrough(page, env, tmp_path)
    await context.close()


async def chat(bot: Bot, page: Page) -> Page:  # noqa: F811
    """The chat page of somebody new."""
    browser = page.context.browser
    assert browser
    fresh = await (await browser.new_context(viewport=PHONE)).new_page()
    await fresh.goto(f"http://127.0.0.1:{bot.port}/")
    return fresh


async def in_use(bot: Bot, page: Page, before: str) -> str:  # noqa: F811
    """The version that the bot uses, once it has taken another than `before`; the overview tells."""
    for _ in range(600):
        await page.goto(f"http://127.0.0.1:{bot.port}/admin")
        version = (await page.locator("main p").first.inner_text()).split()[-1]
        if version != before:
            return version
    raise AssertionError("no new version was taken")


async def test_a_sentence_is_changed(bot: Bot, operator: Walkthrough) -> None:  # noqa: F811
    said = "はじめまして。灯です。今は、ためしに動かしています（試験運用中）。"
    await operator.follow(
        "writers.md", "文を1つ直す", put("greeting", ("hello_trial", "text", "ja", "1"), "文", said)
    )
    await in_use(bot, operator.page, book().version)
    page = await chat(bot, operator.page)
    await expect(page.get_by_role("log")).to_contain_text(said, timeout=30_000)


async def test_a_desk_is_added(bot: Bot, operator: Walkthrough) -> None:  # noqa: F811
    row = {
        "id": "town-20204", "show": "yes", "like": "jiritsu-soudan", "name": "岡谷市の相談窓口", "area": "20204",
        "channels": "phone", "contact": "0266-00-0000", "url": "https://www.city.okaya.lg.jp/",
        "checked_on": "2026-11-22",
    }  # fmt: skip
    await operator.follow("writers.md", "窓口を1つ足す", add("窓口 municipal", **row))
    await in_use(bot, operator.page, book().version)
    page = await chat(bot, operator.page)
    box = page.get_by_role("textbox", name=word("message"))
    await box.fill("岡谷市の相談先")
    await box.press("Enter")
    await page.locator("#chips button", has_text="電話").click()
    await expect(page.get_by_role("log")).to_contain_text("岡谷市の相談窓口", timeout=30_000)


async def test_where_most_people_stop_is_found(bot: Bot, operator: Walkthrough) -> None:  # noqa: F811
    await talk(bot, people=6)
    operator.special = {
        "いちばん上の名前": lambda page: page.locator("h2:has-text('止まっている人') + div a").first,
        "太いわくの箱": lambda page: page.locator(".diagram a.stopped").first,
    }
    await operator.follow("staff.md", "止まっている人が多いステップを見つける")
    await expect(operator.page.get_by_role("heading", name="greeting.voice")).to_be_visible()
    await expect(operator.page.get_by_role("region", name="LINE").first).to_be_visible()


async def test_a_desk_is_checked_and_taken_back(bot: Bot, operator: Walkthrough) -> None:  # noqa: F811
    await operator.follow("staff.md", "窓口を確かめる")
    changed = await in_use(bot, operator.page, book().version)
    operator.clicks = 0
    await operator.follow("staff.md", "前の版にもどす")
    assert await in_use(bot, operator.page, changed) == book().version


async def test_a_missing_desk_is_recorded(bot: Bot, operator: Walkthrough) -> None:  # noqa: F811
    town = next(missing_towns(book().directory, book().gazetteer))
    prefecture = book().gazetteer.areas[town.area.code[:2]].name
    operator.special = {
        "県の名前": lambda page: page.locator("summary", has_text=prefecture),
        "番号やアドレス": lambda page: page.locator(f"#{town.id} input[name=contact]"),
        "今日、公式のページで見た": lambda page: page.locator(f"#{town.id} button"),
    }
    operator.fields = {"番号やアドレス": "0120-000-000"}
    await operator.page.goto(f"http://127.0.0.1:{bot.port}/admin/missing")
    held = await operator.page.locator("ul.missing li").count()
    assert held == 43 + 302  # centres and municipalities, as the tables have them
    await operator.follow("staff.md", "まだ番号を出せない窓口を足す")
    await in_use(bot, operator.page, book().version)
    await operator.page.goto(f"http://127.0.0.1:{bot.port}/admin/missing")
    await expect(operator.page.get_by_role("heading", name="市区町村（301か所）")).to_be_visible()
