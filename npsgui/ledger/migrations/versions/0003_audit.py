"""The audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "audit",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("client", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cause", sa.Text),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("how_many", sa.BigInteger, nullable=False),
        sa.Column("token", sa.Text),
    )
    op.create_index("audit_by_time", "audit", ["node", "at"])
    op.create_index("audit_counted", "audit", ["node", "token"], unique=True)
