"""A person at the chat page, and what the engine would say to the same person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.async_api import (
    BrowserContext,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from flows.model import Event, Reply, Turn
from flows.play import Session
from tests.support import SUNDAY_NIGHT, book

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


@dataclass
class Tab:
    """A person at the page, and what the engine would say to the same person."""

    page: Page
    session: Session
    complaints: list[str] = field(default_factory=list)
    bot: int = 0
    turn: Turn | None = None  # the last one

    @property
    def reply(self) -> Reply:
        assert self.turn
        return self.turn.reply

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def chips(self) -> Locator:
        return self.page.locator("#chips button")

    @property
    def answers(self) -> Locator:
        return self.log.locator(".entry:has(.row.bot)")

    async def open(self, url: str) -> None:
        """Opens the page for the first time: the bot greets."""
        await self.page.goto(url)
        await self.gets(self.session.send(Event("follow")))

    async def types(self, text: str) -> None:
        box = self.page.get_by_role("textbox", name=word("message"))
        await box.fill(text)
        await box.press("Enter")
        await self.gets(self.session.type(text))

    async def taps(self, button: Locator) -> None:
        label = await button.inner_text()
        await button.click()
        await self.gets(self.session.tap(label))

    async def gets(self, turn: Turn) -> None:
        """One more answer, which says what the engine says."""
        self.bot, self.turn = self.bot + 1, turn
        await expect(self.answers).to_have_count(self.bot)
        shown = await self.answers.last.inner_text()
        for text in said(turn.reply):
            assert squeezed(text) in squeezed(shown)

    async def looks_like(self, platform: str) -> None:
        """Switches to LINE or Discord, as on a wide screen."""
        await self.page.get_by_role("radio", name=word(platform)).check()
        await expect(self.page.locator("body")).to_have_attribute("data-platform", platform)


def word(key: str) -> str:
    return book().pages.chat[key]


def said(reply: Reply) -> list[str]:
    """Everything that a person must be able to read."""
    texts = [message.text for message in reply.messages if message.text]
    return texts + [t for m in reply.messages for card in m.cards for t in (card.title, *card.lines)]


def labels(reply: Reply) -> list[str]:
    return [button.label for button in reply.choices]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


async def new_tab(context: BrowserContext) -> Tab:
    page = await context.new_page()
    tab = Tab(page, Session(book(), SUNDAY_NIGHT))
    page.on("console", lambda message: tab.complaints.append(message.text))
    page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    page.set_default_timeout(10_000)
    return tab
