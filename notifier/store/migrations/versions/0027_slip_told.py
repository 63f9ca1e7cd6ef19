"""How many of each kind a slip told is not kept any more: nobody has read it. Colour: store. Run by store.migrate."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Apply."""
    op.drop_column("slip", "told")
