"""What was used elsewhere before, and what tops a quota up, in one period."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns."""
    for name in ("opening", "top_up"):
        op.add_column("periods", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
