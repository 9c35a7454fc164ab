"""What LINE may do to an answer: fail, limit it, lose it on the way. Nothing is doubled, danger gets through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.line.conftest import bot_on_line
from tests.line.standin import Fault, Line, Phone, words
from tests.tiny import Clock

DANGER = "今から死にます"


@asynccontextmanager
async def talking(folder: Path, **more: str) -> AsyncIterator[tuple[Phone, Line, Clock]]:
    """A phone in front of a bot of its own, whose clock moves when it waits."""
    line, clock = Line(), Clock()
    async with bot_on_line(folder, line, clock, more) as bot, ClientSession() as http:
        yield Phone(f"http://127.0.0.1:{bot.port}", line, http), line, clock


@pytest.mark.parametrize("fault", ["500", "rate", "reset"])
async def test_a_reply_that_fails_is_tried_again_with_its_token(tmp_path: Path, fault: Fault) -> None:
    async with talking(tmp_path) as (phone, line, clock):
        line.faults.extend([fault, fault])
        await phone.answer(phone.text("こんばんは"))
        assert [way for way, _, _ in line.said] == ["reply"]
        assert clock.pauses == sorted(clock.pauses)
        assert len(clock.pauses) == 2


async def test_an_answer_lost_after_acceptance_is_not_said_twice(tmp_path: Path) -> None:
    async with talking(tmp_path) as (phone, line, _):
        line.faults.append("lost")
        await phone.answer(phone.text("こんばんは"))
        await phone.answer(phone.text("眠れない"))
        assert [way for way, _, _ in line.said] == ["reply", "reply"]


async def test_danger_is_pushed_when_the_token_is_spent_and_never_doubled(tmp_path: Path) -> None:
    async with talking(tmp_path) as (phone, line, _):
        event = phone.text(DANGER)
        line.expire()
        line.faults.extend(["slow", "lost"])  # the reply is refused, the push arrives but nobody hears of it
        await phone.answer(event)
        await phone.answer(phone.text("うん"))
        assert [way for way, _, _ in line.said] == ["push", "reply"]
        assert line.calls.count("/v2/bot/message/push") == 2  # the second one: 409
        assert "119" in words(line.said[0][2])


@pytest.mark.parametrize("fault", ["month", "one user"])
async def test_a_limit_that_will_not_pass_is_not_tried_again(tmp_path: Path, fault: Fault) -> None:
    async with talking(tmp_path) as (phone, line, _):
        event = phone.text(DANGER)
        line.expire()
        line.faults.extend(["slow", fault])
        assert await phone.send(event) == 200
        await line.called("/v2/bot/message/push")
        await phone.answer(phone.text("うん"))
        assert line.calls.count("/v2/bot/message/push") == 1


async def test_an_ordinary_answer_whose_token_is_gone_is_asked_again_and_costs_no_push(
    tmp_path: Path,
) -> None:
    async with talking(tmp_path) as (phone, line, _):
        await phone.answer(phone.text("近くの相談窓口を知りたい"))
        event = phone.postback(line.said[0][2][-1]["quickReply"]["items"][1]["action"]["data"])
        line.expire()
        assert await phone.send(event) == 200
        await line.called("/v2/bot/message/reply")
        answer = words(await phone.answer(phone.text("はい")))
        assert "市や町" in answer  # the question that was never seen
        assert "/v2/bot/message/push" not in line.calls


async def test_where_nothing_may_be_pushed_no_reminder_is_offered(tmp_path: Path) -> None:
    async with talking(tmp_path) as (phone, line, _):
        await phone.answer(phone.postback("talk_first.later.tomorrow@x"))
        assert "できません" in words(line.said[-1][2])


async def test_a_reminder_within_the_budget_is_pushed_and_counted(tmp_path: Path) -> None:
    async with talking(tmp_path, LINE_PUSH_BUDGET="1") as (phone, line, clock):
        other = Phone(phone.bot, line, phone.http, "U" + "2" * 32)
        for one in (phone, other):
            await one.answer(one.postback("talk_first.later.tomorrow@x"))
        clock.pass_(hours=22)
        said = await line.reached(3)  # the worker looks every few seconds
        assert said[-1][0] == "push"
        assert "ともしび" in words(said[-1][2])
        await phone.answer(phone.text("こんばんは"))
        assert [way for way, _, _ in line.said].count("push") == 1
