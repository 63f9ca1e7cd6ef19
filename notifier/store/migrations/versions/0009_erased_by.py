"""Who erased a customer, beside when. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply. Of erasures before it nobody knows who did them."""
    op.add_column("customer", sa.Column("erased_by", AutoString(), nullable=False, server_default=""))
