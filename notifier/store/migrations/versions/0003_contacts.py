"""The first schema: consent, suppression, contacts, promises, notices. Colour: store. Run by store.migrate."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0003"
down_revision = '0002'


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("address_hash", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand", "channel", "address_hash", "at"),
    )
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suppression_address_hash"), ["address_hash"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("message_class", AutoString(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("wording", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("evidence", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand", "customer_id", "address_id", "channel", "message_class", "at", "granted"),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_address_id"), ["address_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_customer_id"), ["customer_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("direction", AutoString(), nullable=False),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("message_class", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("summary", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index("ix_contact_address", ["address_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_at"), ["at"], unique=False)
        batch_op.create_index("ix_contact_customer", ["customer_id", "at"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Date(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("revised", sa.Date(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("delivered_at", UTCDateTime(), nullable=True),
        sa.Column("answer", AutoString(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("refund_due_at", UTCDateTime(), nullable=True),
        sa.Column("refunded_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("line_id", "answers", "kind"),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_message_id"), ["message_id"], unique=False)
    op.create_table(
        "promise_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("eta_from", sa.Date(), nullable=True),
        sa.Column("eta_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "line_id"),
    )
    with op.batch_alter_table("promise_told", schema=None) as batch_op:
        batch_op.create_index("ix_promise_line", ["line_id", "told_at"], unique=False)
