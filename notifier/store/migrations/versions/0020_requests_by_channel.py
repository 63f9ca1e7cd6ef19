"""An index by which the requests for consent of a channel are counted. Colour: store.

Run by store.migrate.
"""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_consent_request_channel", "consent_request", ["channel", "asked_at"])
