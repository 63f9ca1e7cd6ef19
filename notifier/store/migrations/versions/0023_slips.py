"""Slips that people approved, what each moved, and whom it tells what. Colour: store. Run by store.migrate."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("po", AutoString(), nullable=False),
        sa.Column("sku", AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("mode", AutoString(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "slip_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slip_id", sa.Integer(), sa.ForeignKey("slip.id"), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("field", AutoString(), nullable=False),
        sa.Column("stated", AutoString(), nullable=True),
        sa.Column("old", AutoString(), nullable=True),
        sa.Column("new", AutoString(), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_slip_move_slip_id", "slip_move", ["slip_id"])
    op.create_index("ix_slip_move_row", "slip_move", ["kind", "row_id"])
    op.create_table(
        "slip_news",
        sa.Column("slip_id", sa.Integer(), sa.ForeignKey("slip.id"), nullable=False),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("notice", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("slip_id", "customer_id", "purpose", "notice"),
    )
    op.create_index("ix_slip_news_customer_id", "slip_news", ["customer_id"])
