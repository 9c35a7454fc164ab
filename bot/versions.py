"""Published content: every bundle that was ever taken into use, newest last."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.database import Database, content

_NEWEST = content.c.number.desc()


@dataclass(frozen=True, slots=True)
class Entry:
    """One version as listed: when it was published last."""

    version: str
    published: datetime


class Versions:
    """The versions of the content in a database.

    Args:
        database: where they stand.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(self, version: str, bundle: Mapping[str, str], now: datetime) -> bool:
        """Makes a bundle the newest version; False when it already is.

        Args:
            version: `flows.loader.bundle_version` of the bundle.
            bundle: path → text; it has passed the checks.
            now: an aware datetime.
        """
        packed = zlib.compress(json.dumps(dict(bundle), ensure_ascii=False).encode())
        async with self._database.begin() as connection:
            newest = sa.select(content.c.version).order_by(_NEWEST).limit(1)
            if await connection.scalar(newest) == version:
                return False
            await connection.execute(sa.insert(content).values(version=version, published=now, bundle=packed))
        return True

    async def newest(self, known: str = "") -> tuple[str, dict[str, str]] | None:
        """The newest version and its bundle; None when there is none, or when it is the one `known` already."""
        statement = sa.select(content.c.version, content.c.bundle).order_by(_NEWEST).limit(1)
        if known:  # the usual case by far: do not carry the bundle across for nothing
            async with self._database.read() as connection:
                if await connection.scalar(statement.with_only_columns(content.c.version)) == known:
                    return None
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return (row.version, json.loads(zlib.decompress(row.bundle))) if row else None

    async def entries(self) -> list[Entry]:
        """Every version that was published, the one published last first."""
        statement = sa.select(content.c.version, content.c.published).order_by(_NEWEST)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        found: dict[str, Entry] = {}
        for row in rows:
            found.setdefault(row.version, Entry(row.version, row.published))
        return list(found.values())

    async def bundle(self, version: str) -> dict[str, str] | None:
        """The bundle of a version, or None when it was never published."""
        statement = sa.select(content.c.bundle).where(content.c.version == version).limit(1)
        async with self._database.read() as connection:
            packed = await connection.scalar(statement)
        return json.loads(zlib.decompress(packed)) if packed else None
