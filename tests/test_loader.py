"""What writers get to read: every fault of the content, named with its file and line, and the README's examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.loader import Bundle, bundle_version, load_book, read_folder
from flows.problems import ContentError
from tests.support import ROOT, bundle

BROKEN = sorted((ROOT / "tests" / "broken_content").glob("*.yaml"))
FLOW = "flows/broken.yaml"


def problems(files: Bundle) -> list[str]:
    """The problems of a bundle, as they are printed."""
    with pytest.raises(ContentError) as caught:
        load_book(files)
    return str(caught.value).split("\n")


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_one_mistake_is_one_problem_with_its_place_and_a_hint(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = text.partition("\n")[0].removeprefix("# expect: ")
    assert problems({**bundle(), FLOW: text}) == [expected]


def test_all_mistakes_are_told_at_once() -> None:
    files = dict(bundle())
    names = ("unknown_step", "missing_text", "label_too_long", "trap_clock")
    for name in names:
        files[f"flows/{name}.yaml"] = (ROOT / "tests" / "broken_content" / f"{name}.yaml").read_text()
    found = problems(files)
    assert len(found) == len(names)
    assert found == sorted(found)


CHANGES = {
    "a phrase is missing": (
        "phrases.yaml",
        r"(?m)^  updated:\n(    .*\n)+",
        "",
        r"phrases\.yaml:\d+: replies: 「updated」がありません。「updated: …」の行を足してください。",
    ),
    "a phrase nobody uses": (
        "phrases.yaml",
        r"(?m)^labels:\n",
        "labels:\n  bakc: もどる\n",
        r"phrases\.yaml:\d+: labels\.bakc: 「bakc」という項目はここにはありません。もしかして「back」ですか。",
    ),
    "an entry leads nowhere": (
        "entries.yaml",
        r"human: human\.start",
        "human: human.strat",
        r"entries\.yaml:\d+: entries\.human: 会話「human」に「strat」というステップはありません。"
        "もしかして「start」ですか。",
    ),
    "no operator": (
        "about.yaml",
        r"(?m)^operator:.*\n",
        "",
        r"about\.yaml:\d+: 「operator」がありません。「operator: …」の行を足してください。",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_faults_outside_the_flows(name: str) -> None:
    file, pattern, replacement, expected = CHANGES[name]
    text, count = re.subn(pattern, replacement, bundle()[file], count=1)
    assert count == 1
    found = problems({**bundle(), file: text})
    assert len(found) == 1
    assert re.fullmatch(expected, found[0]), found[0]


def test_a_human_desk_that_is_too_far_is_named_for_each_question() -> None:
    text = bundle()["entries.yaml"].replace("human: human.start\n", "human: broken.one\n", 1)
    steps = "".join(
        f"  {here}: {{kind: ask, text: まだ先です。, choices: {{go: {{label: 進む, next: {there}}}}}}}\n"
        for here, there in (("one", "two"), ("two", "three"), ("three", "four"), ("four", "bye"))
    )
    flow = f"title: x\nsteps:\n{steps}  bye: {{kind: end, text: またどうぞ。}}\n"
    found = problems({**bundle(), "entries.yaml": text, FLOW: flow})
    assert (
        "flows/broken.yaml:3: steps.one: 「one」から、3回押しても人のいる窓口に着けません。"
        "desks のステップへ近い道を作ってください。"
    ) in found


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    files = {name: text for name, text in bundle().items() if name != "about.yaml"}
    assert problems(files) == [
        "about.yaml:1: ファイルがありません。content/README.md の表を見て、作ってください。"
    ]
    with pytest.raises(ContentError, match="読める内容がありません"):
        read_folder(tmp_path)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "about.yaml").write_bytes("operator: 灯".encode("shift_jis"))
    with pytest.raises(ContentError, match=r"about\.yaml:1: 文字コードがUTF-8ではありません"):
        read_folder(tmp_path)


def test_every_example_of_the_readme_loads() -> None:
    text = (ROOT / "content" / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    flows = [example for example in examples if "steps:" in example]
    assert len(flows) >= 13
    for number, example in enumerate(flows):
        title = "" if example.startswith("title:") else "title: 例\n"
        load_book({**bundle(), f"flows/example_{number}.yaml": title + example})
    wordings = [example for example in examples if "steps:" not in example]
    assert len(wordings) >= 5
    for example in wordings:
        indented = "".join(f"    {line}\n" for line in example.splitlines())
        flow = f"title: 例\nsteps:\n  hello:\n    kind: end\n{indented}"
        load_book({**bundle(), "flows/example.yaml": flow})


def test_every_kind_of_step_has_an_example_in_the_readme() -> None:
    from flows.reading.steps import STEP_KINDS

    text = (ROOT / "content" / "README.md").read_text(encoding="utf-8")
    for kind in STEP_KINDS:
        assert f"kind: {kind}\n" in text, kind


def test_the_version_differs_whenever_a_file_does() -> None:
    files = {"a.yaml": "x", "b.yaml": "y"}
    assert bundle_version(files) == bundle_version(dict(reversed(files.items())))
    others = [
        {"a.yaml": "x"},
        {"a.yaml": "xb.yamly"},
        {"a.yaml": "x", "c.yaml": "y"},
        {"a.yaml": "y", "b.yaml": "x"},
    ]
    assert len({bundle_version(other) for other in [files, *others]}) == 5
