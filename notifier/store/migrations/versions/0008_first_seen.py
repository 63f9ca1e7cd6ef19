"""When a product and a purchase order were first seen, so that a past day is not judged by later ones. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply. What is there already has no date: it counts as known since ever."""
    for table in ("product", "supply"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("first_seen_at", UTCDateTime(), nullable=True))
