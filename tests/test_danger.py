"""How a talk about danger goes on: nothing is guessed, nobody is sent away, nothing is asked twice in a row."""

from __future__ import annotations

from flows.model import Event, Remind, Tap, Target
from flows.play import Session
from tests.support import SUNDAY_NIGHT, book


def talk(*texts: str) -> Session:
    """A session after these texts."""
    session = Session(book(), SUNDAY_NIGHT)
    for text in texts:
        session.type(text)
    return session


def here(session: Session) -> str:
    """Where the person stands."""
    assert session.state
    return str(Target(session.state.at.flow, session.state.at.step))


def test_denying_a_danger_is_not_taken_for_another_one() -> None:
    for answer in (
        "大丈夫じゃない",
        "暴力はない",
        "けがはない",
        "家族",
        "親",
        "うん",
        "どうしたらいいですか",
    ):
        session = talk("もう死にたい")
        before = here(session)
        session.type(answer)
        assert here(session) == before, answer


def test_violence_gets_distance_and_110_first_and_is_no_wish_to_die() -> None:
    session = talk("父に殴られてる")
    assert here(session) == "crisis.violence"
    turn = session.type("もう死にたい")
    assert here(session) == "crisis.high_self"  # another danger is no repetition
    assert any(message.cards for message in turn.reply.messages)


def test_somebody_else_in_danger_is_no_repetition_either() -> None:
    session = talk("弟が死にたいと言っています")
    session.type("わたしも死にたい")
    assert here(session) == "crisis.high_self"


def test_the_quiet_button_is_believed() -> None:
    session = talk("眠れない")
    turn = session.tap("いま危ない・消えたい")
    assert here(session) == "crisis.pressed"
    assert "119" in turn.reply.messages[0].text
    assert [card.title[:2] for card in turn.reply.messages[-1].cards[:2]] == ["救急", "警察"]


def test_the_gentle_question_is_left_by_writing_on() -> None:
    session = talk("眠れない")
    before = here(session)
    session.type("朝が来なければいいのに")
    assert here(session) == "crisis.watch"
    session.type("べつに")
    assert not here(session).startswith("crisis.")
    assert here(session).startswith(before.partition(".")[0])


def test_more_desks_never_end_in_silence() -> None:
    session = talk("もう死にたい")
    for _ in range(8):
        turn = session.tap("ほかの窓口")
        assert any(message.cards for message in turn.reply.messages)


def test_in_danger_a_place_does_not_lead_away() -> None:
    session = talk("今から死にます")
    session.send(Event("location", "和歌山県和歌山市七番丁"))
    assert here(session).startswith("crisis.")
    assert session.state and session.state.at.slots["place"] == ("30201",)


def test_leaving_in_danger_is_one_word_and_names_119() -> None:
    session = talk("もう死にたい")
    turn = session.type("おわる")
    assert "119" in turn.reply.messages[0].text
    assert session.state and session.state.at.flow == ""


def test_a_mistake_is_believed_and_the_talk_goes_on_where_it_was() -> None:
    session = talk("眠れない")
    before = here(session)
    session.type("今から死にます")
    session.type("そういう意味じゃない")
    assert here(session) == before


def test_danger_in_english_is_answered_in_english() -> None:
    session = Session(book(), SUNDAY_NIGHT)
    turn = session.type("I want to die")
    assert turn.reply.messages[0].text.isascii()


def test_a_mother_is_not_spoken_to_as_the_person() -> None:
    session = talk("私は八十になる母でございます。息子が三十年家におります")
    assert session.state and session.state.at.voice == "family"


def test_a_reminder_that_is_declined_takes_back_the_one_before() -> None:
    steps = [Target(flow.id, id) for flow in book().flows.values() for id in flow.steps]
    remind = next(target for target in steps if isinstance(book().step(target), Remind))
    session = Session(book(), SUNDAY_NIGHT)
    assert session.send(Tap(remind.flow, remind.step, "-no")).unremind


def test_no_to_the_telephone_asks_what_makes_it_hard() -> None:
    for words in ("電話は無理", "無理", "窓口はいらない", "話せない"):
        session = talk("もう死にたい")
        turn = session.type(words)
        assert here(session) == "crisis.desk_hard", words
        assert next(button.label for button in turn.reply.choices) == "声に出せない"


def test_one_all_right_does_not_close_the_way() -> None:
    session = talk("もう死にたい")
    session.type("大丈夫です")
    assert here(session) == "crisis.fine"
    turn = session.tap("窓口を見ておく")
    assert any(message.cards for message in turn.reply.messages)


def test_elsewhere_all_right_is_an_ordinary_sentence() -> None:
    session = talk("眠れない")
    session.type("大丈夫です")
    assert not here(session).startswith("crisis.")


def test_harmless_talk_is_let_go_and_danger_is_heard_there_as_anywhere() -> None:
    session = talk("眠れない", "もう死にたい", "明日はバイトだし")
    assert here(session).startswith("crisis.")
    session.type("猫がひざで寝てる")
    assert here(session).startswith("talk_first.")
    assert "いま危ない・消えたい" in session.choices
    session.type("やっぱり死にたい")
    assert here(session).startswith("crisis.")


def test_after_an_emergency_it_stays_longer() -> None:
    session = talk("今から死ぬ", "うん", "そう", "猫きた")
    assert here(session).startswith("crisis.")


def test_a_plain_request_is_answered_in_the_talk_about_danger_too() -> None:
    session = talk("息子が死にたいと言っています", "久留米市の相談窓口の電話番号を教えてください")
    assert here(session).startswith("find_center.")
    session.tap("もどる")
    assert here(session).startswith("crisis.")


def test_a_denial_is_believed() -> None:
    session = talk("眠れない", "もう死にたい")
    turn = session.type("死にたいなんて言っていません")
    assert here(session) == "talk_first.night"
    assert "command:unsay" in turn.trace.why or "denies" in turn.trace.why


def test_thanks_are_no_answer_to_a_question_about_danger() -> None:
    session = talk("もう死にたい")
    before = here(session)
    turn = session.type("ありがとう")
    assert here(session) == before
    assert "ありがとう" in turn.reply.messages[0].text


def test_what_the_writer_might_do_to_others_is_no_worry_about_them() -> None:
    assert here(talk("母です。息子と一緒に死のうかと思います")) == "crisis.high_together"
    assert here(talk("今夜この子を連れて死にます")) == "crisis.emergency_harming"
    assert here(talk("親を殺したい")) == "crisis.violence_own"


def test_a_parent_hit_by_a_child_is_not_led_to_desks_for_partners_first() -> None:
    session = talk("母です。息子に殴られます")
    turn = session.tap("されている・こわい")
    assert here(session) == "crisis.violence_home_desks"
    assert not any("DV" in card.title for message in turn.reply.messages for card in message.cards)
    session.tap("夫や妻・恋人から")
    assert here(session) == "crisis.violence_desks"
