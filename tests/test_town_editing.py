"""A town edits its own variant: workbook, publishing, doctor and /admin use what MODE=municipal says."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.__main__ import app
from bot.doctor import examine
from bot.guide import book_of
from bot.process import Bot
from bot.settings import Settings
from flows.loader import read_folder
from tests.support import TUESDAY_NOON, bundle
from tests.test_guide import folder
from tests.test_municipal import TOWN
from tests.test_workbooks import TEXT, put
from tests.tiny import SECRET

MENU, STEP = ("menu", "text", "日本語", "1"), ("welcome_back", "text", "日本語", "1")
FLOW = "municipal/flows/town.yaml"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A town's settings, with a content folder and a database of its own."""
    found = {
        **TOWN,
        "PORT": "0",
        "CONTENT_DIR": str(folder(tmp_path)),
        "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
        "BOT_SECRET": SECRET,
        "ADMIN_TOKENS": "hana:a-token",
        "WEB_CHAT": "on",
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["content", *words])
    assert result.exit_code == code, result.output
    return result.output


def test_the_workbook_of_a_town_is_its_own(env: dict[str, str], tmp_path: Path) -> None:
    content, path = Path(env["CONTENT_DIR"]), tmp_path / "a.xlsx"
    run("export", str(path))
    book = load_workbook(path)
    assert {"town", "自治体の言葉"} <= set(book.sheetnames)
    assert "greeting" not in book.sheetnames
    put("town", STEP, TEXT, "また来てくださって、ありがとうございます。")(book)
    book.save(path)
    run("import", str(path), "--yes")
    after = read_folder(content)
    assert [name for name in after if after[name] != bundle().get(name)] == [FLOW]
    assert "また来てくださって、ありがとうございます。" in after[FLOW]

    put("town", MENU, TEXT, "知りたいことを、下から選んでください。")(book)
    book.save(path)
    told = run("import", str(path), "--yes", code=1)
    assert told.startswith(f"{FLOW}:")
    assert "{consult_url} が伝わりません" in told
    assert read_folder(content) == after

    assert f"版 {book_of(after, Settings.load(env)).version} を公開しました" in run("publish", "--yes")


async def test_doctor_and_admin_speak_of_the_town(env: dict[str, str]) -> None:
    content, settings = Path(env["CONTENT_DIR"]), Settings.load(env)
    flow = content / FLOW
    flow.write_text(flow.read_text(encoding="utf-8").replace("kind: say", "kind: sya", 1), encoding="utf-8")
    found = [one async for one in examine(settings, lambda: TUESDAY_NOON)]
    assert any(one.good is False and " problems. See: python -m flows check" in one.text for one in found)
    flow.write_text(bundle()[FLOW], encoding="utf-8")

    bot = Bot(settings, lambda _: None, clock=lambda: TUESDAY_NOON)
    await bot.start()
    url = f"http://127.0.0.1:{bot.port}/admin"
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        async with http.post(f"{url}/login", data={"name": "hana", "token": "a-token"}) as response:
            version = book_of(bundle(), settings).version
            assert version in await response.text()
        async with http.get(f"{url}/publish") as response:
            assert "公開するものはありません" in await response.text()
        async with http.get(f"{url}/desks") as response:
            assert response.status == 200
    await bot.stop()
