"""`python -m flows walk --html`: the report names every step, and what no way leads to stands out."""

from __future__ import annotations

from flows.model import Target
from flows.operators import operators_words
from flows.walked import report
from tests.support import book, bundle, walked


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
