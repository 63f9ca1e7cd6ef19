"""The last word of a provider about an attempt. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply."""
    op.add_column("attempt", sa.Column("receipt", AutoString(), nullable=False, server_default=""))
    op.add_column("attempt", sa.Column("receipt_code", AutoString(), nullable=False, server_default=""))
    op.add_column("attempt", sa.Column("receipt_at", UTCDateTime(), nullable=True))
