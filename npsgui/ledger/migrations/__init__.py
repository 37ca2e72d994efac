"""The history of the tables, for Alembic: one file a revision. A revision that was released never changes."""
