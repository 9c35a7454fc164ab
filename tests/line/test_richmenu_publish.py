"""LINE's rich menus on their way onto LINE: once, whole, and with the old ones gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from typer.testing import CliRunner, Result

from bot.commandline import Trouble
from bot.line.cli import line_app
from bot.line.richmenu import HEIGHT, WIDTH
from bot.line.richmenu_publish import Design, MenuConsole, designs, publish
from tests.line.richmenu_standin import TOKEN, LineMenus, area, assert_line_takes_menu, menus
from tests.support import CONTENT


@pytest_asyncio.fixture
async def line() -> AsyncIterator[LineMenus]:
    """A LINE without any menu."""
    async with LineMenus().served() as served:
        yield served


async def put(line: LineMenus, wanted: tuple[Design, ...]) -> list[str]:
    """Publishes; returns what the operator was told."""
    told: list[str] = []
    async with MenuConsole(line.api, line.data, TOKEN) as console:
        await publish(console, wanted, told.append)
    return told


def shown(line: LineMenus) -> list[str]:
    """The names of the menus behind the tabs, and of everybody's."""
    ids = (line.aliases["tab-person"], line.aliases["tab-family"], line.default)
    assert all(id in line.pictures for id in ids)
    return [line.menus[id]["name"].rpartition("/")[0] for id in ids]


async def test_menus_come_onto_line_once(line: LineMenus) -> None:
    wanted = designs(menus(), None)
    await put(line, wanted)
    assert shown(line) == ["tomoshibi/person", "tomoshibi/family", "tomoshibi/person"]
    line.did.clear()
    assert await put(line, designs(menus(), None)) == ["These menus are on LINE already."]
    assert line.did == [] and line.names == ["tomoshibi/family", "tomoshibi/person"]


async def test_old_menus_of_ours_go_and_those_of_others_stay(line: LineMenus) -> None:
    line.default = line.add("a campaign of the operator's")
    await put(line, designs(menus(), None))
    first = line.default
    for wanted in (designs(menus(bar="ひらく"), None), designs(menus(count=3), None)):
        told = await put(line, wanted)
        assert len(told) == 3 and all("tomoshibi/" in one for one in told)
    assert first not in line.menus
    assert line.names == ["a campaign of the operator's", "tomoshibi/family", "tomoshibi/person"]


async def test_an_address_makes_other_menus(line: LineMenus) -> None:
    made = menus()
    pages = replace(made, tabs=(replace(made.tabs[0], areas=(area(), area(2, page="privacy"))), made.tabs[1]))
    assert designs(pages, None)[0].menu["name"] != designs(pages, "https://bot.example")[0].menu["name"]


async def test_a_tab_that_is_gone_is_no_name_any_more(line: LineMenus) -> None:
    await put(line, designs(menus(), None))
    made = menus()
    await put(line, designs(replace(made, tabs=made.tabs[:1]), None))
    assert list(line.aliases) == ["tab-person"] and line.names == ["tomoshibi/person"]


async def test_what_line_refuses_is_told_and_nothing_is_changed(line: LineMenus) -> None:
    await put(line, designs(menus(), None))
    line.did.clear()
    details = [{"message": "May not be empty", "property": "areas[0].action.label"}]
    line.faults["validate"] = (400, {"message": "The request body has 1 error(s)", "details": details})
    with pytest.raises(Trouble) as caught:
        await put(line, designs(menus(bar="ひらく"), None))
    assert str(caught.value) == (
        "LINE refuses the menu person (status 400). The request body has 1 error(s) / "
        "areas[0].action.label: May not be empty"
    )
    assert line.did == []


