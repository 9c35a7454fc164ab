"""The engine on the real content: what must hold in every situation that the walk meets."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from flows.engine import answer_from_memory, apology, take_turn
from flows.loader import load_book
from flows.model import Event, Listen, State, Tap, Turn, Typed
from flows.play import Session
from tests.support import SUNDAY_NIGHT, TUESDAY_NOON, book, bundle, walked

GLOBAL_WORDS = ("もどる", "最初から", "おわり", "ヘルプ", "人と話したい", "記録を消す", "けす", "忘れて")


def said(turn: Turn) -> str:
    """All text of a reply."""
    return "\n".join(message.text for message in turn.reply.messages)


def situations() -> list[State]:
    """One state for each step and voice, from the walk."""
    found = {(state.at.flow, state.at.step, state.at.voice): state for state in walked().states}
    return list(found.values())


def test_the_walk_meets_every_question_of_every_flow() -> None:
    assert len(situations()) > 100
    assert {state.at.flow for state in situations()} >= set(book().flows)


@pytest.mark.parametrize("word", GLOBAL_WORDS)
def test_a_global_word_works_in_every_situation(word: str) -> None:
    for state in situations():
        turn = take_turn(book(), state, Typed((word,)), TUESDAY_NOON)
        assert turn.trace.why[-1:] and turn.trace.why[-1].startswith("command:"), (state.at, turn.trace)
        assert turn.reply.messages
        assert turn.reply.choices


def test_danger_is_heard_in_every_situation() -> None:
    for state in situations():
        calm = replace(state, risk="none")
        high = take_turn(book(), calm, Typed(("もう死にたい",)), SUNDAY_NIGHT)
        assert high.trace.risk == "high", state.at
        assert high.trace.flow == "crisis"
        now = take_turn(book(), calm, Typed(("今から死にます",)), SUNDAY_NIGHT)
        assert now.trace.risk == "emergency", state.at
        assert "119" in now.reply.messages[0].text, (state.at, now.reply.messages[0])


def test_danger_in_a_sticker_is_heard_too() -> None:
    turn = take_turn(book(), None, Event("sticker", "死にたい"), SUNDAY_NIGHT)
    assert turn.trace.risk == "high"


def test_two_bubbles_are_read_as_one_sentence() -> None:
    assert take_turn(book(), None, Typed(("死に", "たい")), SUNDAY_NIGHT).trace.risk == "high"


def test_a_block_for_danger_is_not_said_twice_in_a_row() -> None:
    for sentence in ("もう死にたい", "今から死にます", "朝が来なければいいのに"):
        session = Session(book(), SUNDAY_NIGHT)
        texts = [said(session.type(sentence)) for _ in range(3)]
        assert texts[0] != texts[1]
        assert texts[1] != texts[2]


def test_back_returns_to_the_question_before_with_everything_as_it_was() -> None:
    tried = 0
    for met in situations():
        shown = take_turn(book(), met, Event("media"), TUESDAY_NOON)
        state = shown.state
        for button in shown.reply.choices:
            if not button.tap.flow:
                continue
            after = take_turn(book(), state, button.tap, TUESDAY_NOON)
            if (after.state.at.flow, after.state.at.step) == (state.at.flow, state.at.step) or after.erase:
                continue
            undone = take_turn(book(), after.state, Typed(("もどる",)), TUESDAY_NOON).state
            before = replace(state.at, detail=undone.at.detail, stack=undone.at.stack)
            assert undone.at == before, (state.at, button.label)
            tried += 1
    assert tried > 200


def test_back_works_as_often_as_the_history_holds_and_then_says_so() -> None:
    session = Session(book(), TUESDAY_NOON)
    session.send(Event("follow"))
    session.tap("自分のこと")
    before = []
    for _ in range(6):
        assert session.state
        here = session.state.at
        session.tap(session.choices[0])
        if session.state.at != here:
            before.append(here)
    assert len(before) > 2
    for here in reversed(before):
        session.tap("もどる")
        assert session.state
        assert (session.state.at.flow, session.state.at.step) == (here.flow, here.step)
    for _ in range(12):
        turn = session.type("もどる")
    assert turn.trace.why[-1] == "command:back"
    assert any(part in said(turn) for part in wordings("nothing_to_undo"))


def wordings(phrase: str) -> list[str]:
    """All Japanese wordings of a shared reply."""
    text = book().phrases.replies[phrase]
    return [wording.strip() for voice in ("person", "family") for wording in text.of(voice, "ja")]


def test_every_old_button_works_from_anywhere() -> None:
    elsewhere = take_turn(book(), None, Event("follow"), TUESDAY_NOON).state
    buttons = {}
    for state in situations():
        for button in take_turn(book(), state, Event("media"), TUESDAY_NOON).reply.choices:
            buttons[button.tap] = button
    assert len(buttons) > 300
    for tap in buttons:
        turn = take_turn(book(), elsewhere, tap, TUESDAY_NOON)
        assert turn.reply.messages, tap
        assert turn.trace.why, tap  # it was taken, not explained away


def test_a_button_that_nobody_knows_explains_itself() -> None:
    state = take_turn(book(), None, Event("follow"), TUESDAY_NOON).state
    for tap in (
        Tap("gone", "step", "a", "0"),
        Tap("greeting", "menu", "gone", "0"),
        Tap("", "", "gone", "0"),
    ):
        turn = take_turn(book(), state, tap, TUESDAY_NOON)
        assert any(part in said(turn) for part in wordings("old_button")), tap
        assert turn.reply.choices


def test_a_removed_step_leads_on_and_a_moved_one_to_its_new_place() -> None:
    flow = "flows/extra.yaml"
    files = dict(bundle())
    files[flow] = (
        "title: x\nsteps:\n"
        "  one: {kind: ask, text: ひとつめ, choices: {go: {label: 進む, next: two}}}\n"
        "  two: {kind: ask, text: ふたつめ, choices: {go: {label: 終える, next: bye}}}\n"
        "  bye: {kind: end, text: またどうぞ。}\n"
    )
    before = load_book(files)
    standing = take_turn(before, None, Tap("extra", "one", "go", before.version), TUESDAY_NOON).state
    assert standing.at.step == "two"

    files[flow] = files[flow].replace("  two:", "  new_two:").replace("next: two", "next: new_two")
    moved = load_book({**files, flow: files[flow] + "moved_to: {two: new_two}\n"})
    gone = load_book(files)
    for input in (Typed(("こんにちは",)), Event("media"), Tap("extra", "two", "go", before.version)):
        turn = take_turn(moved, standing, input, TUESDAY_NOON)
        assert (turn.state.at.flow, turn.state.at.step) == ("extra", "new_two"), input
        assert any(part in said(turn) for part in wordings("updated"))
    for input in (Typed(("こんにちは",)), Event("media")):
        turn = take_turn(gone, standing, input, TUESDAY_NOON)
        assert gone.phrases.entries["menu"] in turn.trace.visited
        assert any(part in said(turn) for part in wordings("updated"))
    danger = take_turn(gone, standing, Typed(("今から死にます",)), SUNDAY_NIGHT)
    assert "119" in danger.reply.messages[0].text


def test_the_state_is_json_and_holds_nothing_that_was_typed() -> None:
    mark = "ヒミツ合言葉"
    session = Session(book(), TUESDAY_NOON)
    session.send(Event("follow"))
    for text in (
        f"{mark}が眠れない",
        "話したい",
        f"{mark}は疲れた",
        "和歌山市",
        f"{mark} 死にたい",
        "もどる",
        mark,
    ):
        session.type(text)
        assert session.state
        kept = json.dumps(session.state.to_dict(), ensure_ascii=False)
        assert mark not in kept
        assert State.from_dict(json.loads(kept)) == session.state


def test_the_state_stays_small_in_a_long_talk() -> None:
    session = Session(book(), TUESDAY_NOON)
    session.send(Event("follow"))
    for turn in range(200):
        session.tap(session.choices[turn % max(1, len(session.choices) - 3)])
        assert session.state
        assert len(json.dumps(session.state.to_dict())) < 8_000


def test_listening_stays_good_over_twenty_turns() -> None:
    session = Session(book(), SUNDAY_NIGHT)
    session.send(Event("follow"))
    session.tap("自分のこと")
    listening = [t for t in walked().steps() if t.flow == "talk_first" and isinstance(book().step(t), Listen)]
    assert listening
    session.type("話したい")
    before = ""
    for text in (
        "なんか",
        "うん",
        "疲れた",
        "べつに",
        "わからない",
        "そうかも",
        "眠れなくて",
        "ひとりで",
        "…",
        "まあ",
    ) * 2:
        now = said(session.type(text))
        assert now != before, text
        before = now


def test_erasing_forgets_everything_and_says_what_others_keep() -> None:
    session = Session(book(), TUESDAY_NOON)
    session.send(Event("follow"))
    session.tap("自分のこと")
    turn = session.type("記録を消す")
    assert turn.erase
    assert turn.state == State(version=book().version)
    assert "LINE" in said(turn)


def test_leaving_is_one_word_and_the_next_message_is_welcome() -> None:
    session = Session(book(), TUESDAY_NOON)
    session.send(Event("follow"))
    session.tap("おわる")
    assert session.state and session.state.at.flow == ""
    assert session.type("。。。").trace.visited[0] == book().phrases.entries["welcome_back"]


def test_without_a_store_danger_gets_desks_and_all_else_an_honest_sentence() -> None:
    danger = answer_from_memory(book(), Typed(("死にたい",)), SUNDAY_NIGHT)
    assert any(message.cards for message in danger.messages)
    other = answer_from_memory(book(), Typed(("こんにちは",)), SUNDAY_NIGHT)
    assert other.messages[0].text.split("\n")[0] in "\n".join(wordings("busy"))
    assert [button.label for button in other.choices] == ["人と話したい"]
    assert apology(book(), None, SUNDAY_NIGHT).choices


def test_a_place_is_found_by_typing_and_by_taps_alone() -> None:
    typed = Session(book(), TUESDAY_NOON)
    typed.type("和歌山市の相談窓口を教えて")
    assert typed.state and typed.state.at.slots["place"] == ("30201",)
    tapped = Session(book(), TUESDAY_NOON)
    entry = book().phrases.entries["place"]
    tapped.send(Tap(entry.flow, entry.step, "-r-kinki", ""))
    for label in ("和歌山県", "わ行", "和歌山市"):
        tapped.tap(label)
    assert tapped.state and tapped.state.at.slots["place"] == ("30201",)


def test_an_ambiguous_place_is_asked_back() -> None:
    session = Session(book(), TUESDAY_NOON)
    entry = book().phrases.entries["place"]
    session.send(Tap(entry.flow, entry.step, "-o", ""))
    session.type("府中市")
    assert "東京都府中市" in session.choices
    assert "広島県府中市" in session.choices
    session.tap("広島県府中市")
    assert session.state and session.state.at.slots["place"] == ("34208",)
