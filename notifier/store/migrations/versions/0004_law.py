"""The law on delays: notices by mode, answers, standings, and when dates were last changed. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply. The notices of 0003 were never written, so the table is made anew."""
    op.drop_table("notice")
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Date(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("promised", sa.Date(), nullable=False),
        sa.Column("revised", sa.Date(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("delivered_at", UTCDateTime(), nullable=True),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.Column("live", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("line_id", "answers", "kind", "live"),
    )
    op.create_index("ix_notice_message_id", "notice", ["message_id"])
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("said", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("line_id", "said", "at"),
    )
    op.create_table(
        "legal_standing",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("rule", AutoString(), nullable=False),
        sa.Column("notice", AutoString(), nullable=False),
        sa.Column("deadline_at", UTCDateTime(), nullable=True),
        sa.Column("refund_by", sa.Date(), nullable=True),
        sa.Column("warned_hours", sa.Integer(), nullable=True),
        sa.Column("alarm", AutoString(), nullable=False),
        sa.Column("alarm_told_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"]),
        sa.PrimaryKeyConstraint("line_id"),
    )
    op.create_index("ix_legal_standing_deadline_at", "legal_standing", ["deadline_at"])
    op.create_index("ix_legal_standing_alarm", "legal_standing", ["alarm"])
    with op.batch_alter_table("order_line") as batch_op:
        batch_op.add_column(sa.Column("changed_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("supply") as batch_op:
        batch_op.add_column(sa.Column("changed_at", UTCDateTime(), nullable=True))
