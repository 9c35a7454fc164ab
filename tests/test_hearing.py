"""The lexicon: how words are written, where they are found, how rules put them together, what writers get wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from flows.hearing.heard import Reading
from flows.hearing.lexicon import Lexicon, read_lexicon
from flows.hearing.matcher import Matcher
from flows.hearing.normalise import as_written, from_romaji, normalise
from flows.hearing.words import GAP, read_word
from flows.problems import Problem
from flows.understand import load_lexicon
from tests.support import ROOT, bundle

#: The least that makes a lexicon.
BASE = """\
harmless: {phrases: [死ぬほど]}
speakers: {self: [わたしが], family: [息子が], hearsay: [と言う]}
themes: {alone: [ひとり]}
commands:
  before: [もう]
  after: [です]
  back: {route: cmd_back, words: [もどる]}
  restart: {route: cmd_restart, words: [最初から]}
  menu: {route: cmd_restart, words: [メニュー]}
  stop: {route: cmd_stop, words: [やめる]}
  help: {route: cmd_help, words: [ヘルプ]}
  human: {route: human_please, words: [人と話したい]}
  erase: {route: privacy_question, words: [けす]}
  voice_person: {route: talk_first, words: [本人]}
  voice_family: {route: family_worries, words: [家族]}
  unsay: {route: cmd_back, words: [今のなし]}
  hard: {route: talk_first, words: [電話は無理]}
  fine: {route: talk_first, words: [大丈夫]}
  japanese: {route: cmd_help, words: [日本語]}
  easy_japanese: {route: cmd_help, words: [やさしい日本語]}
  english: {route: cmd_help, words: [english]}
  shorter: {route: cmd_help, words: [字が多い]}
  longer: {route: cmd_help, words: [くわしく]}
language: {easy: [やさしい日本語]}
routes:
  hello: {route: chat_greeting, any: [あいさつ]}
words:
  わたしが: [私が]
  息子が: [息子が]
  と言う: [と言]
  あいさつ: [こんにちは]
"""
RISK = """\
risk:
  {rule}
words:
  願い: [消えたい]
  曲: [という曲]
  今夜: [今夜]
  軽い: [ゲーム]
