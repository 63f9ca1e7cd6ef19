"""Indexes by which checking a cap costs the same however long the log is; texts by day. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0005"
down_revision = "0004"

_WAITING = sa.text("state IN ('queued', 'claimed')")


def upgrade() -> None:
    """Apply."""
    for name in ("customer", "address"):
        column = f"{name}_id"
        op.drop_index(f"ix_message_{name}", "message")
        op.create_index(f"ix_message_{name}_sent", "message", [column, "handed_off_at"])
        op.create_index(
            f"ix_message_{name}_waiting", "message", [column], sqlite_where=_WAITING, postgresql_where=_WAITING
        )
    op.create_table(
        "text_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("region", AutoString(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "region"),
    )
