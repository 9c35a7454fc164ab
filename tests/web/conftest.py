"""A real Chromium, a running bot, and pages that were greeted."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import (
    Browser,
    async_playwright,
)

from bot.guide import Guide
from tests.parts import missing
from tests.support import book
from tests.tiny import TinyContent
from tests.web.chatting import Client, Words, chatting
from tests.web.tab import DESKTOP, PHONE, Tab, new_tab


@pytest.fixture
async def chromium(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    """The system's Chromium; a parameter is the size of its letters, in pixels."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium", "install the package chromium")
    async with async_playwright() as playwright:
        letters = f"--blink-settings=defaultFontSize={getattr(request, 'param', 16)}"
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", letters])
        yield browser
        await browser.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a running bot without platforms; it is Sunday night."""
    async with chatting(tmp_path, Guide(book()), lambda: book().pages.chat) as app, TestServer(app) as server:
        yield str(server.make_url("/"))


@pytest.fixture
async def tab(chromium: Browser, site: str) -> AsyncIterator[Tab]:
    """A page on a wide screen that was greeted. Nothing may be said on its console, of CSP or else."""
    context = await chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")
    tab = await new_tab(context)
    await tab.open(site)
    yield tab
    assert tab.complaints == []
    await context.close()


@pytest.fixture
async def phone(chromium: Browser, site: str) -> AsyncIterator[Tab]:
    """The same on a small phone, by night."""
    context = await chromium.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce", color_scheme="dark"
    )
    tab = await new_tab(context)
    await tab.open(site)
    yield tab
    assert tab.complaints == []
    await context.close()


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """The adapter in front of the real core and store, and of a content that repeats what it hears."""
    async with chatting(tmp_path, TinyContent(), Words) as app, TestClient(TestServer(app)) as client:
        yield client
