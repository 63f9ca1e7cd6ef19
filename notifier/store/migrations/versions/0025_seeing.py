"""What the console finds people and orders by, what it counts holds by, and the views that people saved. Colour: store.

Run by store.migrate.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from notifier.store.columns import Bytewise
from notifier.store.name_words import words_of

revision = "0025"
down_revision = "0024"

_KEYED = ("customer", "shop_order")
_HELD = sa.text("verdict = 'hold'")
_ROWS_A_BATCH = 5000


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", AutoString(), nullable=False),
        sa.Column("area", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("query", AutoString(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner", "area", "name"),
    )
    op.create_table(
        "name_word",
        sa.Column("word", Bytewise, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", "customer_id"),
        sqlite_with_rowid=False,
    )
    _fill()
    op.create_index("ix_name_word_customer_id", "name_word", ["customer_id"])
    op.create_index(
        "ix_decision_held", "decision", ["hold_until", "reason"], sqlite_where=_HELD, postgresql_where=_HELD
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in _KEYED:
            op.drop_index(f"ix_{table}_key", table_name=table)
            ops = {"key": "varchar_pattern_ops"}
            op.create_index(f"ix_{table}_key", table, ["key"], postgresql_ops=ops)


def _fill() -> None:
    """The words of the names of those who are there: some 100,000 customers in ten seconds."""
    database = op.get_bind()
    customer = sa.table("customer", sa.column("id", sa.Integer()), sa.column("name", sa.String()))
    word = sa.table("name_word", sa.column("word", sa.String()), sa.column("customer_id", sa.Integer()))
    last = 0
    while True:
        query = sa.select(customer.c.id, customer.c.name).where(customer.c.id > last, customer.c.name != "")
        people = database.execute(query.order_by(customer.c.id).limit(_ROWS_A_BATCH)).all()
        if not people:
            return
        last = people[-1].id
        rows = [{"word": one, "customer_id": person.id} for person in people for one in words_of(person.name)]
        if rows:
            database.execute(word.insert(), rows)
