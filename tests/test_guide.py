"""Content comes into a running bot one checked bundle after another; a broken one changes nothing."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from bot.database import Database
from bot.guide import Publisher
from bot.process import Bot
from bot.settings import Settings
from bot.versions import Versions
from flows.loader import bundle_version
from flows.problems import ContentError
from tests.support import TUESDAY_NOON, bundle


def folder(tmp_path: Path, **changes: str) -> Path:
    """The real content on disk, with some files changed (`about` for about.yaml)."""
    target = tmp_path / "content"
    for name, text in bundle().items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changes.get(path.stem, text), encoding="utf-8")
    return target


def settings(tmp_path: Path, content: Path) -> Settings:
    """A bot of its own in a folder."""
    database = f"sqlite:///{tmp_path}/bot.db"
    secret = "a secret that is only used in tests, and long enough"
    env = {"PORT": "0", "DATABASE_URL": database, "CONTENT_DIR": str(content), "BOT_SECRET": secret}
    return Settings.load(env)


ABOUT = "operator: NPO ともしび\ncontact: 000-000-0000\nstaffed: 平日の10時から16時\n"


async def test_a_broken_folder_leaves_the_version_before_in_use(tmp_path: Path) -> None:
    good = folder(tmp_path)
    first = Bot(settings(tmp_path, good), lambda _: None, clock=lambda: TUESDAY_NOON)
    await first.start()
    assert await first.trouble() is None
    await first.stop()

    (good / "about.yaml").write_text("operator: 灯\n", encoding="utf-8")
    second = Bot(settings(tmp_path, good), lambda _: None, clock=lambda: TUESDAY_NOON)
    await second.start()
    reason = await second.trouble()
    await second.stop()
    assert reason is not None
    assert "the version before is in use" in reason


async def test_broken_content_with_nothing_before_it_does_not_start(tmp_path: Path) -> None:
    content = folder(tmp_path, about="operator: 灯\n")
    bot = Bot(settings(tmp_path, content), lambda _: None, clock=lambda: TUESDAY_NOON)
    with pytest.raises(ContentError):
        await bot.start()


async def test_a_store_that_is_broken_from_the_start_silences_nobody(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"this is no database " * 500)
    bot = Bot(settings(tmp_path, folder(tmp_path)), lambda _: None, clock=lambda: TUESDAY_NOON)
    await bot.start()
    reason = await bot.trouble()
    async with ClientSession() as client:
        post = {"session": str(uuid4()), "id": str(uuid4()), "platform": "line", "text": "もう死にたい"}
        async with client.post(f"http://127.0.0.1:{bot.port}/chat", json=post) as response:
            answer = await response.json()
        url = f"http://127.0.0.1:{bot.port}/chat/stream?session={post['session']}"
        async with client.get(url) as stream:
            letter = b""
            while b"data:" not in letter:
                letter = await stream.content.readline()
    await bot.stop()
    assert reason is not None and "does not answer" in reason
    assert (answer["outcome"], answer["trace"]["risk"]) == ("from_memory", "high")
    assert "tel:" in letter.decode()


async def test_a_newer_version_is_taken_and_a_broken_one_is_not(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    await database.upgrade()
    versions = Versions(database)
    publisher = Publisher(versions, lambda: TUESDAY_NOON, Settings.load({}))
    guide = await publisher.open(folder(tmp_path))
    assert guide.book.about.trial
    assert await publisher.newer(guide) is None

    edited = {**bundle(), "about.yaml": ABOUT}
    await versions.publish(bundle_version(edited), edited, TUESDAY_NOON)
    newer = await publisher.newer(guide)
    assert newer is not None
    assert not newer.book.about.trial
    assert [publisher.refused] == [None]

    broken = {**bundle(), "about.yaml": "operator: 灯\n"}
    await versions.publish(bundle_version(broken), broken, TUESDAY_NOON)
    assert await publisher.newer(newer) is None
    assert publisher.refused is not None
    refused = publisher.refused
    assert await publisher.newer(newer) is None
    assert publisher.refused is refused  # it was not read again
    await database.close()
