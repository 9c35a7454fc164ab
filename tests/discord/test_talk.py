"""Talks over the real gateway and REST: direct messages, commands, buttons, lists, windows, and who sees them."""

from __future__ import annotations

import pytest

from tests.discord.conftest import somebody
from tests.discord.people import Person
from tests.discord.standin import LOBBY, TALK, Discord, labels, parts, words
from tests.support import book

DANGER = "今から死にます"

pytestmark = pytest.mark.asyncio(loop_scope="module")


# ---------------------------------------------------------------------------------------------- direct messages


async def test_a_plain_direct_message_is_a_turn(friend: Person, discord: Discord) -> None:
    answer = await friend.says("居場所をさがしている")
    assert "自動の案内" in words(answer)
    assert "人と話したい" in labels(answer[-1])
    assert {one.way for one in discord.shown} == {"message"}
    assert all(one.payload["enforce_nonce"] for one in discord.shown)


async def test_danger_is_answered_with_119_first(friend: Person) -> None:
    assert "119" in words(await friend.says(DANGER))


async def test_buttons_in_direct_messages_go_on(friend: Person, discord: Discord) -> None:
    await friend.says("相談窓口を知りたい")
    answer = await friend.press("人と話したい")
    assert answer[-1]["embeds"] and "人ではあり" in words(answer)
    assert discord.shown[-1].only is None and discord.shown[-1].channel == discord.dm(friend.id)


async def test_everything_is_erased_by_a_word(friend: Person) -> None:
    await friend.says("息子が部屋から出てこない")
    assert "記録を消しました" in words(await friend.says("記録を消す"))
    assert "灯（ともしび）です" in words(await friend.says("息子が部屋から出てこない"))


async def test_a_message_that_is_changed_into_danger_is_answered(friend: Person, discord: Discord) -> None:
    id = await friend.writes("居場所をさがしている")
    await friend.reads(0)
    before = len(discord.shown)
    await friend.edits(id, "居場所をさがしています")
    await friend.edits(id, DANGER)
    assert "119" in words(await friend.reads(before))
    assert len([one for one in discord.shown[before:] if one.payload.get("components")]) == 1


async def test_stickers_pictures_and_bots(friend: Person, discord: Discord) -> None:
    sticker = {"id": "1", "name": "もう死にたい", "format_type": 1}
    await friend.writes("", sticker_items=[sticker])
    assert "いま" in words(await friend.reads(0)) or "死" in words(await friend.reads(0))
    before = len(discord.shown)
    picture = {"id": "1", "filename": "a.png", "size": 1, "url": "https://x.example/a.png", "proxy_url": ""}
    await friend.writes("", attachments=[picture])
    await friend.reads(before)
    assert not any("x.example" in request for request in discord.requests)


# ---------------------------------------------------------------------------------------------- in a server


@pytest.mark.parametrize("command", ["talk", "signs", "desks", "family", "now", "about", "erase"])
async def test_every_command_is_answered_to_one_person_only(
    person: Person, discord: Discord, command: str
) -> None:
    assert words(await person.runs(command))
    assert [one.only for one in discord.shown] == [person.id]
    assert not discord.public()


async def test_the_commands_have_names_and_descriptions_in_two_languages(discord: Discord) -> None:
    names = {one["name_localizations"]["ja"] for one in discord.commands}
    assert names >= {
        "話す",
        "気づき",
        "相談窓口",
        "家族の相談",
        "今すぐ相談",
        "記録を消す",
        "このボットについて",
    }
    assert "この投稿が心配" in names and "見守りをお願い" not in names
    talk = next(one for one in discord.commands if one["name"] == "talk")
    assert talk["contexts"] == [0, 1, 2] and talk["integration_types"] == [0, 1]


async def test_a_newcomer_hears_that_it_is_automatic(person: Person) -> None:
    assert "自動の案内" in words(await person.runs("talk"))


async def test_what_is_written_in_a_server_goes_through_a_window(person: Person, discord: Discord) -> None:
    await person.runs("talk")
    turns = len(discord.shown)
    answer = await person.fills_in(DANGER)
    assert "119" in words(answer)
    assert len(discord.shown) == turns + 1 and discord.shown[-1].only == person.id
    assert "文で書く" in labels(answer[-1])


