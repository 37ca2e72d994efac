"""The first tables: owners, minutes, flushes, sequence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "owners",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("client", sa.Integer, sa.ForeignKey("owners.row")),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("deleted_at", sa.Float),
        sa.Column("inlet", sa.BigInteger, nullable=False),
        sa.Column("export", sa.BigInteger, nullable=False),
        sa.Column("opening_inlet", sa.BigInteger, nullable=False),
        sa.Column("opening_export", sa.BigInteger, nullable=False),
    )
    alive = sa.text("deleted_at IS NULL")
    op.create_index(
        "owners_alive", "owners", ["kind", "id"], unique=True, sqlite_where=alive, postgresql_where=alive
    )
    op.create_table(
        "minutes",
        sa.Column("owner", sa.Integer, sa.ForeignKey("owners.row"), primary_key=True, autoincrement=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("inlet", sa.BigInteger, nullable=False),
        sa.Column("export", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "flushes",
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("first_number", sa.BigInteger, nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.Column("how_many", sa.BigInteger, nullable=False),
    )
    sequence = op.create_table(
        "sequence",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(sequence, [{"id": 1, "number": 0}])
