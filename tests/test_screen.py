"""The screen as a whole: the built-in safety sentences, time that grows with length only, any text at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.hearing.safety import SENTENCES
from flows.model import RISKS
from flows.problems import Problem
from flows.understand import Understanding, load_lexicon, understand
from tests.support import book, bundle


def read(*parts: str) -> Understanding:
    return understand(book(), parts)


# ---------------------------------------------------------------------------------------------- safety


def test_the_real_content_holds_the_safety_sentences() -> None:
    problems: list[Problem] = []
    load_lexicon(bundle(), problems)
    assert problems == []
    assert SENTENCES.exists()


def test_content_that_no_longer_hears_danger_is_refused() -> None:
    files = dict(bundle())
    files["understanding/harmless.yaml"] = files["understanding/harmless.yaml"].replace(
        "  気持ち: [\n", "  気持ち: [\n    死にたい,\n", 1
    )
    problems: list[Problem] = []
    load_lexicon(files, problems)
    assert any("「死にたい」は high 以上" in problem.fact for problem in problems)


def test_content_that_imagines_danger_is_refused() -> None:
    files = dict(bundle())
    files["understanding/risk.yaml"] += (
        "  greeting_is_danger:\n    grade: high\n    any: [あいさつの例]\nwords:\n  あいさつの例: [こんにちは]\n"
    )
    problems: list[Problem] = []
    load_lexicon(files, problems)
    assert any("「こんにちは」は none まで" in problem.fact for problem in problems)


# ---------------------------------------------------------------------------------------------- time


@pytest.mark.parametrize(
    "piece", ["死にたい", "息子が", "死にたくない。", "わけじゃない", "い", "a b ", "🔪", "生きて…"]
)
def test_time_grows_with_length_only(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        begin = time.perf_counter()
        read(text)
        return time.perf_counter() - begin

    short = min(seconds(2_500) for _ in range(3))
    long = min(seconds(10_000) for _ in range(3))
    assert long < 4 * short * 2 + 0.02


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=4))
def test_any_text_is_read_and_joining_never_lowers_danger(parts: list[str]) -> None:
    heard = read(*parts)
    for part in parts:
        assert RISKS.index(heard.risk) >= RISKS.index(read(part).risk)
