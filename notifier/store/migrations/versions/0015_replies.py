"""What customers answered, and the actions that follow. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply."""
    _replies()
    _actions()


def _replies() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("road", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        *(
            sa.Column(name, AutoString(), nullable=False)
            for name in (
                *("actor", "sender", "subject", "thread", "words", "intent", "confidence", "matched", "bound_to"),
                *("suggestion", "reason", "effects"),
            )
        ),
        sa.Column("needs_person", sa.Boolean(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", AutoString(), nullable=False),
        sa.Column("closed_as", AutoString(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("acks", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("road", "key"),
    )
    waiting = sa.text("closed_at IS NULL AND needs_person")
    op.create_index("ix_reply_waiting", "reply", ["received_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("ix_reply_address", "reply", ["address_id", "received_at"])
    op.create_index("ix_reply_customer_id", "reply", ["customer_id"])
    op.create_table(
        "reply_line",
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"]),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"]),
        sa.PrimaryKeyConstraint("reply_id", "line_id"),
    )
    op.create_index("ix_reply_line_line_id", "reply_line", ["line_id"])


def _actions() -> None:
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("detail", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("requested_by", AutoString(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", AutoString(), nullable=False),
        sa.Column("closed_as", AutoString(), nullable=False),
        sa.Column("alarm", AutoString(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("posted_at", UTCDateTime(), nullable=True),
        sa.Column("post_at", UTCDateTime(), nullable=True),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    live = sa.text("state = 'requested'")
    op.create_index(
        "uq_action_requested", "action", ["line_id", "kind"], unique=True, sqlite_where=live, postgresql_where=live
    )
    op.create_index("ix_action_customer_id", "action", ["customer_id"])
    op.create_index("ix_action_line_id", "action", ["line_id"])
