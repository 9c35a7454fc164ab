"""The peer server: newcomers, a worry about somebody's message, and help for those who asked for it (見守り)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.database import Database, consents
from tests.discord.conftest import (
    ALL,
    EMERGENCY,
    HIGH,
    asked_for,
    bot_on_discord,
    new_discord,
    offers,
    somebody,
)
from tests.discord.standin import GUILD, LOBBY, STAFF, TALK, WATCHED, Discord, labels, words
from tests.tiny import Clock

CALM = "今日は雨でした"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _everything(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Discord, Clock, str]]:
    discord, clock, folder = new_discord(), Clock(), tmp_path_factory.mktemp("server")
    async with bot_on_discord(folder, discord, clock, ALL):
        yield discord, clock, f"sqlite+aiosqlite:///{folder}/discord.db"


@pytest.fixture
def discord(_everything: tuple[Discord, Clock, str]) -> Discord:
    """A Discord on which everything is switched on and nothing was said yet."""
    discord = _everything[0]
    discord.forget()
    return discord


@pytest.fixture
def clock(_everything: tuple[Discord, Clock, str]) -> Clock:
    """The bot's clock."""
    return _everything[1]


@pytest_asyncio.fixture(loop_scope="module")
async def database(_everything: tuple[Discord, Clock, str]) -> AsyncIterator[Database]:
    """What the bot keeps."""
    database = Database(_everything[2])
    yield database
    await database.close()


async def kept(database: Database) -> int:
    """How many rows of consent there are."""
    async with database.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(consents))).scalar_one())


# ---------------------------------------------------------------------------------------------- newcomers


async def test_a_newcomer_is_shown_the_way_once_and_without_a_name(discord: Discord) -> None:
    person = somebody(discord)
    joined = {**person.member(pending=True), "guild_id": GUILD}
    await discord.gateway.dispatch("GUILD_MEMBER_ADD", joined)
    await discord.gateway.dispatch("GUILD_MEMBER_UPDATE", {**joined, "roles": []})
    await discord.gateway.dispatch("GUILD_MEMBER_UPDATE", {**joined, "pending": False})
    await discord.until(lambda: discord.deleted)
    await discord.gateway.dispatch("GUILD_MEMBER_UPDATE", {**joined, "pending": False, "nick": "x"})
    await person.runs("talk")
    [line] = discord.public()
    assert line.channel == LOBBY and discord.deleted == [line.id]
    assert person.id not in str(line.payload) and person.name not in str(line.payload)


# ---------------------------------------------------------------------------------------------- a worry


async def test_a_worry_is_answered_to_the_one_who_asks(discord: Discord) -> None:
    person = somebody(discord)
    answer = await person.worries("800", EMERGENCY)
    assert "119" in words(answer) and answer[-1]["embeds"]
    assert [one.only for one in discord.shown] == [person.id]


async def test_staff_are_told_where_and_how_worried_but_not_who_or_what(discord: Discord) -> None:
    person = somebody(discord)
    await person.worries("801", EMERGENCY)
    shown = discord.shown[-1]
    assert "スタッフに、投稿の場所" in words(await person.press("とても心配", shown))
    await person.press("とても心配", shown)
    [notice] = discord.in_channel(STAFF)
    text = notice.payload["content"]
    assert f"https://discord.com/channels/{GUILD}/{TALK}/801" in text and "とても心配" in text
    assert person.name not in text and person.id not in text and EMERGENCY not in text
    staff = somebody(discord, channel=STAFF)
    assert "119" in words(await staff.press("対応の手引き", notice))
    other = somebody(discord)
    assert "ほかの方" in words(await other.press("少し心配", shown))


async def test_a_notice_that_does_not_arrive_says_so(discord: Discord) -> None:
    discord.forbidden.add(STAFF)
    person = somebody(discord)
    await person.worries("802", HIGH)
    assert "届きませんでした" in words(await person.press("命が危ないかもしれない"))


# ---------------------------------------------------------------------------------------------- 見守り


@pytest.mark.parametrize(("text", "said"), [(EMERGENCY, "119"), (HIGH, "消えたい")])
async def test_help_is_offered_by_direct_message_once(discord: Discord, text: str, said: str) -> None:
    person = await asked_for(discord)
    before = len(discord.in_channel(discord.dm(person.id)))
    await person.posts(text)
    answer = await person.reads(before)
    assert said in words(answer) and "頼まれていた案内" in words(answer)
    await person.posts(text)
    await person.posts(CALM)
    await person.runs("talk")
    assert len(offers(discord, person)) == 1
    assert not discord.public() and not discord.in_channel(STAFF)


async def test_the_offer_is_one_message_with_119_and_desks_that_are_open(discord: Discord) -> None:
    for text in (EMERGENCY, HIGH):
        person = await asked_for(discord)
        discord.forget()
        await person.posts(text)
        [answer] = await person.reads(0)
        assert "119" in answer["content"] and "110" in answer["content"] and answer["embeds"]
        if text == EMERGENCY:  # also where a phone shows only how it begins
            assert answer["content"].index("119") < answer["content"].index("頼まれていた案内")


