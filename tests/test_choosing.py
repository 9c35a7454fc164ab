"""Typed answers to choices: what is meant, and above all what is not."""

from __future__ import annotations

import pytest

from flows.understand import match_choice

DANGER = [
    ("今すぐ危ない", ["危ない"]),
    ("気持ちはある、今すぐではない", ["死にたい", "ある", "はい", "今すぐではない"]),
    ("暴力がこわい", ["暴力", "殴られる"]),
    ("どれでもない・話したい", ["ちがう", "そういう意味じゃない"]),
]
CALLING = [
    ("電話した", []),
    ("電話できない", ["かけられない", "無理"]),
    ("話を続ける", ["話したい"]),
    ("ちがう意味だった", []),
]
WAYS = [("電話", ["声", "通話"]), ("文字で", ["チャット"]), ("会って", ["対面"]), ("メール", ["手紙"])]


@pytest.mark.parametrize(
    "text",
    [
        "大丈夫じゃない",
        "暴力はない",
        "けがはない",
        "死にたいわけではない",
        "電話こわい",
        "家族と話したい",
        "わからない",
        "なにもない",
    ],
)
def test_what_only_sounds_like_an_answer_about_danger_is_none(text: str) -> None:
    assert match_choice(text, DANGER) is None


@pytest.mark.parametrize(
    "text", ["電話できた", "起きない", "夜がこわい", "逃げられない", "電話は無理", "話したくない"]
)
def test_a_call_is_not_taken_for_its_opposite(text: str) -> None:
    assert match_choice(text, CALLING) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("電話", 0), ("でんわ", 0), ("ﾃﾞﾝﾜ", 0), ("こえ", 0),
        ("声", 0), ("２", 1), ("一番", 0), ("３つ目", 2), ("④", 3), ("文字", 1),
        ("電話でお願いいたします", 0), ("メールがいいです", 3), ("ﾒｰﾙ", 3),
        ("電話は無理", None), ("5", None), ("", None),
    ],
)  # fmt: skip
def test_numbers_words_and_polite_endings(text: str, number: int | None) -> None:
    assert match_choice(text, WAYS) == number


def test_latin_letters_count_only_as_whole_words() -> None:
    choices: list[tuple[str, list[str]]] = [("Rather not say", []), ("How I am now", [])]
    assert match_choice("Osaka", choices) is None
    assert match_choice("rather not say", choices) == 0


def test_equal_labels_decide_nothing() -> None:
    assert match_choice("はい", [("はい", []), ("続ける", ["はい"])]) is None
