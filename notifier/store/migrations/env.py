"""Alembic's entry: runs the revisions on the connection that store.migrate hands over. Colour: store."""

from alembic import context
from sqlmodel import SQLModel

import notifier.store.tables  # noqa: F401

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
