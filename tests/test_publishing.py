"""Publishing strands nobody: what changes is told with small counts, a running bot takes it, and going back holds."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.database import Database
from bot.guide import Publisher
from bot.privacy import Keyring
from bot.records import Person
from bot.settings import Settings
from bot.store import Store
from bot.versions import Versions
from flows.model import Position, State
from tests.rows import keep
from tests.support import TUESDAY_NOON
from tests.test_guide import folder
from tests.tiny import SECRET, Mouth

RUN = CliRunner()


async def people(url: str, step: str, count: int) -> None:
    """That many people stand on a step of the greeting."""
    database, keyring = Database(url), Keyring(SECRET)
    await database.upgrade()
    keys = [Mouth(keyring, f"{step}-{number}").key for number in range(count)]
    state = State(Position("greeting", step))
    await keep(Store(database, keyring), *(Person(key, TUESDAY_NOON.date(), state) for key in keys))
    await database.close()


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content folder and a database of its own."""
    target = folder(tmp_path)
    monkeypatch.setenv("CONTENT_DIR", str(target))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/bot.db")
    monkeypatch.setenv("BOT_SECRET", SECRET)
    return target


def run(*words: str, code: int = 0) -> str:
    result = RUN.invoke(app, ["content", *words])
    assert result.exit_code == code, result.output
    return result.output


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_publish_rollback_and_versions(content: Path, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    assert run("versions") == "まだ何も公開されていません。\n"
    assert "はじめての公開です" in run("publish", "--yes")
    first = run("versions").split()[0]
    assert "公開するものはありません" in run("publish")
    asyncio.run(people(url, "welcome_back", 6))
    asyncio.run(people(url, "more_mine", 4))

    flow = content / "flows" / "greeting.yaml"
    edit(flow, "おかえりなさい。つづきでも、", "おかえりなさい。続きでも、")
    edit(flow, "more_mine", "more_of_mine")
    told = run("publish", "--dry-run")
    assert "変わるステップ greeting.welcome_back: いまここにいる人は6人。" in told
    assert re.search(
        r"なくなるステップ greeting.more_mine: いまここにいる人は5人未満。案内が新しくなった", told
    )
    assert "4人" not in told
    assert len(run("versions").splitlines()) == 1

    edit(flow, "moved_to:\n", "moved_to:\n  more_mine: more_of_mine\n")
    told = run("publish", "--yes")
    assert "greeting.more_of_mine へ案内します。" in told
    second = run("versions").split()[0]
    assert second != first

    assert f"版 {first} を公開しました" in run("rollback", "--yes")
    assert run("versions").split()[0] == first
    asyncio.run(going_back_holds(url, content, first))
    assert "もどれる版がありません" in run("rollback", "ffffffff", code=1)
    assert f"版 {second} を公開しました" in run("publish", "--yes")


async def going_back_holds(url: str, content: Path, first: str) -> None:
    """A bot that starts now uses what was gone back to, though the folder still holds the other."""
    database = Database(url)
    settings = Settings.load({"DATABASE_URL": url, "BOT_SECRET": "x" * 32})
    publisher = Publisher(Versions(database), lambda: TUESDAY_NOON, settings)
    assert (await publisher.open(content)).version == first
    assert publisher.refused is None
    await database.close()


def test_a_folder_with_a_fault_is_not_published(content: Path) -> None:
    run("publish", "--yes")
    edit(content / "flows" / "greeting.yaml", "next: more_mine", "next: more_mnie")
    told = run("publish", "--yes", code=1)
    assert "「more_mnie」" in told
    assert len(run("versions").splitlines()) == 1
