"""The learned half of the screen: its figures are those of docs/safety.md, and it cannot be switched off."""

from __future__ import annotations

import pytest

from flows.engine import take_turn
from flows.learning import report
from flows.learning.examples import read_examples
from flows.learning.report import Read, read_set
from flows.loader import load_book
from flows.model import Position, State, Target, Typed
from flows.problems import ContentError
from flows.understand import ruled_by, understand
from tests.support import ROOT, SUNDAY_NIGHT, book, bundle

PAGE = ROOT / "docs" / "safety.md"


def test_the_page_shows_what_the_screen_does_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    learned = book().lexicon.learned
    assert learned
    lines = report.page(
        bundle(),
        learned.risk.limits,
        lambda text: understand(book(), [text]),
        lambda text: ruled_by(book().lexicon, text),
    )
    assert PAGE.read_text(encoding="utf-8") == "\n".join(lines) + "\n", (
        "python -m flows safety > docs/safety.md"
    )


def test_there_are_enough_writers_and_sentences() -> None:
    examples, bad = read_examples(bundle())
    assert bad == []
    assert len({example.writer for example in examples}) >= 40
    assert len({example.text for example in examples}) >= 15_000
    assert sum(example.risk == "none" for example in examples) >= 5_000
    assert sum(example.speaker == "family" for example in examples) >= 2_000
    forms = [example.form for example in examples]
    assert forms.count("dialect") >= 1_000
    assert forms.count("evasive") >= 700
    assert forms.count("long") >= 700
    assert forms.count("english") + forms.count("easy") >= 400


def test_a_danger_typed_at_any_step_of_any_flow_is_met() -> None:
    for flow in book().flows.values():
        for id in flow.steps:
            state = State(Position(flow.id, id, "person"), version=book().version)
            turn = take_turn(book(), state, Typed(("今から死にます",)), SUNDAY_NIGHT)
            assert turn.trace.risk == "emergency", Target(flow.id, id)
            assert "119" in turn.reply.messages[0].text


def test_weights_of_other_examples_are_refused() -> None:
    files = dict(bundle())
    name = "understanding/examples/first.txt"
    with pytest.raises(ContentError) as refused:
        load_book({**files, name: files[name] + "新しい文\n"})
    assert ["flows train" in str(problem) for problem in refused.value.problems] == [True, True]


@pytest.mark.parametrize("line", ["@ hihg self - plain wish", "@ high self plain", "見出しのない文"])
def test_a_broken_example_names_its_line(line: str) -> None:
    with pytest.raises(ContentError) as refused:
        load_book({**bundle(), "understanding/examples/new.txt": f"# だれか\n{line}\n"})
    assert any(str(one).startswith("understanding/examples/new.txt:2:") for one in refused.value.problems)


@pytest.mark.parametrize("text", ["@", "a\tb", "", "tomoshibi-weights 1\nexamples x\n"])
def test_what_is_no_file_of_weights_is_refused(text: str) -> None:
    with pytest.raises(ContentError) as refused:
        load_book({**bundle(), "understanding/weights/risk.txt": text})
    assert any("flows train" in str(one) for one in refused.value.problems)


def test_a_set_is_read_as_the_bot_reads() -> None:
    found = read_set("@ high self - plain wish\nもう死にたい\n", lambda text: understand(book(), [text]))
    assert [type(one) for one in found] == [Read]
    assert found[0].risk == "high"
    assert not found[0].missed
