"""The chat page's switches, and that everybody can use it, in a real Chromium."""

from __future__ import annotations

import re
from itertools import product

import pytest
from playwright.async_api import (
    Page,
    expect,
)

from flows.model import Event
from flows.play import Session
from tests.contrast import contrast, luminance
from tests.support import SUNDAY_NIGHT, TUESDAY_NOON, book
from tests.web.tab import PHONE, Tab, said, word

# ---------------------------------------------------------------------------------------------- switches


async def test_the_clock_changes_what_is_said(tab: Tab) -> None:
    await tab.page.get_by_label(word("clock_at")).fill("2026-11-24T12:00")
    tab.session.now = TUESDAY_NOON
    await tab.types("死にたい")
    noon = said(tab.reply)
    await tab.page.get_by_role("button", name=word("restart")).click()
    tab.session, tab.bot = Session(book(), TUESDAY_NOON), 0
    await tab.gets(tab.session.send(Event("follow")))
    await tab.page.get_by_role("button", name=word("clock_use_now"), exact=True).click()
    tab.session.now = SUNDAY_NIGHT
    await tab.types("死にたい")
    assert said(tab.reply) != noon


async def test_sunday_night_is_one_press_away(tab: Tab) -> None:
    await tab.page.get_by_role("button", name=word("clock_use_sunday")).click()
    chosen = await tab.page.get_by_label(word("clock_at")).input_value()
    assert chosen.endswith("T23:10")
    await expect(tab.page.locator("#moment-time")).to_contain_text("(日) 23:10")
    await expect(tab.log.locator(".note").last).to_contain_text("(日) 23:10")


async def test_those_who_write_see_why(tab: Tab) -> None:
    await tab.types("死にたい")
    await tab.page.get_by_text(word("writers"), exact=True).click()
    assert tab.turn
    trace = tab.turn.trace
    await expect(tab.page.locator("#trace-flow")).to_have_text(trace.flow)
    await expect(tab.page.locator("#trace-step")).to_have_text(trace.step)
    await expect(tab.page.locator("#trace-risk")).to_have_text("high")
    await expect(tab.page.locator("#trace-why")).to_have_text("、".join(trace.why))


async def test_light_and_dark(phone: Tab, tab: Tab) -> None:
    assert luminance(await ground(phone.page)) < 0.05
    assert luminance(await ground(tab.page)) > 0.7
    await tab.page.get_by_role("radio", name=word("theme_dark")).check()
    assert await ground(tab.page) == await ground(phone.page)
    await tab.page.reload()
    assert await ground(tab.page) == await ground(phone.page)
    await tab.page.get_by_role("radio", name=word("theme_auto")).check()
    assert luminance(await ground(tab.page)) > 0.7


async def ground(page: Page) -> str:
    return (await palette(page))["ground"]


async def palette(page: Page) -> dict[str, str]:
    """The colours in use, by name, as `#rrggbb`."""
    names = ["ground", "sky", "panel", "sunk", "theirs", "mine", "ink", "quiet", "lamp", "on-lamp"]
    names += ["edge", "focus", "alarm"]
    script = "names => names.map(n => getComputedStyle(document.documentElement).getPropertyValue('--' + n).trim())"
    values = await page.evaluate(script, names)
    return {
        name: "#" + "".join(2 * c for c in value[1:]) if len(value) == 4 else value
        for name, value in zip(names, values, strict=True)
    }


async def test_everything_can_be_read(phone: Tab, tab: Tab) -> None:
    for page in (phone.page, tab.page):
        colours = await palette(page)
        backs = ["ground", "sky", "panel", "sunk", "theirs"]
        pairs = [*product(["ink", "quiet", "lamp", "alarm"], backs), ("ink", "mine"), ("on-lamp", "lamp")]
        poor = {(a, b) for a, b in pairs if contrast(colours[a], colours[b]) < 4.5}
        poor |= {(a, b) for a, b in product(["edge", "focus"], backs) if contrast(colours[a], colours[b]) < 3}
        assert poor == set()


# ---------------------------------------------------------------------------------------------- for everybody


