"""The first schema: runs, decisions and the outbox. Colour: store. Run by store.migrate."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0002"
down_revision = '0001'


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "plan_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.Column("skips", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("plan_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_run_at"), ["at"], unique=False)
    op.create_table(
        "template_version",
        sa.Column("hash", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("first_used_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("uid", AutoString(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("message_class", AutoString(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("notice", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("occasion", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("mode", AutoString(), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("not_before", UTCDateTime(), nullable=False),
        sa.Column("claimed_by", AutoString(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("handed_off_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("template_version", AutoString(), nullable=False),
        sa.Column("provider_id", AutoString(), nullable=False),
        sa.Column("link_token", AutoString(), nullable=False),
        sa.Column("reward_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["plan_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_address", ["address_id", "queued_at"], unique=False)
        batch_op.create_index("ix_message_customer", ["customer_id", "queued_at"], unique=False)
        batch_op.create_index("ix_message_due", ["state", "rung", "not_before", "id"], unique=False)
        batch_op.create_index("ix_message_lease", ["state", "lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_link_token"), ["link_token"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_uid"), ["uid"], unique=False)
        batch_op.create_index(
            "uq_message_key_live",
            ["key"],
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("worker", AutoString(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("raw", AutoString(), nullable=False),
        sa.Column("provider_id", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_message_id"), ["message_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("notice", AutoString(), nullable=False),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("hold_until", UTCDateTime(), nullable=True),
        sa.Column("lines", AutoString(), nullable=False),
        sa.Column("trace", AutoString(), nullable=False),
        sa.Column("fingerprint", AutoString(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["plan_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_customer", ["customer_id", "last_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_run_id"), ["run_id"], unique=False)
    op.create_table(
        "message_body",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_table(
        "message_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("occasion", AutoString(), nullable=False),
        sa.Column("answers", sa.Date(), nullable=True),
        sa.Column("eta_from", sa.Date(), nullable=True),
        sa.Column("eta_to", sa.Date(), nullable=True),
        sa.Column("live", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("line_id", "channel", "purpose", "occasion", "live"),
        sa.UniqueConstraint("message_id", "line_id"),
    )
