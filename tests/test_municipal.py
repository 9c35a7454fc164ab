"""A town's variant: on LINE a menu, general information and desks only, and danger heard as everywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.line.render import render
from bot.line.richmenu import as_json, read_menus
from bot.line.richmenu_image import lacking
from flows.engine import take_turn
from flows.loader import load_book
from flows.model import Book, Event, State, Tap, Turn, Typed
from flows.problems import ContentError
from flows.reading.bundle import of_mode
from tests.support import SUNDAY_NIGHT, TUESDAY_NOON, book, bundle, walked
from tests.test_commands import call, chat

URL = "https://consult.example.jp/soudan"
TOWN = {"MODE": "municipal", "CONSULT_URL": URL}
TAPPED = {"ja": "選びました", "easy": "えらびました", "en": "Selected"}
ABOUT_ONESELF = (
    "最近眠れない",
    "息子が部屋から出てきません",
    "仕事に行けなくなりました",
    "むなしいです",
    "うーん",
)


def town() -> Book:
    """The town's book, as a bot with CONSULT_URL has it."""
    return replace(book("municipal"), consult_url=URL)


def said(turn: Turn) -> str:
    """All text of a reply."""
    return "\n".join(message.text for message in turn.reply.messages)


def situations() -> list[State]:
    """One state for each step and language, from the walk."""
    met = {(state.at.flow, state.at.step, state.at.language): state for state in walked("municipal").states}
    return list(met.values())


def test_the_walk_reaches_every_step_and_choice_without_a_fault() -> None:
    assert walked("municipal").missing() == []
    assert walked("municipal").faults == []
    assert {state.at.flow for state in situations()} >= set(town().flows)


def test_danger_is_heard_in_every_situation() -> None:
    for state in situations():
        calm = replace(state, risk="none")
        high = take_turn(town(), calm, Typed(("もう死にたい",)), SUNDAY_NIGHT)
        assert (high.trace.risk, high.trace.flow) == ("high", "town_danger"), state.at
        assert all(word in said(high) for word in ("119", "110", URL)), state.at
        assert high.reply.messages[-1].cards, state.at
        now = take_turn(town(), calm, Typed(("今から死にます",)), SUNDAY_NIGHT)
        assert now.trace.risk == "emergency", state.at
        assert "119" in now.reply.messages[0].text, state.at


@pytest.mark.parametrize("text", ["もう死にたい", "今から死にます"])
def test_a_block_for_danger_is_not_said_twice_in_a_row(text: str) -> None:
    state, texts = State(), list[str]()
    for _ in range(3):
        turn = take_turn(town(), state, Typed((text,)), SUNDAY_NIGHT)
        state = turn.state
        texts.append(said(turn))
    assert texts[0] != texts[1] != texts[2]


@pytest.mark.parametrize("text", ABOUT_ONESELF)
def test_what_is_told_of_oneself_is_led_out_of_line_in_every_situation(text: str) -> None:
    for state in [State(), *situations()]:
        turn = take_turn(town(), state, Typed((text,)), SUNDAY_NIGHT)
        assert URL in said(turn), (state.at, said(turn))


def test_a_tap_shows_no_choice() -> None:
    for state in situations():
        reply = take_turn(town(), state, Event("media"), TUESDAY_NOON).reply
        shown = {item["action"]["displayText"] for item in render(reply)[-1]["quickReply"]["items"]}
        assert shown == {TAPPED[state.at.language]}, state.at


def test_the_rich_menu_shows_no_choice_and_leads_somewhere() -> None:
    menus = read_menus(of_mode(bundle(), "municipal"), town(), lacking)
    for tab in menus.tabs:
        actions = [area["action"] for area in as_json(menus, tab, None)["areas"]]
        assert {action["displayText"] for action in actions} == {TAPPED["ja"]}
        for action in actions:
            tap = Tap.decode(action["data"])
            assert tap
            why = take_turn(town(), None, tap, TUESDAY_NOON).trace.why
            assert why and why[0].startswith(("tap:", "command:")), action


# ---------------------------------------------------------------------------------------------- the load check

FLOW = "municipal/flows/town.yaml"
NOT_HERE = "自治体のモードでは使えません。{consult_url} へ案内してください。"
NO_WAY_OUT = "次の問いまでの言葉に、どの言語・どの言いかたでも {consult_url} を入れてください。"
STEPS = {
    "listen": "{kind: listen, text: x, hears: {}, otherwise: y, next: town.menu}",
    "check": "{kind: check, text: x, items: {a: {label: a}}, done: d, answers: [{any_of: [a], text: y}],"
    " none: n, remember: by, next: town.menu}",
    "practice": "{kind: practice, text: x, options: {a: {label: a, feedback: f}, b: {label: b, feedback: g}},"
    " again: m, done: d, next: town.menu}",
    "memo": "{kind: memo, text: x, heading: h, empty: e, next: town.menu}",
    "remind": '{kind: remind, text: x, cannot: c, times: {a: {label: a, days: 1, at: "9:00"}}, decline: d,'
    " set: s, message: m, next: town.menu}",
    "remember": "{kind: ask, text: x, remember: mood, choices: {a: {label: a, next: town.menu}}}",
    "topics_from": "{kind: desks, text: x, topics: [anything], topics_from: by,"
    " choices: {a: {label: a, next: town.menu}}}",
    "voice": "{kind: ask, text: x, choices: {a: {label: a, voice: person, next: town.menu}}}",
    "choice_memo": "{kind: ask, text: x, choices: {a: {label: a, memo: m, next: town.menu}}}",
}


