"""Alembic's scripts. Colour: store. Run by store.migrate only."""
