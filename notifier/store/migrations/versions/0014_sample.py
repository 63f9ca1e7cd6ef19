"""A sample of each template version, and beside which of them a body is packed; who is to be looked at. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply."""
    op.add_column("template_version", sa.Column("sample", sa.LargeBinary(), nullable=False, server_default=""))
    op.add_column("message_body", sa.Column("version", AutoString(), nullable=False, server_default=""))
    op.create_table(
        "wake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.drop_index("ix_message_due_by_channel", "message")
    due = ["state", "mode", "channel", "rung", "not_before", "id"]
    op.create_index("ix_message_due_by_channel", "message", due)
    op.create_index("ix_wake_customer_id", "wake", ["customer_id"])
