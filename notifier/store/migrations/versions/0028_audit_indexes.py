"""What the audit log is asked by: one operator's entries, and what came of an entry. Colour: store. Run by store.migrate."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_audit_entry_of", "audit_entry", ["of"])
    op.create_index("ix_audit_entry_operator_id", "audit_entry", ["operator", "id"])
