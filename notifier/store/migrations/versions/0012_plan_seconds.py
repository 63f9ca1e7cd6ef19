"""How long a plan took, an index that finds a waiting run among years of them, and since when a line stands so.

Colour: store. Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply."""
    op.add_column("plan_run", sa.Column("seconds", sa.Float(), nullable=True))
    op.add_column("legal_standing", sa.Column("since", UTCDateTime(), nullable=True))
    op.create_index("ix_plan_run_state", "plan_run", ["state"])
