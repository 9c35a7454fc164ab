"""Published content, on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.database import Database
from bot.versions import Versions
from tests.tiny import NOW


@pytest.fixture
async def versions(database: Database) -> AsyncIterator[Versions]:
    """The published content."""
    yield Versions(database)


async def test_there_is_no_content_before_any_was_published(versions: Versions) -> None:
    assert await versions.newest() is None
    assert await versions.newest("a") is None


async def test_the_newest_content_is_what_was_published_last(versions: Versions) -> None:
    assert await versions.publish("aaaaaaaa", {"flows/x.yaml": "こんばんは"}, NOW)
    assert await versions.publish("bbbbbbbb", {"flows/x.yaml": "こんにちは"}, NOW)
    assert await versions.newest() == ("bbbbbbbb", {"flows/x.yaml": "こんにちは"})
    assert await versions.newest("bbbbbbbb") is None
    assert await versions.newest("aaaaaaaa") == ("bbbbbbbb", {"flows/x.yaml": "こんにちは"})
    assert not await versions.publish("bbbbbbbb", {}, NOW)
    assert await versions.publish("aaaaaaaa", {"flows/x.yaml": "こんばんは"}, NOW)
    assert await versions.newest("bbbbbbbb") == ("aaaaaaaa", {"flows/x.yaml": "こんばんは"})
