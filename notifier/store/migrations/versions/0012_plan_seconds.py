"""How long a plan took, and an index by which a waiting run is found among years of them. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    op.add_column("plan_run", sa.Column("seconds", sa.Float(), nullable=True))
    op.create_index("ix_plan_run_state", "plan_run", ["state"])
