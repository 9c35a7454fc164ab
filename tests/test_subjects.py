"""A text that plainly names one thing is led to the step that speaks of it; telling something is listened to."""

from __future__ import annotations

import pytest

from flows.model import Target, Typed
from flows.play import Session
from tests.support import SUNDAY_NIGHT, book

START = {"person": "自分のこと", "family": "家族や身近な人のこと"}

#: What somebody might type for it, by voice and theme.
SENTENCES = {
    ("family", "pullout"): "引き出し屋に頼むのはだめですか",
    ("person", "pullout"): "親が業者に頼んで連れ出そうとしてる",
    ("person", "neighbour"): "隣の人が心配です。新聞がたまっています",
    ("person", "sources"): "これ誰が運営してるんですか",
    ("person", "what_is_it"): "ひきこもりって病気なの？",
    ("person", "first_visit"): "相談って何を聞かれるんですか",
    ("family", "what_to_say"): "電話でなんて言えばいいですか",
    ("person", "names_needed"): "匿名で相談できますか",
    ("family", "home_visit"): "家まで来てもらうことはできますか",
    ("family", "desk_kinds"): "どんな相談先がありますか",
    ("person", "handbook"): "国のハンドブックって何",
    ("family", "public_help"): "市の支援ってありますか",
    ("person", "examination"): "発達障害の検査を受けたい",
    ("person", "livelihood"): "家賃の相談をしたい",
    ("person", "care"): "介護のとこてどこ電話したらええのん",
    ("person", "child_desks"): "学校以外に相談できる所ある？",
    ("person", "other_languages"): "ベトナム語 ありますか",
    ("person", "saposute"): "サポステって何ですか",
    ("person", "work_training"): "就労移行支援って使えますか",
    ("person", "blank_years"): "履歴書の空白なんて書けばいい",
    ("person", "work_at_home"): "在宅でできる仕事ある？",
    ("person", "interview"): "面接がこわい",
    ("person", "net_strangers"): "ネットで知り合った人と会うの平気かな",
    ("family", "family_groups"): "家族会って何をする所ですか",
    ("person", "peer_groups"): "当事者会ってどんな感じ",
    ("person", "others_ways"): "ほかの人はどうやって外に出たの",
    ("family", "how_to_speak"): "どう声をかけたらいいのでしょう",
    ("family", "asking_why"): "どうして働かないのかと聞いてしまいました",
    ("family", "refusal"): "本人が相談に行きたがらないんです",
    ("family", "craft"): "CRAFTという方法を聞きました",
    ("family", "after_us"): "私が死んだらあの子はどうなるでしょう",
    ("family", "pocket_money"): "カードを勝手に使われます",
    ("family", "gaming"): "一日中ゲームばかりしています",
    ("family", "siblings"): "姉として何をすればいいですか",
    ("family", "disagree"): "夫婦で意見が合いません",
    ("family", "guilt"): "私の育て方が悪かったのでしょうか",
    ("family", "others_say"): "親戚に責められました",
}


def _started(voice: str) -> Session:
    session = Session(book(), SUNDAY_NIGHT)
    session.type("こんにちは")
    session.tap(START[voice])
    return session


@pytest.mark.parametrize(("voice", "theme"), SENTENCES, ids=lambda part: part)
def test_a_named_subject_is_spoken_of(voice: str, theme: str) -> None:
    target = next(
        subject.target
        for subject in book().phrases.subjects
        if (subject.voice, subject.theme) == (voice, theme)
    )
    for before in ("", "眠れない"):  # under the menu, and where somebody listens
        session = _started(voice)
        if before:
            session.type(before)
        turn = session.type(SENTENCES[voice, theme])
        assert target in turn.trace.visited, turn.trace


def test_a_joy_is_heard_first_and_danger_before_all() -> None:
    session = _started("family")
    session.type("話したい")
    turn = session.type("手紙を書いて置いてみたら、返事がありました")
    assert "theme:joy" in turn.trace.why
    turn = session.type("引き出し屋を呼んだら、もう死にたいと言っています")
    assert turn.trace.risk in ("high", "emergency")
    assert not any(reason.startswith("subject:") for reason in turn.trace.why)


def test_a_place_in_the_same_text_is_kept() -> None:
    session = _started("person")
    session.type("仙台で発達障害の検査を受けたい")
    assert session.state is not None
    assert session.state.at.slots["place"]


def test_somebody_who_writes_long_is_not_asked_the_next_question() -> None:
    session = _started("person")
    session.type("話したい")
    short = session.type("ラジオを聞いてた")
    long = session.type(
        "きょうは窓を開けて洗濯物を取りこんで、ラジオで野球を聞いて、夕方に豆腐を半丁だけ食べました"
    )
    assert len(short.reply.messages) == 2
    assert len(long.reply.messages) == 1
    assert long.reply.choices


def test_in_the_short_form_nothing_is_said_twice_in_a_row() -> None:
    session = _started("person")
    session.type("字が多い")
    session.type("話したい")
    told = [session.type(text).reply.messages[0].text for text in ("うれしかった", "うれしかった")]
    assert told[0] != told[1]


def test_a_goodbye_at_the_end_of_a_text_is_heard() -> None:
    session = _started("person")
    session.type("話したい")
    turn = session.type("今日はもう窓を閉めます。おやすみなさい")
    assert not turn.state.at.flow


def test_a_note_that_somebody_found_is_heard_at_once() -> None:
    session = _started("family")
    assert session.type("今までありがとう迷惑かけてごめんって書いてありました").trace.risk in (
        "high",
        "emergency",
    )
    session = _started("family")
    turn = session.send(Typed(("書き置きがありました", "息子は今いません。自転車もない")))
    assert turn.trace.risk == "emergency"


def test_violence_told_with_a_laugh_is_heard() -> None:
    for text in ("今日もけられた笑", "腹に一発とかそんくらい。あざになるけど服でかくれる"):
        assert _started("person").type(text).trace.risk != "none", text


def test_where_to_call_in_danger_shows_who_answers_now() -> None:
    session = Session(book(), SUNDAY_NIGHT)
    session.type("もう死にたい")
    turn = session.type("どこに電話すればいいですか")
    assert any(message.cards for message in turn.reply.messages)
    assert Target("find_center", "opening") not in turn.trace.visited