@pytest.mark.parametrize("where", ["content", "alias/tab-family", "user/all/richmenu/"])
async def test_a_try_that_broke_off_is_made_good_by_the_next(line: LineMenus, where: str) -> None:
    await put(line, designs(menus(), None))
    wanted = designs(menus(bar="ひらく"), None)
    line.faults[where] = (500, {})
    with pytest.raises(Trouble, match="Try again later"):
        await put(line, wanted)
    assert shown(line) == ["tomoshibi/person", "tomoshibi/family", "tomoshibi/person"]
    await put(line, wanted)
    assert {line.menus[id]["chatBarText"] for id in line.menus} == {"ひらく"} and len(line.menus) == 2
    assert await put(line, wanted) == ["These menus are on LINE already."]


async def test_an_old_menu_that_could_not_be_removed_goes_the_next_time(line: LineMenus) -> None:
    await put(line, designs(menus(), None))
    old, wanted = line.default, designs(menus(bar="ひらく"), None)
    line.faults[f"richmenu/{old}"] = (500, {})
    with pytest.raises(Trouble):
        await put(line, wanted)
    told = await put(line, wanted)
    assert told[0] == "These menus are on LINE already." and len(line.menus) == 2


# ---------------------------------------------------------------------------------------------- the command


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without `.env`, and no settings but those given."""
    monkeypatch.chdir(tmp_path)
    for name in ("PUBLIC_URL", "LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)


async def command(line: LineMenus | None, *words: str, **env: str) -> Result:
    """`python -m bot line richmenu publish …`, beside the loop that serves LINE."""
    on_line = {
        "LINE_CHANNEL_SECRET": "a channel secret",
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        **({"LINE_API_BASE": line.api, "LINE_DATA_API_BASE": line.data} if line else {}),
    }
    given = {"CONTENT_DIR": str(CONTENT), **(on_line if line else {}), **env}
    return await asyncio.to_thread(CliRunner().invoke, line_app, ["richmenu", "publish", *words], env=given)


async def test_the_command_publishes_the_real_menus_once(line: LineMenus) -> None:
    first = await command(line, PUBLIC_URL="https://bot.example")
    assert first.exit_code == 0 and first.output.startswith("On LINE now: tomoshibi/person/")
    second = await command(line, PUBLIC_URL="https://bot.example")
    assert (second.exit_code, second.output) == (0, "These menus are on LINE already.\n")


async def test_a_dry_run_calls_nothing_and_needs_no_account(line: LineMenus, tmp_path: Path) -> None:
    done = await command(None, "--dry-run", LINE_API_BASE=line.api)
    assert done.exit_code == 0 and line.did == []
    for menu in json.loads(done.stdout):
        assert_line_takes_menu(menu)
        with Image.open(tmp_path / f"richmenu-{menu['name'].split('/')[1]}.png") as image:
            assert image.size == (WIDTH, HEIGHT)


async def test_what_goes_wrong_is_said_in_plain_words(line: LineMenus, tmp_path: Path) -> None:
    unset = await command(None)
    assert unset.exit_code == 2 and "LINE_CHANNEL_ACCESS_TOKEN" in unset.output
    refused = await command(line, LINE_CHANNEL_ACCESS_TOKEN="an old token")
    assert refused.exit_code == 1 and "LINE_CHANNEL_ACCESS_TOKEN" in refused.output
    for name in ("LINE_API_BASE", "LINE_DATA_API_BASE"):
        away = await command(line, **{name: "http://127.0.0.1:9"})
        assert away.exit_code == 1 and "cannot be reached" in away.output
    nowhere = await command(None, "--dry-run", "--to", str(tmp_path / "missing"))
    assert nowhere.exit_code == 1 and "cannot be written" in nowhere.output
    for told in (unset, refused, away, nowhere):
        assert "Traceback" not in told.output and isinstance(told.exception, SystemExit)


async def test_broken_content_is_told_and_nothing_is_called(line: LineMenus, tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "greeting.yaml").write_text("title: x\n", encoding="utf-8")
    done = await command(line, CONTENT_DIR=str(tmp_path))
    assert done.exit_code == 1 and "flows/greeting.yaml:1: " in done.output and line.did == []
