"""A sample of each template version, beside which its bodies are packed; indexes of what is there alone. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply."""
    op.add_column("template_version", sa.Column("sample", sa.LargeBinary(), nullable=False, server_default=""))
