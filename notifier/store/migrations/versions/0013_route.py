"""How each way out stands: rate, circuit breaker, ramp; one row for all workers. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "route",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("free_at", UTCDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", UTCDateTime(), nullable=True),
        sa.Column("rests", sa.Integer(), nullable=False),
        sa.Column("tried_at", UTCDateTime(), nullable=True),
        sa.Column("works_since", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_message_due_by_channel", "message", ["state", "channel", "rung", "not_before", "id"])
    op.drop_index("ix_message_due", "message")
