"""The operators' numbers: plots with their tables, ways in the diagram, and a CSV that no spreadsheet calculates."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from bot.database import Database
from bot.process import Bot
from bot.totals import add
from bot.web.numbers import harmless
from flows.desks import counted_as
from flows.diagram import diagram
from flows.engine import take_turn
from flows.model import Event, State, Tap, Target
from flows.reading.graph import Graph
from tests.support import SUNDAY_NIGHT, book
from tests.web.test_admin import bot, browser, content, forms  # noqa: F401 (fixtures)

ANSWERS = {"useful": 12, "a_little": 6, "not_useful": 4}


@pytest.fixture
async def counted(bot: Bot, tmp_path: Path) -> str:  # noqa: F811
    """A bot whose people answered and were shown desks; gives its address."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    ways = {("way", f"talk_first.helpful.{answer}"): count for answer, count in ANSWERS.items()}
    others = {("desk", "yorisoi"): 8, ("desk", "in-30"): 5, ("hour", "23"): 7, ("risk", "watch"): 5}
    async with database.begin() as connection:
        await add(connection, SUNDAY_NIGHT.date(), Counter({**ways, **others}))
    await database.close()
    return f"http://127.0.0.1:{bot.port}/admin"


async def test_numbers_on_the_page_and_as_csv(bot: Bot, counted: str) -> None:  # noqa: F811
    async with browser() as http:
        async with http.get(f"{counted}/numbers.csv") as response:
            assert response.status == 401
        await forms(bot, http, "はな", "a-token")
        async with http.get(counted) as response:
            page = await response.text()
        async with http.get(f"{counted}/numbers.csv") as response:
            assert response.content_type == "text/csv"
            rows = list(csv.reader(io.StringIO((await response.text()).lstrip("\ufeff"))))
        async with http.get(f"{counted}/flow/talk_first") as response:
            picture = await response.text()
    assert rows[0] == ["何を数えたか", "名前", "はじめの日", "おわりの日", "数"]
    found = {(row[0], row[1]): row[4] for row in rows[1:]}
    assert found[("役に立ちましたか", "はい")] == "10"
    assert found[("役に立ちましたか", "少し")] == "5"
    assert ("役に立ちましたか", "いいえ") not in found  # four: too few to be shown
    assert found[("案内した窓口", "市区町村の窓口とページ（和歌山県）")] == "5"
    assert found[("時間帯ごと", "23時")] == "5"
    for kind in ("役に立ちましたか", "案内した窓口", "時間帯ごと"):
        assert f'role="img" aria-label="{kind}"' in page
    assert "://" not in page
    assert 'class="count"' in picture
    assert "talk_first.helpful → talk_first.good_night" in picture


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-1", "@a", "\t=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("はい") == "はい"


def test_desks_that_were_shown_are_counted_those_of_towns_by_prefecture() -> None:
    first = take_turn(book(), None, Event("follow"), SUNDAY_NIGHT)
    assert first.trace.desks == ()
    human = Tap("", "", "human", book().version)
    turn, shown = take_turn(book(), first.state, human, SUNDAY_NIGHT), list[str]()
    for _ in range(6):
        shown += turn.trace.desks
        turn = take_turn(book(), State.from_dict(turn.state.to_dict()), human, SUNDAY_NIGHT)
    own = {desk.id for desk in book().directory.rows}
    assert shown and set(shown) <= own
    names = {desk.id: counted_as(desk) for desk in book().directory.by_id.values()}
    assert names["page-30201"] == names["town-30202"] == "in-30"
    assert names["page-30"] == "page-30"
    assert names["police-110"] == "police-110"
    assert not any(name.startswith("town-") for name in names.values())


@pytest.mark.parametrize("flow", book().flows)
def test_a_diagram_has_every_step_and_way_once(flow: str) -> None:
    plan, graph = diagram(book(), flow), Graph(book())
    steps = {Target(flow, id) for id in book().flows[flow].steps}
    assert {box.target for box in plan.boxes.values() if box.own} == steps
    ways = {(start, end) for start in steps for end in graph.ways[start]}
    assert {(arrow.start, arrow.end) for arrow in plan.arrows} == ways
    assert len(plan.arrows) == len(ways)
    places = [(box.layer, box.row) for box in plan.boxes.values()]
    assert len(set(places)) == len(places)
    assert plan.boxes[Target(flow, book().flows[flow].start)].layer == 0
