"""How far each mailbox of replies was read. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "mailbox_position",
        sa.Column("mailbox", AutoString(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("first_uid", sa.BigInteger(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("newest", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox"),
    )
