"""What the team was told of actions that came to nothing; what the team answers. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.add_column("action", sa.Column("alarm_told_at", UTCDateTime(), nullable=True))
    unheard = sa.text("alarm <> '' AND alarm_told_at IS NULL")
    op.create_index("ix_action_unheard", "action", ["id"], sqlite_where=unheard, postgresql_where=unheard)
    op.add_column("reply", sa.Column("tell_at", UTCDateTime(), nullable=True))
    op.add_column("reply", sa.Column("tell_tries", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_reply_message_id", "reply", ["message_id"])
    op.create_table(
        "team_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("words", AutoString(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("going_at", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    unsent = sa.text("state IN ('waiting', 'going')")
    op.create_index(
        "ix_team_answer_unsent", "team_answer", ["state", "id"], sqlite_where=unsent, postgresql_where=unsent
    )
    op.create_index("ix_team_answer_customer_id", "team_answer", ["customer_id"])
    op.create_index("ix_team_answer_reply_id", "team_answer", ["reply_id"])
