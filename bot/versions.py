"""Published content: every bundle that was ever taken into use, newest last."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.database import Database, content

_NEWEST = content.c.number.desc()


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
