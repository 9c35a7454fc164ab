"""What a text means: danger, who is meant, themes, commands, language, and the choice that is meant."""

from __future__ import annotations

import pytest

from flows.model import RISKS
from flows.understand import Understanding, match_choice, ruled_by, understand
from tests.support import ROOT, book


def read(*parts: str) -> Understanding:
    return understand(book(), parts)


# ---------------------------------------------------------------------------------------------- spellings


@pytest.mark.parametrize(
    "text",
    [
        "しにたい",
        "シニタイ",
        "ｼﾆﾀｲ",
        "ｓｈｉｎｉｔａｉ",
        "SHINITAI",
        "しにたぃ",
        "しにたーーい",
        "しにたあああい",
        "し に た い",
        "死.に.た.い",
        "死・に・た・い",
        "し\nに\nた\nい",
        "死に\nたい",
        "死😭に😭た😭い",
        "し\u200bに\u200bた\u200bい",
        "死\u0301に\u0301た\u0301い",
        "ιにたい",
        "氏にたい",
        "タヒにたい",
        "ﾀﾋにたい",
        "4にたい",
        "４にたい",
        "○にたい",
        "しに対",
        "死二たい",
        "shi ni tai",
        "mou shinitai desu",
    ],
)
def test_one_wish_in_many_spellings(text: str) -> None:
    assert read(text).risk == "high"


@pytest.mark.parametrize(
    "text",
    [
        "試しにたい焼きを買う",
        "わたしにたいせつなもの",
        "市に対する要望",
        "楽しんだ方がいい",
        "イギリスから来た",
    ],
)
def test_words_that_only_hold_the_letters_wake_no_rule(text: str) -> None:
    assert ruled_by(book().lexicon, text).risk == "none"


# ---------------------------------------------------------------------------------------------- parts


def test_texts_that_waited_together_are_read_joined_and_singly() -> None:
    assert read("き", "えたい").risk == read("きえたい").risk == "high"
    assert read("き").risk != "high" != read("えたい").risk
    assert read("こんにちは", "死にたい", "なんでもない").risk == "high"


def test_one_clause_of_a_long_text_is_enough() -> None:
    talk = "今日は朝から雨で、洗濯物が乾かなくて困りました。昼にうどんを食べて、少し昼寝をしました。" * 20
    assert read(talk).risk == "none"
    assert read(talk + "夜になると死にたくなります。" + talk).risk == "high"


def test_a_harmless_phrase_covers_only_itself() -> None:
    assert read("死ぬほど眠い").risk == "none"
    assert read("死ぬほど眠い、もう死にたい").risk == "high"


def test_nothing_in_it() -> None:
    for parts in ((), ("",), ("   ",), ("。。。",), ("\u200b",)):
        assert read(*parts) == Understanding("none", "self", "other", (), None, (), None)


# ---------------------------------------------------------------------------------------------- who is meant


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("死にたい", "self"),
        ("息子が「死にたい」と言っています", "family"),
        ("死にたいと息子が言います", "family"),
        ("息子は三十歳です。昨日「死にたい」とつぶやきました", "family"),
        ("友達がいなくて死にたい", "self"),
        ("友達が死にたいって言ってる", "peer"),
        ("父に殴られる", "self"),
        ("息子に殴られる", "family"),
        ("隣の家のおじいさんが倒れています", "other"),
        ("この子と一緒に死ぬしかない", "family"),
    ],
)
def test_who_is_meant(text: str, speaker: str) -> None:
    assert read(text).speaker == speaker


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("死にたいわけじゃない", "watch"),
        ("昔は死にたかった", "watch"),
        ("もし死んだらどうなるの", "watch"),
        ("「死にたい」という名前の曲がある", "none"),
        ("死にたいって歌の歌詞", "none"),
    ],
)
def test_what_weakens_a_wish_for_the_rules(text: str, most: str) -> None:
    assert RISKS.index(ruled_by(book().lexicon, text).risk) <= RISKS.index(most)


def test_a_writer_sees_which_rule_decided() -> None:
    heard = read("今から死にます")
    assert (heard.risk, heard.why[0]) == ("emergency", "plan_with_time")
    rules = {rule.id for rule in (*book().lexicon.risk, *book().lexicon.routes)}
    assert set(heard.why) - rules == {"learned:emergency"}


def test_a_writer_sees_what_the_weights_saw() -> None:
    learned = book().lexicon.learned
    assert learned
    sees = learned.reasons("もう死にたい", "high")
    assert 1 <= len(sees) <= 4
    assert any("死" in one or "シ" in one for one in sees)


# ---------------------------------------------------------------------------------------------- themes, language


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("ひとりぼっちでさみしい", "alone"),
        ("とても疲れた", "tired"),
        ("夜眠れない", "sleep"),
        ("母とうまくいかない", "family"),
        ("この先どうなるんだろう", "future"),
        ("自分が恥ずかしい", "ashamed"),
        ("腹が立つ", "angry"),
        ("むなしい", "empty"),
        ("特に何もなかった", "nothing"),
        ("学校に行けない", "school"),
        ("仕事が続かない", "work"),
        ("お金がない", "money"),
        ("頭が痛い", "body"),
        ("不安で落ち着かない", "anxious"),
    ],
)
def test_themes(text: str, theme: str) -> None:
    assert theme in read(text).themes


def test_themes_come_in_the_order_of_the_text_and_stand_in_the_readme() -> None:
    assert read("お金がなくて、夜も眠れない").themes == ("money", "sleep")
    readme = (ROOT / "content" / "understanding" / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{theme}` |" in readme for theme in book().lexicon.themes)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I don't know what to do", "en"),
        ("my son won't leave his room", "en"),
        ("日本語が むずかしいです", "easy"),
        ("にほんごが すこし わかります", "easy"),
        ("死にたい", None),
        ("LINEで相談したい", None),
        ("mou tsukareta", None),
        ("ok", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert read(text).language == language


# ---------------------------------------------------------------------------------------------- choices

SHOWN = [
    ("自分のこと", ["わたし"]),
    ("家族のこと", ["息子", "娘"]),
    ("電話する", ["電話"]),
    ("はい", ["うん", "そう"]),
    ("いいえ", ["ちがう", "ううん"]),
]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("自分のこと", 0),
        ("ｼﾞﾌﾞﾝのこと", 0),  # heard by its sound
        ("わたし", 0),
        ("家族", 1),
        ("家族のことです", 1),
        ("むすこ", 1),
        ("息子", 1),
        ("ハイ", 3),
        ("うん", 3),
        ("ううん", 4),
        ("2", 1),
        ("２", 1),
        ("②", 1),
        ("二", 1),
        ("2番", 1),
        ("３つ目", 2),
        ("9", None),
        ("0", None),
        ("こと", None),
        ("電話は無理", None),
        ("", None),
        ("なんでもないです", None),
    ],
)
def test_match_choice(text: str, number: int | None) -> None:
    assert match_choice(text, SHOWN) == number


def test_labels_that_hold_numbers() -> None:
    ages: list[tuple[str, list[str]]] = [("10代", []), ("20代", []), ("それより上", [])]
    assert match_choice("20代", ages) == 1
    assert match_choice("1", ages) == 0
