"""LINE's webhook over a real socket: what is verified, what is answered, what is left alone."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from bot.web.serving import BODY
from tests.line.standin import ACCOUNT, BASIC_ID, Line, Phone, sign, words

DANGER = "今から死にます"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("signature", ["", "wrong", "あ", sign(b"another body")])
async def test_an_unsigned_body_is_not_read(phone: Phone, line: Line, signature: str) -> None:
    body = json.dumps({"destination": ACCOUNT, "events": [phone.text("こんばんは")]}).encode()
    assert await phone.post(body, signature) == 400
    assert line.said == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"events": 1, "destination": "x"}', b'{"events": []}', b"\xff", b"[" * 100_000],
)
async def test_a_signed_body_that_is_no_webhook(phone: Phone, body: bytes) -> None:
    assert await phone.post(body, sign(body)) == 400


async def test_the_consoles_check_is_answered(phone: Phone) -> None:
    assert await phone.send() == 200


async def test_a_body_that_is_too_long(phone: Phone) -> None:
    assert await phone.post(io.BytesIO(b" " * (BODY + 1)), "x") == 413


async def test_white_space_and_escapes_are_part_of_the_body(phone: Phone, line: Line) -> None:
    body = json.dumps({"events": [phone.text(DANGER)], "destination": ACCOUNT}, indent=3).encode()
    assert await phone.post(body) == 200
    assert "119" in words((await line.reached(1))[0][2])


async def test_a_talk_from_the_greeting_on(phone: Phone) -> None:
    greeting = await phone.answer(phone.event("follow", follow={"isUnblocked": False}))
    assert "自動の案内" in words(greeting)
    assert greeting[0]["sender"] == {"name": "案内ボット"}
    await phone.tap("自分のこと")
    answer = await phone.say("眠れない")
    assert "いま危ない・消えたい" in [item["action"]["label"] for item in answer[-1]["quickReply"]["items"]]


async def test_danger_is_answered_by_reply(phone: Phone, line: Line) -> None:
    assert "119" in words(await phone.say(DANGER))
    assert [way for way, _, _ in line.said] == ["reply"]


async def test_one_odd_event_never_costs_its_neighbours(phone: Phone, line: Line) -> None:
    odd: list[Any] = [
        None, 7, "x", [], {}, {"type": None}, phone.event("hologram"), phone.event("message"),
        phone.text("x", mode="new mode", source={"type": "user"}), phone.event("message", message={"type": 3}),
        phone.event("postback", postback={"data": "no button"}), phone.event("message", message=[1]),
        {**phone.text("x"), "source": None}, {**phone.text("x"), "webhookEventId": 5}, phone.event("beacon"),
        {**phone.text("x"), "timestamp": "yesterday"},
    ]  # fmt: skip
    assert await phone.send(*odd[:-1], phone.text(DANGER), odd[-1]) == 200
    assert "119" in words((await line.reached(1))[0][2])


async def test_new_fields_and_modes_are_tolerated(phone: Phone) -> None:
    event = phone.text(DANGER, mode="some new mode", brandNew={"a": 1})
    event["message"]["another"] = [1]
    assert "119" in words(await phone.answer(event))


async def test_standby_and_groups_are_left_alone(phone: Phone, line: Line) -> None:
    group = {"type": "group", "groupId": "C1", "userId": phone.user}
    assert await phone.send(phone.text(DANGER, mode="standby"), phone.text(DANGER, source=group)) == 200
    await phone.say("こんばんは")
    assert len(line.said) == 1


async def test_a_repeated_event_is_answered_once(phone: Phone, line: Line) -> None:
    event = phone.text(DANGER)
    await phone.answer(event)
    event["deliveryContext"]["isRedelivery"] = True
    assert await phone.send(event) == 200
    assert await phone.send(event, event) == 200
    await phone.say("うん")
    assert len(line.said) == 2


async def test_texts_of_one_request_are_answered_once_in_the_order_they_were_written(
    phone: Phone, line: Line
) -> None:
    late, early = phone.text("たい", timestamp=2000), phone.text("死に", timestamp=1000)
    assert await phone.send(late, early) == 200
    said = await line.reached(1)
    assert len(said) == 1
    assert "消えたい" in words(said[0][2]) or "死" in words(said[0][2])


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file"])
async def test_media_is_never_fetched_and_that_is_said(phone: Phone, line: Line, kind: str) -> None:
    assert words(await phone.answer(phone.message(kind, contentProvider={"type": "line"})))
    assert not any("content" in path for path in line.calls)


async def test_a_sticker_is_an_answer(phone: Phone) -> None:
    sticker = phone.message("sticker", packageId="1", stickerId="1", keywords=["Sad", "Crying"])
    assert words(await phone.answer(sticker))
    danger = phone.message("sticker", packageId="1", stickerId="1", text="もう死にたい")
    assert words(await phone.answer(danger))


async def test_a_location_is_a_place(phone: Phone) -> None:
    await phone.say("近くの相談窓口を知りたい")
    place = phone.message(
        "location", title="ここ", address="和歌山県和歌山市七番丁23", latitude=34, longitude=135
    )
    assert "どの形" in words(await phone.answer(place))
    assert words(await phone.answer(phone.message("location", latitude=34, longitude=135)))


async def test_blocking_erases_everything_and_says_nothing(phone: Phone, line: Line) -> None:
    await phone.say("和歌山市の相談窓口")
    assert await phone.send(phone.event("unfollow")) == 200
    again = await phone.answer(phone.event("follow", follow={"isUnblocked": True}))
    assert "はじめまして" in words(again)
    assert len(line.said) == 2


async def test_a_group_gets_one_sentence_and_is_left(phone: Phone, line: Line) -> None:
    group = {"type": "group", "groupId": "C123"}
    assert await phone.send(phone.event("join", source=group)) == 200
    await line.called("/v2/bot/group/C123/leave")
    assert [(way, len(messages)) for way, _, messages in line.said] == [("reply", 1)]
    assert BASIC_ID.removeprefix("@") in words(line.said[0][2])


async def test_a_very_long_text(phone: Phone) -> None:
    text = "今日は雨でした。" * 600 + "もう死にたい。" + "雨でした。" * 20
    assert "いま" in words(await phone.say(text[:5000]))


# ---------------------------------------------------------------------------------------------- taken back


async def test_a_message_taken_back_is_undone_silently(phone: Phone, line: Line) -> None:
    await phone.say("近くの相談窓口を知りたい")
    await phone.tap("近くの窓口")
    assert "どの形" in words(await phone.answer(phone.text("和歌山市", id="900")))
    assert await phone.send(phone.event("unsend", unsend={"messageId": "900"})) == 200
    count = len(line.said)
    await phone.say("奈良市")  # answers the question for the place again
    assert len(line.said) == count + 1
    assert "奈良県奈良市" in words(await phone.tap("電話"))


async def test_an_older_message_taken_back_leaves_nothing_of_it(phone: Phone, line: Line) -> None:
    await phone.say("近くの相談窓口を知りたい")
    await phone.tap("近くの窓口")
    await phone.answer(phone.text("和歌山市", id="901"))
    assert await phone.send(phone.event("unsend", unsend={"messageId": "unknown"})) == 200
    await phone.tap("電話")
    assert "和歌山" in words(line.said[-1][2])
    assert await phone.send(phone.event("unsend", unsend={"messageId": "901"})) == 200
    await phone.tap("ほかの方法・場所")
    await phone.tap("連絡のしかた")
    assert "和歌山" not in words(await phone.tap("電話"))


async def test_a_grade_that_was_raised_is_not_lowered(phone: Phone, line: Line) -> None:
    await phone.say("眠れない")
    await phone.answer(phone.text("もう死にたい", id="902"))
    assert await phone.send(phone.event("unsend", unsend={"messageId": "902"})) == 200
    again = words(await phone.say("もう死にたい"))
    assert again != words(line.said[1][2])  # known, so the shorter block
    assert "続いている" in again