async def test_when_it_gets_worse_no_second_message_comes_but_staff_hear_of_it(
    discord: Discord, clock: Clock
) -> None:
    person = await asked_for(discord, "スタッフへの知らせも")
    await person.posts(HIGH)
    await discord.until(lambda: "（心配）" in str(discord.in_channel(STAFF)))
    await person.posts(HIGH)
    await person.posts(EMERGENCY)
    await discord.until(lambda: "（急ぎ）" in str(discord.in_channel(STAFF)))
    assert len(offers(discord, person)) == 1
    clock.pass_(hours=12)
    await person.posts(HIGH)
    await discord.until(lambda: len(discord.in_channel(STAFF)) == 3 and len(offers(discord, person)) == 2)
    assert [one.payload["content"].count("急ぎ") for one in discord.in_channel(STAFF)] == [0, 1, 0]


async def test_staff_are_told_only_if_the_member_agreed(discord: Discord) -> None:
    person = await asked_for(discord, "スタッフへの知らせも")
    id = await person.posts(EMERGENCY)
    await discord.until(lambda: discord.in_channel(STAFF))
    [notice] = discord.in_channel(STAFF)
    assert f"https://discord.com/channels/{GUILD}/{WATCHED}/{id}" in notice.payload["content"]
    assert "急ぎ" in notice.payload["content"]
    for word in (EMERGENCY, person.name, person.id):
        assert word not in str(notice.payload)
    assert labels(notice.payload) == ["対応の手引き", "見守りを休む"]


async def test_whoever_did_not_ask_is_not_screened(
    discord: Discord, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    person = somebody(discord, channel=WATCHED)
    await person.posts(EMERGENCY)
    await person.posts(EMERGENCY, channel=TALK)
    asked = await asked_for(discord)
    await asked.posts(EMERGENCY, channel=TALK)  # no watched channel
    await person.runs("talk")
    assert not offers(discord, person) and not offers(discord, asked)
    assert not [line for line in log_lines() if line.get("risk") == "emergency"]


async def test_with_closed_direct_messages_it_is_not_switched_on(
    discord: Discord, database: Database
) -> None:
    person, before = somebody(discord, channel=WATCHED), await kept(database)
    discord.closed.add(person.id)
    await person.runs("watch-over-me")
    assert "まだ始めていません" in words(await person.press("DMだけお願いする"))
    assert await kept(database) == before


async def test_direct_messages_closed_later(discord: Discord) -> None:
    person = await asked_for(discord)
    discord.closed.add(person.id)
    before = len(discord.shown)
    await person.posts(EMERGENCY)
    await discord.until(lambda: sum("/users/@me/channels" in one for one in discord.requests) == 2)
    await somebody(discord).runs("talk")
    assert not discord.public() and not discord.in_channel(STAFF)
    assert len(discord.shown) == before + 1


@pytest.mark.parametrize("way", ["button", "leaving", "erasing"])
async def test_it_ends(discord: Discord, database: Database, way: str) -> None:
    before = await kept(database)
    person = await asked_for(discord)
    assert await kept(database) == before + 1
    if way == "button":
        assert "いまは、見守りを頼まれています" in words(await person.runs("watch-over-me"))
        assert "見守りはしていません" in words(await person.press("見守りをやめる"))
    elif way == "leaving":
        user = person.member()["user"]
        await discord.gateway.dispatch("GUILD_MEMBER_REMOVE", {"guild_id": GUILD, "user": user})
    else:
        await person.runs("erase")
    await somebody(discord).runs("watch-over-me")  # what was told before has been taken in
    await person.posts(EMERGENCY)
    await somebody(discord).runs("talk")
    assert not offers(discord, person)
    assert await kept(database) == before


async def test_staff_can_pause_it_and_it_says_so(discord: Discord) -> None:
    person, staff = await asked_for(discord), somebody(discord, channel=STAFF)
    assert "スタッフのため" in words(await staff.runs("watch-over-me"))
    assert "休みました" in words(await staff.press("見守りを休む"))
    await discord.until(lambda: discord.in_channel(STAFF))
    assert "休みました" in words([discord.in_channel(STAFF)[-1].payload])
    await person.posts(EMERGENCY)
    assert "休んでいます" in words(await person.runs("watch-over-me"))
    assert not offers(discord, person)
    assert "再開しました" in words(await staff.press("見守りを再開する"))
    await person.posts(EMERGENCY)
    await discord.until(lambda: offers(discord, person))


async def test_only_staff_can_pause_it(discord: Discord) -> None:
    person = somebody(discord)
    call = await person.asks(3, {"custom_id": "staff.pause", "component_type": 2})
    assert "もう使えません" in words(await person.answer(call))


async def test_what_is_kept_names_nobody(discord: Discord, database: Database) -> None:
    person = await asked_for(discord, "スタッフへの知らせも")
    async with database.read() as connection:
        rows = (await connection.execute(sa.select(consents))).all()
    for value in (person.id, GUILD, person.name, "staff"):
        assert value.encode() not in b"".join(part for row in rows for part in row if isinstance(part, bytes))


async def test_it_ends_with_retention(discord: Discord, database: Database, tmp_path: Path) -> None:
    from bot.privacy import Keyring
    from bot.store import Store
    from tests.tiny import SECRET

    await asked_for(discord)
    assert await kept(database)
    await Store(database, Keyring(SECRET)).forget(Clock().now.date().replace(year=2030), 30)
    assert not await kept(database)