"""


def lexicon(*more: str, base: str = BASE) -> tuple[Lexicon, list[str]]:
    files = {f"understanding/{number}.yaml": text for number, text in enumerate((base, *more))}
    problems: list[Problem] = []
    return read_lexicon(files, problems), [str(problem) for problem in problems]


def rule_with(conditions: str) -> Lexicon:
    names = re.findall(r"(願い|曲|今夜|軽い)", conditions)
    text = RISK.replace("{rule}", f"wish: {{grade: high, any: [願い], {conditions}}}")
    for name in ("曲", "今夜", "軽い"):
        if name not in names:
            text = re.sub(rf"  {name}: .*\n", "", text)
    found, problems = lexicon(text)
    assert problems == []
    return found


def fires(found: Lexicon, text: str) -> bool:
    return Reading(found, as_written(text)).first(found.risk) is not None


# ---------------------------------------------------------------------------------------------- normal form


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("ｶﾅ ＡＢＣ", "かなabc"),
        ("カッター", "かつたー"),
        ("やばーーい！", "やばい"),
        ("死にてぇ", "死にてえ"),
        ("死にてー", "死にてえ"),
        ("おかあさん", "おかあさん"),
        ("つらい。死にたい", "つらい。死にたい"),
        ("つらい…死にたい", "つらい死にたい"),
        ("I don't want  to.", "i dont want to"),
        ("し に た い", "しにたい"),
        ("１００ 錠", "100錠"),
        ("💊🏻\ufe0f", "💊"),
        ("。、！", ""),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalise(text) == normal
    assert len(as_written(text)) == len(normal)


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("shinitai", "しにたい"),
        ("mou kietai", "もうきえたい"),
        ("want to die", None),
        ("ok", None),
        ("消えたい", None),
    ],
)
def test_romaji(text: str, kana: str | None) -> None:
    assert from_romaji(normalise(text)) == kana


# ---------------------------------------------------------------------------------------------- words in a text


def places(words: Sequence[str], text: str, **inner: Sequence[str]) -> list[str]:
    groups = {"x": words, **inner}
    found = Matcher({name: [read_word(word) for word in group] for name, group in groups.items()}, ["x"])
    return [text[start:end] for start, end in found.find(text).get("x", [])]


def test_words_and_groups() -> None:
    assert places(["死に<たい>"], "もう死にたくて", たい=["たい", "たく", "たくて"]) == ["死にたくて"]
    assert places(["＜死に＞たい"], "氏にたい", 死に=["死に", "氏に"]) == ["氏にたい"]
    assert places(["<とても>無理"], "無理とてもとても無理", とても=["", "とても"]) == [
        "無理",
        "とても無理",
        "無理",
    ]
    assert places(["<外>い"], "赤い青い", 外=["<内>"], 内=["赤", "青"]) == ["赤い", "青い"]


def test_gaps_stay_inside_a_sentence() -> None:
    assert places(["生きて…意味"], "生きている意味") == ["生きている意味"]
    assert places(["生きて…意味"], "生きて。意味") == []
    assert places(["あ…い"], "あ" + "う" * GAP + "い") == ["あ" + "う" * GAP + "い"]
    assert places(["あ…い"], "あ" + "う" * (GAP + 1) + "い") == []


def test_edges_of_sentences() -> None:
    assert places(["^しね$"], "しね") == ["しね"]
    assert places(["^しね$"], "やめて。しね。") == ["しね"]
    assert places(["^しね$"], "ですしね") == []
    assert places(["^しね$"], "しねば") == []


def test_english_words_are_whole_words() -> None:
    assert places(["die"], "i want to die") == ["die"]
    assert places(["die"], "diet and indie") == []
    assert places(["took <n> pills"], "i took 20 pills", n=["20"]) == ["took 20 pills"]


# ---------------------------------------------------------------------------------------------- conditions


def test_positions() -> None:
    near = rule_with("near: [今夜]")
    assert fires(near, "今夜消えたい") and fires(near, "消えたい今夜")
    assert not fires(near, "消えたい")
    assert not fires(near, "今夜はカレーです。" + "いろいろなことがありました。" * 5 + "消えたい")
    assert fires(near, "今夜です。消えたい")  # a short text is one thought
    before = rule_with("before: [今夜]")
    assert fires(before, "今夜消えたい") and not fires(before, "消えたい今夜")
    after = rule_with("after: [今夜]")
    assert fires(after, "消えたい今夜") and not fires(after, "今夜消えたい")
    anywhere = rule_with("text: [今夜]")
    assert fires(anywhere, "今夜はカレーです。" + "いろいろなことがありました。" * 5 + "消えたい")


def test_what_comes_next() -> None:
    title = rule_with("unless_next: [曲]")
    assert fires(title, "消えたい") and not fires(title, "消えたいという曲")
    assert fires(title, "消えたい気持ちのときに聞いたという曲")


def test_two_groups_at_once() -> None:
    both = rule_with("text: [今夜 + 軽い]")
    assert fires(both, "今夜ゲームして消えたい")
    assert not fires(both, "今夜消えたい") and not fires(both, "ゲームして消えたい")


def test_what_makes_lighter_is_read_as_it_is_written() -> None:
    lighter = rule_with("unless_near: [軽い]")
    assert not fires(lighter, "ゲームで消えたい")
    assert fires(lighter, "げーむで消えたい")


# ---------------------------------------------------------------------------------------------- what writers get wrong


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            "words: {あいさつ文: [<あいさつぶん>]}",
            "「あいさつぶん」という言葉のグループはありません。もしかして",
        ),
        ("words: {願い: [<願い>よ]}", "グループ「願い」の中に、「願い」自身が入っています。"),
        ("words: {願い: [きえたい]}", "グループ「願い」は、どこからも使われていません。"),
        (
            "words: {あいさつ: [やあ]}",
            "「あいさつ」が2回あります。understanding/0.yaml の31行目にもあります。",
        ),
        ("words: {願い: ['※']}", "「※」には、読める文字がありません。"),
        ("words: {願い: […たい]}", "「…たい」は「…」や「$」で始まっています。"),
        ("words: {願い: [消えたい。]}", "「消えたい。」に「、」「。」などの記号があります。"),
        ("risk: {a: {grade: hihg, any: [あいさつ]}}", "「hihg」は使えません。もしかして「high」ですか。"),
        ("risk: {a: {grade: high}}", "「any」がありません。"),
        (
            "risk: {a: {grade: high, any: [あいさつ], neer: [あいさつ]}}",
            "「neer」という項目はここにはありません。",
        ),
        ("routes: {a: {route: nowhere, any: [あいさつ]}}", "「nowhere」は使えません。"),
        ("rules: {}", "「rules」という項目はここにはありません。"),
    ],
)
def test_problems_name_the_line_and_what_to_do(more: str, message: str) -> None:
    _, problems = lexicon(more)
    assert any(message in problem and problem.startswith("understanding/") for problem in problems), problems


def test_a_missing_section() -> None:
    _, problems = lexicon()
    assert problems == [
        "understanding/:1: 「risk:」の書かれたファイルがありません。"
        "content/understanding/README.md の表を見て、足してください。"
    ]


def test_examples_in_the_readme_are_read() -> None:
    text = (ROOT / "content" / "understanding" / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert examples
    for example in examples:
        problems: list[Problem] = []
        load_lexicon({**bundle(), "understanding/example.yaml": example}, problems)
        assert problems == [], example


def test_every_file_of_the_folder_is_in_the_readme() -> None:
    text = (ROOT / "content" / "understanding" / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in (ROOT / "content" / "understanding").glob("*.yaml")}
    assert files == set(re.findall(r"\| `(\w+\.yaml)` \|", text))