async def test_a_list_to_choose_from(person: Person, discord: Discord) -> None:
    """Lists stand where more choices are offered than buttons fit (tests/test_discord_render.py)."""
    await person.runs("desks")
    [part] = [part for part in parts(discord.shown[-1].payload) if part["label"] == "近くの窓口"]
    tap, _, owner = part["custom_id"].partition("~")
    data = {"component_type": 3, "custom_id": f"select.0~{owner}", "values": [tap]}
    assert "市や町" in words(await person.answer(await person.asks(3, data, discord.shown[-1])))
    other = somebody(discord)
    assert "ほかの方" in words(await other.answer(await other.asks(3, data, discord.shown[-1])))


async def test_one_person_has_one_talk_in_servers_and_direct_messages(discord: Discord) -> None:
    person = somebody(discord)
    await person.runs("desks")
    await person.press("近くの窓口")
    person.where = "direct"
    assert "どの形" in words(await person.says("和歌山市"))


async def test_somebody_elses_button_says_so_privately(person: Person, discord: Discord) -> None:
    await person.runs("talk")
    other, shown = somebody(discord), discord.shown[-1]
    assert "ほかの方のボタン" in words(await other.press("人と話したい", shown))
    assert discord.shown[-1].only == other.id


async def test_a_button_outlives_the_content_it_came_from(person: Person, discord: Discord) -> None:
    await person.runs("talk")
    shown = discord.shown[-1]
    for part in parts(shown.payload):
        custom_id = part["custom_id"].replace(book().version, "00000000").replace("talk_first", "gone")
        part["custom_id"] = custom_id
    assert "前のボタン" in words(await person.press(labels(shown.payload)[0], shown))


async def test_a_button_that_nobody_knows(person: Person, discord: Discord) -> None:
    call = await person.asks(3, {"custom_id": "something else", "component_type": 2})
    assert "もう使えません" in words(await person.answer(call))


async def test_installed_for_oneself_there_is_one_message_a_turn(discord: Discord) -> None:
    person = somebody(discord, where="friends")
    answer = await person.runs("now")
    assert len(discord.shown) == 1 and discord.shown[0].only == person.id
    assert answer[-1]["content"] and answer[-1]["embeds"]


async def test_words_are_in_the_language_of_the_person(discord: Discord) -> None:
    person = somebody(discord, locale="en-US")
    answer = await person.runs("talk")
    assert "Write" in labels(answer[-1])
    call = await person.asks(3, {"custom_id": "open.rules", "component_type": 2})
    assert "You need not answer" in words(await person.answer(call))


# ---------------------------------------------------------------------------------------------- in public


@pytest.mark.parametrize("text", ["こんにちは", DANGER, "消えたい"])
async def test_whoever_calls_the_bot_in_public_gets_the_same_line(
    person: Person, discord: Discord, text: str
) -> None:
    await person.posts(text, call=True)
    await discord.until(lambda: discord.public())
    [line] = discord.public()
    assert line.payload["content"] == book().discord.replies["mention"].of("person", "ja")[0]
    assert labels(line.payload) == ["話す"]
    answer = await person.press("話す", line)
    assert "はじめまして" in words(answer) and discord.shown[-1].only == person.id
    assert len(discord.public()) == 1


async def test_public_messages_that_do_not_call_it_are_left_alone(person: Person, discord: Discord) -> None:
    await person.posts(DANGER)
    await person.posts("@everyone 死にたい", mention_everyone=True)
    await person.runs("talk")
    assert [one.only for one in discord.shown] == [person.id]


async def test_a_channel_where_it_may_not_write(person: Person, discord: Discord) -> None:
    discord.forbidden.add(TALK)
    await person.posts("ねえ", call=True)
    await discord.until(lambda: any(f"/channels/{TALK}/messages" in one for one in discord.requests))
    discord.forbidden.clear()
    await person.posts("ねえ", channel=LOBBY, call=True)
    await discord.until(lambda: discord.public())
    assert len(discord.public()) == 1
