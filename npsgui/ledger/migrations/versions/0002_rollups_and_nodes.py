"""Hours and days beside the minutes, runs in place of flushes, and the node that writes a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables, and move what the old ones hold; minutes are rolled up by the program itself."""
    for name in ("hours", "days"):
        op.create_table(
            name,
            sa.Column(
                "owner", sa.Integer, sa.ForeignKey("owners.row"), primary_key=True, autoincrement=False
            ),
            sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("inlet", sa.BigInteger, nullable=False),
            sa.Column("export", sa.BigInteger, nullable=False),
            sa.Column("peak", sa.BigInteger, nullable=False),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "runs",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("how_many", sa.BigInteger, nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO runs (node, start, until, how_many, last_number)"
        " SELECT 'local', start, start + 60, how_many, last_number FROM flushes"
    )
    op.create_table(
        "nodes",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hours_until", sa.BigInteger, nullable=False),
        sa.Column("days_until", sa.BigInteger, nullable=False),
        sa.Column("minutes_from", sa.BigInteger, nullable=False),
        sa.Column("hours_from", sa.BigInteger, nullable=False),
    )
    op.execute(
        "INSERT INTO nodes (name, number, hours_until, days_until, minutes_from, hours_from)"
        " SELECT 'local', number, 0, 0, 0, 0 FROM sequence"
    )
    op.drop_table("flushes")
    op.drop_table("sequence")
    _name_the_owners_node()


def _name_the_owners_node() -> None:
    alive = sa.text("deleted_at IS NULL")
    op.add_column("owners", sa.Column("node", sa.Text, nullable=False, server_default="local"))
    op.drop_index("owners_alive", "owners")
    op.create_index(
        "owners_alive",
        "owners",
        ["node", "kind", "id"],
        unique=True,
        sqlite_where=alive,
        postgresql_where=alive,
    )
