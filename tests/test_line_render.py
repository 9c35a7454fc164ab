"""LINE's messages: accepted by the SDK's own models, and within the limits that no schema shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from linebot.v3.messaging import models

from bot.line import render as line
from bot.line.render import render
from flows.model import Button, Card, Link, Message, Reply, Tap
from flows.reading.limits import graphemes, utf16
from tests.contrast import contrast
from tests.replies import ASK, CENTER, POLICE, desk_replies, replies

KINDS = {"text": models.TextMessage, "flex": models.FlexMessage}


def components(value: object) -> Iterator[dict[str, Any]]:
    """Every object inside a message."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from components(inner)


def assert_line_takes(messages: list[dict[str, Any]]) -> None:
    """What LINE's documentation says about a reply (research/platforms, section 2)."""
    assert 1 <= len(messages) <= 5
    assert all("quickReply" not in message for message in messages[:-1])
    for message in messages:
        model = KINDS[message["type"]].from_dict(message)
        assert json.loads(model.to_json()) == message  # nothing that the SDK does not know
        for part in components(message):
            assert_part_fits(part)
    assert len(json.dumps(messages)) < 2_000_000


def assert_part_fits(part: dict[str, Any]) -> None:
    match part:
        case {"type": "text", "size": _}:
            assert part["text"] and part["wrap"]
        case {"type": "text"}:
            assert part["text"].strip() and utf16(part["text"]) <= 5000
        case {"type": "flex"}:
            assert 1 <= utf16(part["altText"]) <= 1500
        case {"type": "carousel"}:
            assert 1 <= len(part["contents"]) <= 12 and len(json.dumps(part).encode()) <= 50_000
        case {"type": "bubble"}:
            assert len(json.dumps(part).encode()) <= 30_000
        case {"type": "box"}:
            assert part["contents"]
        case {"type": "postback"}:
            assert 1 <= graphemes(part["label"]) <= 20 and 1 <= len(part["data"]) <= 300
            assert 1 <= graphemes(part["displayText"]) <= 300
        case {"type": "uri"}:
            assert 1 <= graphemes(part["label"]) <= 40
            assert part["uri"].partition(":")[0] in ("http", "https", "line", "tel")
            assert len(part["uri"]) <= 1000 and part["uri"].isascii() and " " not in part["uri"]
        case {"items": items}:
            assert 1 <= len(items) <= 13


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(replies)
def test_line_takes_whatever_the_engine_says(reply: Reply) -> None:
    messages = render(reply)
    assert_line_takes(messages)
    assert len(messages) == len(reply.messages)


def test_line_takes_every_desk_and_each_number_can_be_called() -> None:
    for reply in desk_replies():
        messages = render(reply)
        assert_line_takes(messages)
        uris = [part["uri"] for part in components(messages) if part.get("type") == "uri"]
        assert all(re.fullmatch(r"tel:(%23)?\d+|https?://[^\s]+", written) for written in uris), uris
        shown = messages[0]["altText"].split("\n")
        assert all(
            card.title in shown and set(filter(None, card.lines)) <= set(shown)
            for card in reply.messages[0].cards
        )


def test_choices_are_quick_replies_of_the_last_message() -> None:
    messages = render(ASK)
    assert [message["text"] for message in messages] == ["はじめまして。", "どなたのことですか。"]
    actions = [item["action"] for item in messages[-1]["quickReply"]["items"]]
    assert [action["label"] for action in actions] == ["自分のこと", "家族のこと", "人と話したい"]
    assert [action["displayText"] for action in actions] == ["自分のこと", "家族のこと", "人と話したい"]
    assert [Tap.decode(action["data"]) for action in actions] == [button.tap for button in ASK.choices]


def test_cards_alone_carry_quick_replies() -> None:
    [message] = render(Reply((Message(cards=(CENTER,)),), ASK.choices))
    assert message["type"] == "flex" and len(message["quickReply"]["items"]) == 3


def test_a_card_can_be_called_and_read() -> None:
    [message] = render(Reply((Message(cards=(POLICE, CENTER)),)))
    assert message["contents"]["type"] == "carousel"
    first, second = message["contents"]["contents"]
    buttons = [part["action"] for part in first["footer"]["contents"]]
    assert [(b["label"], b["uri"]) for b in buttons] == [
        ("電話する", "tel:%239110"),
        ("ページを見る", "https://www.npa.go.jp/"),
    ]
    sizes = {part["text"]: part["size"] for part in components(second["body"]) if "size" in part}
    assert [text for text, size in sizes.items() if size == "xl"] == ["073-000-0000"]


def test_one_card_is_a_bubble_of_its_own() -> None:
    [message] = render(Reply((Message(cards=(CENTER,)),)))
    assert message["contents"]["type"] == "bubble"


def test_the_alternative_text_works_alone() -> None:
    [message] = render(Reply((Message(cards=(POLICE, CENTER)),)))
    told = message["altText"].split("\n")
    assert {"警察相談専用電話", "#9110", "https://www.npa.go.jp/", "073-000-0000"} <= set(told)


@pytest.mark.parametrize("written", ["tel:#9110", "tel:%239110"])
def test_a_number_with_a_hash_is_dialled_as_it_is(written: str) -> None:
    assert line.uri(written) == "tel:%239110"


def test_an_address_in_japanese_is_percent_encoded() -> None:
    encoded = line.uri("https://a.example/相談?a=い#上")
    assert encoded == "https://a.example/%E7%9B%B8%E8%AB%87?a=%E3%81%84#%E4%B8%8A"
    assert line.uri(encoded) == encoded


def test_what_grew_when_a_place_was_filled_in_is_cut_between_letters() -> None:
    family = "👨‍👩‍👧"
    [message] = render(
        Reply((Message("あ" * 6000),), (Button("家族" + family * 30, Tap("a", "b", "c", "v")),))
    )
    assert message["text"] == "あ" * 4999 + "…"
    label = message["quickReply"]["items"][0]["action"]["label"]
    assert graphemes(label) == 20 and label == "家族" + family * 17 + "…"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(),
        Reply((), ASK.choices),
        Reply((Message(),)),
        Reply((Message(" \n"),)),
        Reply((Message("a"),) * 6),
        Reply((Message("a"),), ASK.choices[:1] * 14),
        Reply((Message(cards=(CENTER,) * 13),)),
    ],
    ids=["nothing", "choices alone", "no words", "blank", "six messages", "14 choices", "13 cards"],
)
def test_what_line_cannot_show_is_refused(reply: Reply) -> None:
    with pytest.raises(ValueError):
        render(reply)


def test_a_card_without_lines_and_links_is_shown() -> None:
    assert_line_takes(render(Reply((Message(cards=(Card("名前だけ", ("",)),)),))))


def test_a_card_for_a_page_has_no_button_to_call() -> None:
    card = Card("チャット", ("いつでも書けます。",), (Link("チャットをひらく", "https://a.example/"),))
    [message] = render(Reply((Message(cards=(card,)),)))
    assert [part["style"] for part in message["contents"]["footer"]["contents"]] == ["secondary"]


@pytest.mark.parametrize("colour", [line.INK, line.QUIET])
def test_words_on_a_card_can_be_read(colour: str) -> None:
    assert contrast(colour, line.PAPER) >= 4.5
    assert contrast("#FFFFFF", line.LAMP) >= 4.5
