"""The care rules that a machine can see: every rule has a sample that it finds and one that it lets alone."""

from __future__ import annotations

import pytest
import yaml

from flows.loader import load_book
from flows.problems import ContentError
from flows.reading.wording import FILE, Wording, read_wording
from tests.support import bundle

RULES = yaml.safe_load(bundle()[FILE])["rules"]


def wording() -> Wording:
    found = read_wording(bundle(), [])
    assert found
    return found


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_its_bad_sample_and_lets_the_good_one_alone(rule: str) -> None:
    one = next(found for found in wording().rules if found.id == rule)
    assert one.found(RULES[rule]["bad"])
    assert not one.found(RULES[rule]["good"])


def test_an_exception_covers_its_own_sentence_only() -> None:
    promise = next(found for found in wording().rules if found.id == "promise")
    assert promise.found("必ずしもそうではありません。") is None
    assert promise.found("必ずしもそうではありません。必ずよくなります。") == "必ず"


def said(text: str, more: str = "") -> list[str]:
    """The problems of a bundle with a flow that says a text."""
    flow = f"title: 例\nsteps:\n  hello:\n    kind: end\n    text: {text}\n{more}"
    with pytest.raises(ContentError) as refused:
        load_book({**bundle(), "flows/broken.yaml": flow})
    return [str(problem) for problem in refused.value.problems]


def test_a_careless_text_is_refused_with_what_to_do() -> None:
    assert said("必ずよくなります。") == [
        "flows/broken.yaml:5: steps.hello.text: 「必ず」は使いません（wording.yaml の promise）。"
        "約束できないことは書きません。「〜こともあります」と書いてください。"
    ]


def test_a_bubble_that_is_too_long_is_refused() -> None:
    assert "文字までにしてください" in said("あ" * 200)[0]


def test_a_term_without_its_explanation_is_refused() -> None:
    assert "地域若者サポートステーション" in said("サポステもあります。")[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bad: それは甘えです。", "bad: こんにちは。"),
        ("good: 人によって、ちがいます。", "good: ニートです。"),
    ],
)
def test_a_sample_that_is_read_wrongly_is_refused(old: str, new: str) -> None:
    text = bundle()[FILE]
    assert old in text
    with pytest.raises(ContentError) as refused:
        load_book({**bundle(), FILE: text.replace(old, new)})
    assert "例" in str(refused.value.problems[0])
