"""`python -m flows walk --html`: the report names every step, and what no way leads to stands out."""

from __future__ import annotations

import re

from flows.covered import covered
from flows.model import Target
from flows.operators import operators_words
from flows.transcripts import Transcript
from flows.walked import report
from tests.support import TUESDAY_NOON, book, bundle, walked


def test_the_report_names_every_step_and_what_was_missed() -> None:
    words = operators_words(bundle())["walk"]
    whole = report(walked(), words)
    for target in walked().steps():
        assert f"<td>{target.step}</td>" in whole
    assert "class=no" not in whole
    assert "http" not in whole

    walk = walked()
    missed = Target("greeting", "voice")
    walk.reached.discard(missed)
    try:
        page = report(walk, words)
    finally:
        walk.reached.add(missed)
    assert page.count("class=no") == 1
    assert "着かなかったところ: greeting.voice" in page
    assert len(book().flows) == whole.count("<h2")


def test_the_report_names_what_no_transcript_shows() -> None:
    talk = ({"event": "follow"}, {"tap": "自分のこと"}, {"type": "相談先を探す"})
    seen = covered(book(), [Transcript("a", TUESDAY_NOON, talk)])
    assert Target("greeting", "voice") in seen.steps
    assert (Target("greeting", "voice"), "me") in seen.choices
    page = report(walked(), operators_words(bundle())["walk"], seen)
    lines = re.findall(r"<p class='unseen'>(.*?)</p>", page)
    greeting = next(line for line in lines if "ステップ" in line and "greeting." in line)
    assert "greeting.voice" not in re.split("[（、）]", greeting)
    assert "greeting.about_live" in re.split("[（、）]", greeting)
    assert len(lines) == 2 * len(book().flows)
    assert "人のいる窓口まで多くて1回" in page
