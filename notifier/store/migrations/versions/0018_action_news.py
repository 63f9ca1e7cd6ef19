"""What the team was told of actions that came to nothing; replies by the message they answer. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.add_column("action", sa.Column("alarm_told_at", UTCDateTime(), nullable=True))
    unheard = sa.text("alarm <> '' AND alarm_told_at IS NULL")
    op.create_index("ix_action_unheard", "action", ["id"], sqlite_where=unheard, postgresql_where=unheard)
    op.create_index("ix_reply_message_id", "reply", ["message_id"])
