"""Bytes by peer and day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; what was carried before is nobody's, on no day, so that the sums agree for ever."""
    op.create_table(
        "peers",
        sa.Column("owner", sa.Integer, sa.ForeignKey("owners.row"), primary_key=True, autoincrement=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("peer", sa.Text, primary_key=True),
        sa.Column("inlet", sa.BigInteger, nullable=False),
        sa.Column("export", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO peers (owner, start, peer, inlet, export)"
        " SELECT row, 0, '', inlet - opening_inlet, export - opening_export FROM owners"
        " WHERE kind IN ('tunnel', 'host')"
    )
