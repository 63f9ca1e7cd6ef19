"""The brake's memory of runs, what people have paused or held back, SKUs of unfinished imports. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    _runs()
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("resumed_at", UTCDateTime(), nullable=True),
        sa.Column("resumed_by", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "withheld",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("occasion", AutoString(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("silenced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["run_id"], ["plan_run.id"]),
        sa.PrimaryKeyConstraint("line_id", "purpose", "occasion"),
    )
    with op.batch_alter_table("withheld", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_withheld_run_id"), ["run_id"], unique=False)
    op.create_table(
        "import_sku",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("sku", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"]),
        sa.PrimaryKeyConstraint("import_id", "sku"),
    )


def _runs() -> None:
    texts = (("mode", "live"), ("found", ""), ("decided_by", ""))
    with op.batch_alter_table("plan_run", schema=None) as batch_op:
        for name, before in texts:
            batch_op.add_column(sa.Column(name, AutoString(), nullable=False, server_default=before))
        batch_op.add_column(sa.Column("messaged", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("required_only", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("stopped_at", "told_at", "decided_at"):
            batch_op.add_column(sa.Column(name, UTCDateTime(), nullable=True))
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_run_id"), ["run_id"], unique=False)
