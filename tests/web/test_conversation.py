"""Conversations on the chat page in a real Chromium, in front of the real core, store and content."""

from __future__ import annotations

import asyncio
from uuid import UUID

from playwright.async_api import (
    Page,
    Route,
    expect,
)

from flows.model import Event
from tests.web.tab import Tab, labels, word

# ---------------------------------------------------------------------------------------------- LINE and Discord


async def test_a_conversation_by_tap_and_text_on_line(tab: Tab) -> None:
    assert await tab.chips.all_inner_texts() == labels(tab.reply)
    first = await tab.chips.first.inner_text()
    await tab.taps(tab.chips.first)
    await expect(tab.log.locator(".row.me .bubble")).to_have_text([first])
    assert await tab.chips.all_inner_texts() == labels(tab.reply)
    await tab.types("夜になると眠れません")
    await expect(tab.log.locator(".row.me .bubble")).to_have_text([first, "夜になると眠れません"])
    assert await tab.chips.all_inner_texts() == labels(tab.reply)


async def test_quick_replies_vanish_with_the_next_message(tab: Tab) -> None:
    answering = asyncio.Event()

    async def later(route: Route) -> None:
        await answering.wait()
        await route.continue_()

    await tab.page.route("**/chat", later)
    await tab.page.get_by_role("textbox", name=word("message")).fill("こんばんは")
    await tab.page.get_by_role("button", name=word("send"), exact=True).click()
    await expect(tab.chips).to_have_count(0)
    assert await tab.log.locator(".entry button").count() == 0
    answering.set()
    await tab.gets(tab.session.type("こんばんは"))


async def test_buttons_stay_on_discord_and_old_ones_work(tab: Tab) -> None:
    await tab.looks_like("discord")
    await expect(tab.page.locator("#chips")).to_be_hidden()
    old = tab.answers.first.get_by_role("button")
    assert await old.all_inner_texts() == labels(tab.reply)
    await tab.taps(old.first)
    await tab.taps(tab.answers.last.get_by_role("button").first)
    assert await old.count() > 1
    label = await old.nth(1).inner_text()
    await tab.taps(old.nth(1))
    await expect(tab.log.locator(".note").last).to_have_text(word("tapped").replace("{label}", label))


async def test_desks_can_be_called_on_line_and_are_read_on_discord(tab: Tab) -> None:
    await tab.types("死にたい")
    cards = [card for message in tab.reply.messages for card in message.cards]
    numbers = [link.url for card in cards for link in card.links if link.url.startswith("tel:")]
    pages = [link.url for card in cards for link in card.links if link.url.startswith("http")]
    assert numbers
    shown = await tab.answers.last.get_by_role("link").all()
    assert [await one.get_attribute("href") for one in shown] == [
        link.url for card in cards for link in card.links
    ]
    await tab.looks_like("discord")
    links = await tab.answers.last.get_by_role("link").all()
    assert [await one.get_attribute("href") for one in links] == pages
    await expect(tab.answers.last.locator(".embed h3")).to_have_text([card.title for card in cards])


# ---------------------------------------------------------------------------------------------- other ways to answer


async def test_a_sticker_is_sent_with_its_words(tab: Tab) -> None:
    await tab.page.get_by_role("button", name=word("attach")).click()
    await tab.page.get_by_role("button", name=word("sticker")).click()
    dialog = tab.page.get_by_role("dialog", name=word("sticker_pick"))
    await dialog.get_by_role("button", name=word("sticker_2")).click()
    await tab.gets(tab.session.send(Event("sticker", word("sticker_2"))))
    await expect(tab.log.locator(".bubble.sticker")).to_have_text([word("sticker_2")])


async def test_a_photo_is_sent_without_a_picture(tab: Tab) -> None:
    await tab.page.get_by_role("button", name=word("attach")).click()
    await tab.page.get_by_role("button", name=word("photo")).click()
    await tab.gets(tab.session.send(Event("media")))


async def test_a_place_is_sent_and_a_dialog_can_be_left(tab: Tab) -> None:
    await tab.page.get_by_role("button", name=word("attach")).click()
    await tab.page.get_by_role("button", name=word("location")).click()
    dialog = tab.page.get_by_role("dialog")
    await dialog.get_by_role("button", name=word("close")).click()
    await expect(dialog).to_be_hidden()
    await tab.page.get_by_role("button", name=word("location")).click()
    await dialog.get_by_role("textbox", name=word("location_ask")).fill("和歌山県和歌山市")
    await tab.page.keyboard.press("Enter")
    await tab.gets(tab.session.send(Event("location", "和歌山県和歌山市")))


# ---------------------------------------------------------------------------------------------- when it goes wrong


async def test_a_reload_keeps_the_conversation_and_doubles_nothing(tab: Tab) -> None:
    await tab.taps(tab.chips.first)
    before = await tab.log.inner_text()
    session = await kept_session(tab.page)
    await tab.page.reload()
    await expect(tab.answers).to_have_count(2)
    assert await tab.log.inner_text() == before
    assert await kept_session(tab.page) == session and UUID(session).version == 4
    await tab.types("つづきです")
    await expect(tab.answers).to_have_count(3)


async def kept_session(page: Page) -> str:
    return str(await page.evaluate("JSON.parse(sessionStorage.getItem('tomoshibi')).session"))


async def test_what_was_on_its_way_when_the_page_was_closed_is_answered_once(tab: Tab) -> None:
    posted = asyncio.Event()

    async def swallow(route: Route) -> None:
        posted.set()  # and no answer ever comes

    await tab.page.route("**/chat", swallow)
    box = tab.page.get_by_role("textbox", name=word("message"))
    await box.fill("聞こえますか")
    await box.press("Enter")
    await posted.wait()
    await tab.page.unroute("**/chat")
    await tab.page.reload()
    await tab.gets(tab.session.type("聞こえますか"))
    await expect(tab.log.locator(".row.me")).to_have_count(1)
    tab.complaints.clear()  # the browser may say that a request was left


async def test_what_came_while_the_stream_was_broken_comes_once(tab: Tab) -> None:
    await tab.page.route("**/chat/stream*", lambda route: route.abort())
    await tab.page.reload()
    box = tab.page.get_by_role("textbox", name=word("message"))
    await box.fill("聞こえますか")
    async with tab.page.expect_response("**/chat") as answer:
        await box.press("Enter")
    assert (await answer.value).ok
    await expect(tab.answers).to_have_count(1)
    await tab.page.unroute("**/chat/stream*")
    await tab.gets(tab.session.type("聞こえますか"))
    await tab.types("ありがとう")
    tab.complaints.clear()  # the browser says that the stream failed


async def test_a_bot_that_is_away_does_not_leave_anybody_alone(tab: Tab) -> None:
    await tab.page.clock.install()
    await tab.page.route("**/chat", lambda route: route.abort())
    await tab.page.get_by_role("textbox", name=word("message")).fill("だれかいますか")
    await tab.page.keyboard.press("Enter")
    again = tab.log.get_by_role("button", name=word("again"))
    while not await again.count():
        await tab.page.clock.run_for(1000)
    alone = tab.log.locator(".failure")
    assert [await a.get_attribute("href") for a in await alone.get_by_role("link").all()] == [
        "tel:119",
        "tel:110",
    ]
    await tab.page.unroute("**/chat")
    await again.click()
    await tab.gets(tab.session.type("だれかいますか"))
    await expect(alone).to_have_count(0)
    await expect(tab.log.locator(".row.me")).to_have_count(1)
    tab.complaints.clear()  # the browser says that the requests failed