def problems(file: str, old: str, new: str) -> list[str]:
    """What the load check says of the town's variant when one file reads otherwise."""
    text = bundle()[file]
    assert old in text
    with pytest.raises(ContentError) as refused:
        load_book({**bundle(), file: text.replace(old, new)}, mode="municipal")
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("part", STEPS)
def test_a_step_about_oneself_is_refused(part: str) -> None:
    flow = {"municipal/flows/odd.yaml": f"title: x\nsteps:\n  odd: {STEPS[part]}\n"}
    with pytest.raises(ContentError) as refused:
        load_book({**bundle(), **flow}, mode="municipal")
    found = [str(problem) for problem in refused.value.problems if str(problem).endswith(NOT_HERE)]
    assert len(found) == 1
    assert found[0].startswith("municipal/flows/odd.yaml:3: steps.odd")
    load_book({**bundle(), **flow})  # other modes do not read it


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        (FLOW, "          {consult_url}\n        - |\n          気に", "        - |\n          気に", "menu"),
        (FLOW, "here, not on LINE:\n        {consult_url}\n", "elsewhere.\n", "talk_first"),
        ("municipal/flows/town_danger.yaml", "Here are people who listen. To talk with the municipality:\n        "
         "{consult_url}\n", "Here are people who listen.\n", "high"),
        ("municipal/flows/town_desks.yaml", "To talk, please go here:\n        {consult_url}\n", "\n", "human"),
        ("municipal/own_phrases.yaml", "To talk about yourself or your family, please go here:\n      "
         "{consult_url}\n", "\n", "not_understood"),
        ("municipal/entries.yaml", "work_support: town.consult", "work_support: town.thanks", "work_support"),
    ],
)  # fmt: skip
def test_whoever_speaks_of_themselves_is_told_where(file: str, old: str, new: str, names: str) -> None:
    found = problems(file, old, new)
    assert found
    assert all(problem.endswith(NO_WAY_OUT) for problem in found)
    assert any(names in problem for problem in found), found


def test_a_label_for_every_tap_has_to_be_there() -> None:
    found = problems("municipal/own_phrases.yaml", "  tapped: ", "  back: ")
    assert found == [
        "municipal/own_phrases.yaml:1: labels: 「tapped」がありません。「tapped: …」の行を足してください。"
    ]


def test_only_a_town_speaks_of_its_address() -> None:
    flow = "title: x\nsteps:\n  hello: {kind: end, text: '{consult_url}'}\n"
    with pytest.raises(ContentError, match=r"「\{consult_url\}」に入る言葉はありません"):
        load_book({**bundle(), "flows/broken.yaml": flow})


# ---------------------------------------------------------------------------------------------- the commands


def test_the_check_reads_both_modes(tmp_path: Path) -> None:
    done = call(tmp_path, "flows", "check", str(Path(__file__).parent.parent / "content"))
    assert done.returncode == 0
    standard, municipal = (line.split()[1] for line in done.stdout.splitlines())
    assert (standard, municipal) == ("standard:", "municipal:")


def test_chat_speaks_as_the_town_does(tmp_path: Path) -> None:
    greeted, answered = chat(tmp_path, {"event": "follow"}, {"text": "最近眠れない"}, env=TOWN)
    assert (greeted["flow"], answered["step"]) == ("town", "consult")
    assert URL in answered["replies"][0]["text"]


def test_the_privacy_page_is_printed_with_what_is_kept_where(tmp_path: Path) -> None:
    env = {**TOWN, "RETENTION_DAYS": "14"}
    page = call(tmp_path, "bot", "page", "privacy", env=env).stdout
    rows = re.findall(r"(?m)^■ (.*)$", page)
    for where in ("LINEのサーバー", "電話", "データベース", "ログ", f"相談のシステム（{URL}）"):
        assert any(where in row for row in rows), where
    assert page.count("14日") >= 2
    assert not re.search(r"\{\w+\}", page)
    assert all(page.count(f"  {column}: ") == len(rows) for column in ("残るもの", "いつまで", "読める人"))

    standard = call(tmp_path, "bot", "page", "privacy").stdout
    assert "30日" in standard
    assert "別のシステム" not in standard
    assert len(re.findall(r"(?m)^■ ", standard)) == len(rows) - 1
    assert "できないこと" in call(tmp_path, "bot", "page", "terms", env=env).stdout


def test_the_menu_that_is_published_is_the_towns(tmp_path: Path) -> None:
    done = call(tmp_path, "bot", "line", "richmenu", "publish", "--dry-run", env=TOWN)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "richmenu-town.png").exists()
    assert "greeting." not in done.stdout
