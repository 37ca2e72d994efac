"""The periods of owners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "periods",
        sa.Column("owner", sa.Integer, sa.ForeignKey("owners.row"), primary_key=True, autoincrement=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("from_inlet", sa.BigInteger, nullable=False),
        sa.Column("from_export", sa.BigInteger, nullable=False),
        sa.Column("inlet", sa.BigInteger, nullable=False),
        sa.Column("export", sa.BigInteger, nullable=False),
    )
