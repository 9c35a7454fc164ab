"""Who asked to be offered help by the words that they write in some channels of a server (見守り)."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("place", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("consents_key", "consents", ["key"])
    op.create_index("consents_day", "consents", ["day"])
