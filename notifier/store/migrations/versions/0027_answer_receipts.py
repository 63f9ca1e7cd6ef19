"""The provider's name of a text that answers a customer, so that its receipts find it. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Apply."""
    op.add_column("team_answer", sa.Column("provider_id", AutoString(), nullable=False, server_default=""))
    op.create_index("ix_team_answer_provider_id", "team_answer", ["provider_id"])
