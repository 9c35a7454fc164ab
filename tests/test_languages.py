"""What people read in English and in easy Japanese where it matters most: in danger, and on the cards of desks."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from flows.desks import as_of, card
from flows.model import Card, Language, Turn
from flows.play import Session
from tests.desk_needs import directory, load
from tests.support import SUNDAY_NIGHT, TUESDAY_NOON, book
from tests.test_desk_tables import BASE

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
#: Words in Japanese to show or to search for stand between these, with their English beside them.
QUOTED = re.compile("「[^」]*」")
HOURS = (SUNDAY_NIGHT.replace(hour=23, minute=0), TUESDAY_NOON)


def shown(id: str, now: datetime, language: Language) -> Card:
    def word(key: str) -> str:
        return book().phrases.desks[key].of("person", language)[0]

    return card(as_of(directory().by_id[id], now), now, word, language)


def read(turn: Turn) -> list[str]:
    """All that is read of a turn but names and addresses of desks."""
    messages, addresses = turn.reply.messages, {desk.address for desk in directory().rows if desk.address}
    lines = [line for message in messages for one in message.cards for line in one.lines]
    links = [link.label for message in messages for one in message.cards for link in one.links]
    buttons = [button.label for button in turn.reply.choices]
    texts = [message.text for message in messages if message.text]
    return [
        *(line for line in lines if not any(line.endswith(address) for address in addresses)),
        *links,
        *buttons,
        *texts,
    ]


def titles(turn: Turn) -> list[str]:
    return [one.title for message in turn.reply.messages for one in message.cards]


def speaking(word: str, now: datetime) -> Session:
    session = Session(book(), now)
    session.type(word)
    return session


@pytest.mark.parametrize("now", HOURS, ids=("night", "noon"))
def test_in_danger_somebody_who_reads_english_reads_no_japanese(now: datetime) -> None:
    session = speaking("English", now)
    turns = [session.type("I want to kill myself")]
    turns += [session.tap(label) for label in ("In danger right now", "I can't call", "I can't speak")]
    turns += [
        session.tap("Chat desks"),
        session.tap("Chat"),
        session.tap("More desks"),
        session.type("human"),
    ]
    turns += [session.type("My husband is beating me"), session.tap("It is happening now")]
    names = {desk.name for desk in directory().rows}
    for turn in turns:
        assert not [text for text in read(turn) if JAPANESE.search(text)], turn.trace
        for title in titles(turn):
            english, _, name = title.partition(" / ")
            assert not JAPANESE.search(english)
            assert (name or english) in names
    assert titles(turns[1])[:2] == [shown(id, now, "en").title for id in ("fire-119", "police-110")]


def test_near_a_place_a_card_is_english_but_for_name_and_address() -> None:
    session = speaking("English", TUESDAY_NOON)
    for label in ("About me", "Find a place to ask", "Desks near me"):
        session.tap(label)
    session.type("札幌市")
    turn = session.tap("In person")
    assert "札幌市生活就労支援センターステップ" in titles(turn)
    cards = [one for message in turn.reply.messages for one in message.cards]
    lines = [line for one in cards for line in one.lines]
    assert [line for line in lines if JAPANESE.search(line)] == [
        line for line in lines if line.startswith("Address: ")
    ]


@pytest.mark.parametrize("now", HOURS, ids=("night", "noon"))
def test_every_national_desk_is_read_in_every_language(now: datetime) -> None:
    """Easy Japanese has blanks between its words; English has Japanese only between the marks of a quotation."""
    for desk in directory().by_id.values():
        if desk.where.file == "desks/national.csv" and desk.kind != "page":
            for line in shown(desk.id, now, "en").lines:
                assert not JAPANESE.search(QUOTED.sub("", line)), desk.id
            spoken = {line for line in shown(desk.id, now, "easy").lines if JAPANESE.search(line)}
            assert not spoken & {desk.about, desk.hours_note, desk.first}, desk.id
            assert all(" " in line for line in spoken if len(line) > 20), desk.id


def test_an_english_card_says_whether_english_is_spoken() -> None:
    said = {id: shown(id, TUESDAY_NOON, "en").lines for id in ("tell-chat", "yorisoi-338", "police-110")}
    words = {key: book().phrases.desks[key].of("person", "en")[0] for key in ("in_language", "in_japanese")}
    spoken = {id: [key for key, line in words.items() if line in lines] for id, lines in said.items()}
    assert spoken == {"tell-chat": ["in_language"], "yorisoi-338": ["in_japanese"], "police-110": []}
    easy = book().phrases.desks["in_language"].of("person", "easy")[0]
    assert easy in shown("houterasu-multi", TUESDAY_NOON, "easy").lines
    assert easy not in shown("yorisoi-338", TUESDAY_NOON, "easy").lines


def test_a_page_of_a_place_has_an_english_name() -> None:
    assert shown("page-40130", TUESDAY_NOON, "en").title == "Official page of 福岡市 / 福岡市の公式ページ"


def test_a_local_desk_borrows_words_with_their_translation_and_its_own_stay() -> None:
    header = "id,show,name,like,about,about_en,channels,contact,hours,topics,url,checked_on\n"
    row = "{id},yes,NPOゆめ,{like},{about},{english},phone,0120-111-{n},24時間,anything,https://example.org/,2026-11-23\n"
    found, problems = load(
        {
            **BASE,
            "desks/local.csv": header
            + row.format(id="borrows", like="pattern", about="", english="", n="111")
            + row.format(id="own", like="pattern", about="居場所", english="", n="222")
            + row.format(id="both", like="pattern", about="居場所", english="A place to be", n="333"),
        }
    )
    assert problems == []
    about = {id: found.by_id[id].words("en").about for id in ("borrows", "own", "both")}
    assert about == {"borrows": "Daily life", "own": "居場所", "both": "A place to be"}
