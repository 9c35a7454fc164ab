"""LINE's rich menus: what they say and where they lead, and their pictures."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from PIL import Image

from bot.line import richmenu_image
from bot.line.events import Events
from bot.line.richmenu import (
    AREAS,
    FILE,
    HEIGHT,
    PAGES,
    WIDTH,
    Menus,
    area_boxes,
    as_json,
    read_menus,
    tab_boxes,
)
from bot.line.richmenu_image import draw, lacking
from bot.privacy import Keyring
from flows.engine import take_turn
from flows.model import Ask, Event, Input, State, Tap, Target, Turn, Typed
from flows.problems import ContentError
from tests.contrast import contrast
from tests.line.richmenu_standin import assert_line_takes_menu, menus
from tests.support import ROOT, TUESDAY_NOON, book, bundle
from tests.tiny import NOW, SECRET

WRITTEN = """\
chat_bar: メニュー
tabs:
  person:
    title: わたし
    areas:
      talk:
        label: 話を聞いてほしい
        line: ひとことだけでも
        to: greeting.menu_mine.talk
      kept:
        label: プライバシー
        line: 何が残るか
        to: greeting.help.kept
        page: privacy
"""
HELLO: tuple[Input, ...] = (Event("follow"),)
MINE: tuple[Input, ...] = (*HELLO, Tap("greeting", "voice", "me"))
STATES: Mapping[str, tuple[Input, ...]] = {
    "nobody yet": (),
    "at the menu": MINE,
    "in a talk": (*MINE, Tap("greeting", "menu_mine", "talk")),
    "in danger": (Typed(("もう死にたい",)),),
}
#: What somebody may write before the label.
WAYS = ((), (Typed(("ほかのこと",)),), (Typed(("ヘルプ",)),))
VOICES = {"person": "me", "family": "kin"}


def real() -> Menus:
    """The menus of the real content."""
    return read_menus(bundle(), book(), lacking)


def after(*given: Input) -> Turn:
    """The last turn of somebody new who does all that."""
    state: State | None = None
    for one in given:
        turn = take_turn(book(), state, one, TUESDAY_NOON)
        state = turn.state
    return turn


# ---------------------------------------------------------------------------------------------- what they say


@pytest.mark.parametrize("before", STATES.values(), ids=STATES)
def test_every_area_leads_to_its_flow_from_everywhere(before: tuple[Input, ...]) -> None:
    for tab in real().tabs:
        for one in tab.areas:
            tap = Tap.decode(one.tap.encode())
            assert tap
            why = after(*before, tap).trace.why
            assert [word.partition(":")[0] for word in why] in (["tap"], ["command"]), (tab.id, one.id)


def test_every_area_is_reached_by_words_alone() -> None:
    """By its label, at the menu or one word further in."""
    for tab in real().tabs:
        home = (*HELLO, Tap("greeting", "voice", VOICES[tab.id]))
        for one in tab.areas:
            tapped = after(*home, one.tap).state.at
            ways = (after(*home, *before, Typed((one.label,))).state.at for before in WAYS)
            assert any((at.flow, at.step) == (tapped.flow, tapped.step) for at in ways), (tab.id, one.label)


def test_no_area_speaks_with_the_voice_of_the_other_tab() -> None:
    for tab in real().tabs:
        for one in tab.areas:
            step = book().step(Target(one.tap.flow, one.tap.step))
            choices = step.choices if isinstance(step, Ask) else ()
            assert {each.voice for each in choices if each.id == one.tap.choice} <= {None, tab.id}


def test_a_human_and_privacy_are_on_every_tab() -> None:
    for tab in real().tabs:
        assert Tap("", "", "human") in [one.tap for one in tab.areas]
        assert "privacy" in [one.page for one in tab.areas]


def test_the_pages_are_served() -> None:
    routes = (ROOT / "bot/web/pages.py").read_text(encoding="utf-8")
    assert all(f'web.get("/{page}"' in routes for page in PAGES)


@pytest.mark.parametrize("address", [None, "https://bot.example"])
def test_line_takes_the_menus(address: str | None) -> None:
    for tab in real().tabs:
        menu = as_json(real(), tab, address)
        assert_line_takes_menu({"name": "a name", **menu})
        links = [one["action"]["uri"] for one in menu["areas"] if one["action"]["type"] == "uri"]
        assert links == ([f"{address}/privacy"] if address else [])


def test_switching_a_tab_says_nothing() -> None:
    person, family = (as_json(real(), tab, None)["areas"][0]["action"] for tab in real().tabs)
    assert (person["richMenuAliasId"], family["richMenuAliasId"]) == ("tab-family", "tab-person")
    event = {"type": "postback", "webhookEventId": "01", "source": {"type": "user", "userId": "U1"}}
    events = Events(Keyring(SECRET), lambda: NOW)
    assert events.incoming("U0", {**event, "postback": {"data": family["data"], "params": {}}}) is None


@pytest.mark.parametrize("count", range(AREAS[0], AREAS[1] + 1))
def test_the_fields_fill_the_picture_without_overlap(count: int) -> None:
    made = menus(count=count)
    boxes = [*tab_boxes(made), *area_boxes(made.tabs[0])]
    assert sum(box.width * box.height for box in boxes) in range(
        WIDTH * HEIGHT - WIDTH * 4, WIDTH * HEIGHT + 1
    )
    for number, one in enumerate(boxes):
        for other in boxes[:number]:
            assert (
                one.x >= other.x + other.width
                or other.x >= one.x + one.width
                or one.y >= other.y + other.height
                or other.y >= one.y + one.height
            )


#: Two areas in one line.
TWO = "{a: {label: は, line: に, to: menu}, b: {label: は, line: に, to: help}}"
BROKEN = {
    "a flow that is not there": (
        "greeting.menu_mine.talk",
        "greetings.menu_mine.talk",
        "9: tabs.person.areas.talk.to: 「greetings」という会話はありません。もしかして「greeting」ですか。",
    ),
    "a step that is not there": (
        "greeting.menu_mine.talk",
        "greeting.menu_min.talk",
        "9: tabs.person.areas.talk.to: 会話「greeting」に「menu_min」というステップはありません。"
        "もしかして「menu_mine」ですか。",
    ),
    "a choice that is not there": (
        "greeting.menu_mine.talk",
        "greeting.menu_mine.tolk",
        "9: tabs.person.areas.talk.to: 「greeting.menu_mine」に「tolk」という選択肢はありません。"
        "もしかして「talk」ですか。",
    ),
    "no way at all": (
        "greeting.menu_mine.talk",
        "erase",
        "9: tabs.person.areas.talk.to: 行き先「erase」は使えません。"
        "「会話.ステップ.選択肢」か、menu・help・human のどれかを書いてください。",
    ),
    "a label that is too long": (
        "label: 話を聞いてほしい\n",
        "label: わたしの話を聞いてほしい\n",
        "7: tabs.person.areas.talk.label: 「わたしの話を聞いてほしい」は12文字あります。"
        "絵に収まるよう、10文字までにしてください。",
    ),
    "a letter that no font has": (
        "line: ひとことだけでも",
        "line: ひとこと🌙だけ",
        "8: tabs.person.areas.talk.line: 「🌙」は、絵の中に書けません。ほかの文字にしてください。",
    ),
    "a missing key": (
        "        line: ひとことだけでも\n",
        "",
        "7: tabs.person.areas.talk: 「line」がありません。「line: …」の行を足してください。",
    ),
    "a key nobody knows": (
        "chat_bar: メニュー\n",
        "chat_bar: メニュー\nchatbar: メニュー\n",
        "2: chatbar: 「chatbar」という項目はここにはありません。もしかして「chat_bar」ですか。",
    ),
    "a page that is not there": (
        "page: privacy",
        "page: privaci",
        "14: tabs.person.areas.kept.page: 「privaci」は使えません。もしかして「privacy」ですか。",
    ),
    "a third tab": (
        "  person:\n",
        f"  one: {{title: い, areas: {TWO}}}\n  two: {{title: ろ, areas: {TWO}}}\n  person:\n",
        "3: tabs: tabs が3個です。1個から2個にしてください。",
    ),
    "one area": (
        "      kept:\n        label: プライバシー\n        line: 何が残るか\n        to: greeting.help.kept\n"
        "        page: privacy\n",
        "",
        "6: tabs.person.areas: areas が1個です。2個から8個にしてください。",
    ),
    "two lines": (
        "title: わたし",
        'title: "わた\\nし"',
        "4: tabs.person.title: ボタンの文字に改行があります。1行にしてください。",
    ),
}


@pytest.mark.parametrize(("written", "instead", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_told_with_its_place_and_a_hint(written: str, instead: str, expected: str) -> None:
    assert written in WRITTEN
    assert read_menus({FILE: WRITTEN}, book(), lacking).tabs[0].areas[1].page == "privacy"
    with pytest.raises(ContentError) as caught:
        read_menus({FILE: WRITTEN.replace(written, instead, 1)}, book(), lacking)
    assert str(caught.value) == f"{FILE}:{expected}"


def test_a_missing_file_is_told() -> None:
    with pytest.raises(ContentError, match=FILE):
        read_menus({}, book(), lacking)


# ---------------------------------------------------------------------------------------------- their pictures


def test_every_pair_of_colours_is_readable() -> None:
    for ink, ground in richmenu_image.WRITTEN:
        assert contrast(ink, ground) >= 4.5, (ink, ground)


@pytest.mark.parametrize("count", [2, 6, 7, 8])
def test_the_longest_words_fit_and_stand_out_from_their_field(count: int) -> None:
    made = menus(count=count)
    raw = draw(made, made.tabs[0])
    assert len(raw) <= 1_000_000
    with Image.open(io.BytesIO(raw)) as image:
        assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
        for box in area_boxes(made.tabs[0]):
            inside = (box.x + 30, box.y + 30, box.x + box.width - 30, box.y + box.height - 30)
            colours = shares(image, inside)
            paper = max(colours, key=colours.__getitem__)
            inks = [ink for ink, share in colours.items() if ink != paper and share > 0.01]
            assert inks and all(contrast(ink, paper) >= 4.5 for ink in inks)
            left, top, right, bottom = inside
            for rim in ((left, top, left + 1, bottom), (right - 1, top, right, bottom)):
                assert shares(image, rim) == {paper: 1}, "the words touch the border"


def shares(image: Image.Image, box: tuple[int, int, int, int]) -> dict[str, float]:
    """How much of a part of a picture each colour has, by `#rrggbb`."""
    part = image.crop(box)
    found: dict[str, float] = {}
    for count, colour in part.getcolors(WIDTH * HEIGHT) or ():
        assert isinstance(colour, tuple)
        found[f"#{bytes(colour).hex()}"] = count / (part.width * part.height)
    return found


def test_letters_are_large_on_a_phone() -> None:
    points = 390 / WIDTH
    assert richmenu_image.LABEL_SIZE * points >= 17 and richmenu_image.LINE_SIZE * points >= 11
