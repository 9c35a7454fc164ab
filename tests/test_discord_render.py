"""Discord's messages: read by discord.py's own models, and within the documented limits."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import discord
import pytest
from discord.components import ActionRow, _component_factory
from hypothesis import HealthCheck, given, settings

from bot.discord.render import render
from flows.model import Button, Card, Link, Message, Reply, Tap
from tests.replies import ASK, CENTER, POLICE, desk_replies, replies


def rows(payload: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The components below a message, row by row."""
    return [row["components"] for row in payload.get("components", [])]


def assert_discord_takes(payloads: list[dict[str, Any]]) -> None:
    """What Discord's documentation says about messages (research/platforms, section 6)."""
    assert payloads and all("components" not in payload for payload in payloads[:-1])
    for payload in payloads:
        assert payload["allowed_mentions"] == {"parse": []}
        assert ("content" in payload) != ("embeds" in payload)
        assert len(payload.get("content", "a").strip()) >= 1 and len(payload.get("content", "")) <= 2000
        embeds = [discord.Embed.from_dict(embed) for embed in payload.get("embeds", [])]
        assert len(embeds) <= 10 and sum(map(len, embeds)) <= 6000
        for embed, written in zip(embeds, payload.get("embeds", []), strict=True):
            assert 1 <= len(embed.title or "") <= 256 and len(embed.description or "") <= 4096
            read = (embed.title, embed.description, embed.colour and embed.colour.value)
            assert read == (written["title"], written.get("description"), written["color"])
        assert_components_fit(payload)


def assert_components_fit(payload: dict[str, Any]) -> None:
    assert len(rows(payload)) <= 5
    for written in payload.get("components", []):
        assert isinstance(_component_factory(written), ActionRow)
    ids = [part["custom_id"] for row in rows(payload) for part in row]
    assert len(ids) == len(set(ids)) and all(1 <= len(id) <= 100 for id in ids)
    for row in rows(payload):
        if row[0]["type"] == 3:
            assert len(row) == 1 and 1 <= len(row[0]["options"]) <= 25
            assert all(len(o["label"]) <= 100 and len(o["value"]) <= 100 for o in row[0]["options"])
        else:
            assert 1 <= len(row) <= 5 and all(1 <= len(part["label"]) <= 80 for part in row)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(replies)
def test_discord_takes_whatever_the_engine_says(reply: Reply) -> None:
    payloads = render(reply)
    assert_discord_takes(payloads)
    said = "".join(payload.get("content", "") for payload in payloads)
    written = "".join(message.text for message in reply.messages)
    assert said.replace("\n", "") == written.replace("\n", "")
    assert [e["title"] for p in payloads for e in p.get("embeds", [])] == [
        card.title[:255] + "…" if len(card.title) > 256 else card.title
        for message in reply.messages
        for card in message.cards
    ]


def test_discord_takes_every_desk() -> None:
    for reply in desk_replies():
        [payload] = render(reply)
        assert_discord_takes([payload])
        for card, embed in zip(reply.messages[0].cards, payload["embeds"], strict=True):
            assert set(filter(None, card.lines)) <= set(embed["description"].split("\n"))


def test_choices_are_buttons_below_the_last_message() -> None:
    first, last = render(ASK)
    assert first["content"] == "はじめまして。" and "components" not in first
    own, everywhere = rows(last)
    assert [(part["label"], Tap.decode(part["custom_id"])) for part in (*own, *everywhere)] == [
        (button.label, button.tap) for button in ASK.choices
    ]
    assert {part["style"] for part in own}.isdisjoint({part["style"] for part in everywhere})


def test_a_number_stands_on_a_line_of_its_own_and_is_no_link() -> None:
    [payload] = render(Reply((Message(cards=(POLICE, CENTER)),)))
    police, center = payload["embeds"]
    assert "#9110" in police["description"].split("\n")
    assert "073-000-0000" in center["description"].split("\n")
    assert "tel:" not in str(payload)


def test_openings_are_told_in_words_and_by_discords_own_mark() -> None:
    card = Card(
        "窓口", ("話せます。", "0120-000-000", "いま話せます（17:00まで）", "無料です"), (), (2, 1764000000)
    )
    [payload] = render(Reply((Message(cards=(card,)),)))
    lines = payload["embeds"][0]["description"].split("\n")
    assert lines[2:4] == ["いま話せます（17:00まで）", "<t:1764000000:R>"]
    marks = [embed["description"] for reply in desk_replies() for embed in render(reply)[0]["embeds"]]
    assert any("次は" in text and "<t:" in text for text in marks)
    assert all("24時間" not in text.split("<t:")[0].split("\n")[-2] for text in marks if "<t:" in text)


def test_a_page_is_a_link_with_its_words_on_it() -> None:
    card = Card("名前", (), (Link("ページを見る", "https://a.example/b_(c)"),))
    [payload] = render(Reply((Message(cards=(card,)),)))
    assert payload["embeds"][0]["description"] == "[ページを見る](https://a.example/b_%28c%29)"


def test_a_long_text_is_parted_at_the_end_of_a_line() -> None:
    lines = [f"{n}: " + "あ" * 300 for n in range(20)]
    payloads = render(Reply((Message("\n".join(lines)),), ASK.choices))
    assert_discord_takes(payloads)
    assert "\n".join(payload["content"] for payload in payloads) == "\n".join(lines)


def test_a_text_without_line_ends_is_parted_too() -> None:
    payloads = render(Reply((Message("あ" * 4500),)))
    assert [len(payload["content"]) for payload in payloads] == [2000, 2000, 500]


def test_many_cards_are_parted_over_messages() -> None:
    card = Card("名前", ("あ" * 900,))
    payloads = render(Reply((Message(cards=(card,) * 14),)))
    assert_discord_takes(payloads)
    assert sum(len(payload["embeds"]) for payload in payloads) == 14


def choices(count: int) -> tuple[Button, ...]:
    return tuple(Button(f"こたえ{n}", Tap("a", "b", f"c{n}", "v")) for n in range(count))


@pytest.mark.parametrize("count", [1, 5, 6, 13, 25])
def test_up_to_25_choices_are_buttons(count: int) -> None:
    [payload] = render(Reply((Message("どれですか。"),), choices(count)))
    assert_discord_takes([payload])
    assert [part["label"] for row in rows(payload) for part in row] == [b.label for b in choices(count)]


@pytest.mark.parametrize("count", [26, 60, 125])
def test_more_choices_are_selects(count: int) -> None:
    [payload] = render(Reply((Message("どれですか。"),), choices(count)))
    assert_discord_takes([payload])
    options = [option for row in rows(payload) for option in row[0]["options"]]
    assert [Tap.decode(option["value"]) for option in options] == [b.tap for b in choices(count)]
    assert all(len(one) == 25 for one, _ in pairwise([row[0]["options"] for row in rows(payload)]))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(),
        Reply((), ASK.choices),
        Reply((Message(),)),
        Reply((Message(" \n"),)),
        Reply((Message("a"),), choices(126)),
    ],
    ids=["nothing", "choices alone", "no words", "blank", "126 choices"],
)
def test_what_discord_cannot_show_is_refused(reply: Reply) -> None:
    with pytest.raises(ValueError):
        render(reply)
