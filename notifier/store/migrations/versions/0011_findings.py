"""What is found out about messages of which nobody knew whether they went, and which may go twice. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply. Before it nothing went twice."""
    op.add_column("message", sa.Column("maybe_double", sa.Boolean(), nullable=False, server_default=sa.false()))
    double = sa.text("maybe_double")
    op.create_index("ix_message_double", "message", ["state"], sqlite_where=double, postgresql_where=double)
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), nullable=False),
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("found", AutoString(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("provider_id", AutoString(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "attempt_id", "source", "found"),
    )
