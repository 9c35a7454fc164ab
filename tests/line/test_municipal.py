"""MODE=municipal over signed webhooks: what LINE gets to carry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.line.conftest import bot_on_line
from tests.line.standin import Line, Phone, words
from tests.test_municipal import TOWN, URL
from tests.tiny import Clock


@pytest.fixture
async def resident(tmp_path: Path) -> AsyncIterator[Phone]:
    """The phone of somebody who has just become a town's friend."""
    line, clock = Line(), Clock()
    async with bot_on_line(tmp_path, line, clock, TOWN) as bot, ClientSession() as http:
        phone = Phone(f"http://127.0.0.1:{bot.port}", line, http)
        await phone.answer(phone.event("follow", follow={"isUnblocked": False}))
        yield phone


def shown(phone: Phone) -> set[str]:
    """What LINE shows as said when a quick reply of the newest answer is tapped."""
    items = phone.line.said[-1][2][-1]["quickReply"]["items"]
    return {item["action"]["displayText"] for item in items}


async def test_taps_lead_on_and_show_neutral_text(resident: Phone) -> None:
    assert URL in words(resident.line.said[-1][2])
    assert shown(resident) == {"選びました"}
    await resident.tap("窓口をさがす")
    await resident.tap("近畿（関西）")
    await resident.tap("和歌山県")
    assert shown(resident) == {"選びました"}
    await resident.tap("この都道府県でさがす")
    assert "和歌山県" in words(await resident.tap("電話"))
    assert shown(resident) == {"選びました"}


async def test_danger_gets_desks_and_119_and_110(resident: Phone) -> None:
    answer = await resident.say("死にたい")
    assert all(word in words(answer) for word in ("119", "110", URL))
    links = str([message["contents"] for message in answer if message["type"] == "flex"])
    assert "tel:" in links


async def test_a_text_about_oneself_is_led_to_the_towns_own_system(resident: Phone) -> None:
    answer = words(await resident.say("最近眠れない"))
    assert URL in answer
    assert not any(word in answer for word in ("眠", "夜", "リズム"))
