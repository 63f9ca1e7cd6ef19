"""Templates as published versions, and their drafts. Colour: store. Run by store.migrate."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "wording_draft",
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("texts", AutoString(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("author", AutoString(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by", AutoString(), nullable=False),
        sa.Column("approved_by", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "channel", "locale", "brand"),
    )
    op.create_table(
        "wording_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("brand", AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("texts", AutoString(), nullable=False),
        sa.Column("author", AutoString(), nullable=False),
        sa.Column("published_by", AutoString(), nullable=False),
        sa.Column("approved_by", AutoString(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("purpose", "channel", "locale", "brand", "number"),
    )