async def test_a_conversation_by_keyboard_alone(tab: Tab) -> None:
    first = await tab.chips.first.inner_text()
    await tab_to(tab.page, first)
    await tab.page.keyboard.press("Enter")
    await tab.gets(tab.session.tap(first))
    await expect(tab.log).to_be_focused()
    await tab.page.keyboard.press("Tab")
    await expect(tab.chips.first).to_be_focused()
    await tab_to(tab.page, word("message"))
    await tab.page.keyboard.type("ありがとう")
    await tab.page.keyboard.press("Shift+Enter")
    await tab.page.keyboard.type("またね")
    await tab.page.keyboard.press("Enter")
    await tab.gets(tab.session.type("ありがとう\nまたね"))
    await expect(tab.log.locator(".row.me .bubble").last).to_have_text("ありがとう\nまたね")


async def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the element with this name has a visible focus."""
    script = """() => {
        const at = document.activeElement;
        const name = at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent;
        return [name.trim(), getComputedStyle(at).outlineStyle];
    }"""
    for _ in range(60):
        await page.keyboard.press("Tab")
        found, outline = await page.evaluate(script)
        assert outline != "none", f"the focus on {found} cannot be seen"
        if found == name:
            return
    raise AssertionError(f"{name} cannot be reached")


async def test_enter_while_composing_sends_nothing(tab: Tab) -> None:
    box = tab.page.get_by_role("textbox", name=word("message"))
    await box.fill("とちゅう")
    await box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    await expect(box).to_have_value("とちゅう")
    assert await tab.log.locator(".row.me").count() == 0


async def test_the_switches_on_a_phone_open_and_close(phone: Tab) -> None:
    button = phone.page.get_by_role("button", name=word("settings"))
    inside = phone.page.get_by_role("radio", name=word("discord"))
    await expect(inside).to_be_hidden()
    await button.press("Enter")
    await expect(inside).to_be_visible()
    await inside.press("Escape")
    await expect(inside).to_be_hidden()
    await expect(button).to_be_focused()
    await button.click()
    await inside.focus()
    await phone.page.get_by_role("textbox", name=word("message")).focus()
    await expect(inside).to_be_hidden()


async def test_everything_has_a_name(tab: Tab) -> None:
    for platform in ("line", "discord"):
        await tab.looks_like(platform)
        await tab.page.get_by_role("button", name=word("attach")).click()
        tree = await tab.page.locator("body").aria_snapshot()
        roles = r"(button|link|textbox|radio|group|log|complementary|dialog)"
        assert not re.findall(rf"^\s*- {roles}:?$", tree, re.MULTILINE), tree
        for role in ("banner", "main", "contentinfo", f'log "{word("log")}"', 'heading "灯'):
            assert f"- {role}" in tree
    await expect(tab.log).to_have_attribute("aria-live", "polite")
    await tab.looks_like("line")
    await expect(tab.log.locator(".row.bot .said").first).to_contain_text(f"{word('name')}：")


@pytest.mark.parametrize("platform", ["line", "discord"])
@pytest.mark.parametrize("chromium", [16, 32], indirect=True, ids=["letters", "large letters"])
async def test_nothing_sticks_out_on_a_small_phone(phone: Tab, platform: str) -> None:
    await phone.page.get_by_role("button", name=word("settings")).click()
    await phone.looks_like(platform)
    assert await overflow(phone.page) == []
    await phone.page.get_by_role("button", name=word("settings")).click()
    await phone.types("死にたい")
    room = await phone.log.bounding_box()
    assert room and room["height"] > PHONE["height"] / 3
    await phone.page.get_by_role("button", name=word("attach")).click()
    assert await overflow(phone.page) == []


async def overflow(page: Page) -> list[str]:
    """What lies outside the screen and cannot be scrolled to inside a row that scrolls by itself."""
    script = """() => {
        const wide = document.documentElement.clientWidth;
        const out = [...document.querySelectorAll('body *')].filter((element) => {
            const box = element.getBoundingClientRect();
            if (!box.width || element.closest('.chips, .carousel, footer, .unseen, .skip')) return false;
            return box.right > wide + 0.5 || box.left < -0.5;
        });
        const names = out.map((element) => element.outerHTML.slice(0, 80));
        return document.documentElement.scrollWidth > wide ? ['the page scrolls', ...names] : names;
    }"""
    found: list[str] = await page.evaluate(script)
    return found
