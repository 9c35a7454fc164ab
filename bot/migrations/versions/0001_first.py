"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
    )
    op.create_index("people_last_day", "people", ["last_day"])
    op.create_table(
        "events",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
    )
    op.create_index("events_day", "events", ["day"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("outbox_key", "outbox", ["key"])
    op.create_index("outbox_due", "outbox", ["due"])
    op.create_table(
        "content",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("version", sa.String(8), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bundle", sa.LargeBinary, nullable=False),
    )
