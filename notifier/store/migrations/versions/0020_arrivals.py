"""Texts that came and are still to be taken in, and an index of requests for consent. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("sender", AutoString(), nullable=False),
        sa.Column("receiver", AutoString(), nullable=False),
        sa.Column("words", AutoString(), nullable=False),
        sa.Column("mark", AutoString(), nullable=False),
        sa.Column("came_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_consent_request_channel", "consent_request", ["channel", "asked_at"])
