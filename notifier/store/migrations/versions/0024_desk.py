"""Who of the team has a reply on their desk, what was done with it, and answers from the inbox. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "reply_desk",
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("taken_by", AutoString(), nullable=False),
        sa.Column("snoozed_until", UTCDateTime(), nullable=True),
        sa.Column("call_at", UTCDateTime(), nullable=True),
        sa.Column("call_note", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"]),
        sa.PrimaryKeyConstraint("reply_id"),
    )
    op.create_table(
        "reply_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("what", AutoString(), nullable=False),
        sa.Column("detail", AutoString(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reply_step_reply_id", "reply_step", ["reply_id"])
    op.add_column("team_answer", sa.Column("channel", AutoString(), nullable=False, server_default="email"))
    op.add_column("team_answer", sa.Column("by", AutoString(), nullable=False, server_default=""))
    op.add_column("team_answer", sa.Column("not_before", UTCDateTime(), nullable=True))
