"""Figures of the policy that the team sets at the console. Colour: store. Run by store.migrate."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "policy_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "policy_figure",
        sa.Column("change_id", sa.Integer(), sa.ForeignKey("policy_change.id"), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("was", AutoString(), nullable=False),
        sa.Column("value", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("change_id", "key"),
    )
