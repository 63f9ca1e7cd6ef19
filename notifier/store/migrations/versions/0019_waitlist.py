"""Requests for consent to marketing, and the waitlist. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0019"
down_revision = "0018"

_UNCONFIRMED = sa.text("confirmed_at IS NULL")
_OPEN = sa.text("state IN ('pending', 'waiting')")
_LIVE = sa.text("state <> 'ended'")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "consent_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("road", AutoString(), nullable=False),
        sa.Column("act", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("wording", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("evidence", AutoString(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("trace", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand", "address_id", "act"),
    )
    op.create_index("ix_consent_request_customer_id", "consent_request", ["customer_id"])
    op.create_index("ix_consent_request_address", "consent_request", ["address_id", "asked_at"])
    op.create_index(
        "ix_consent_request_open",
        "consent_request",
        ["asked_at"],
        sqlite_where=_UNCONFIRMED,
        postgresql_where=_UNCONFIRMED,
    )
    op.create_table(
        "waitlist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("sku", AutoString(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("wording", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("evidence", AutoString(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["consent_request.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("customer_id", "address_id", "request_id", "message_id"):
        op.create_index(f"ix_waitlist_{name}", "waitlist", [name])
    op.create_index(
        "uq_waitlist_open",
        "waitlist",
        ["brand", "sku", "address_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index(
        "ix_waitlist_live", "waitlist", ["sku", "asked_at", "id"], sqlite_where=_LIVE, postgresql_where=_LIVE
    )
