"""The database's schema, step by step (Alembic).

A new step is a file in `versions/`: its `revision` one higher, its `down_revision` the one before, and NEWEST.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

#: The step that this version of the software works with.
NEWEST = "0004"


def step(connection: sa.Connection) -> str:
    """The step that a database stands at; empty when it has no tables yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or ""


def upgrade(connection: sa.Connection) -> None:
    """Brings the schema to the newest step, in the transaction of `connection`."""
    from alembic import command  # takes long to import and is seldom needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
