"""To whom a stopped run would tell what, so that a person's word is about them and nobody else. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "stopped_news",
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("plan_run.id"), nullable=False),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("notice", AutoString(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "customer_id", "purpose", "notice"),
    )
