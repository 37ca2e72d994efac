"""A tunnel has several ports, where it had one."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

owners = sa.table("owners", sa.column("row"), sa.column("kind"), sa.column("definition"))


def upgrade() -> None:
    """Make ``ports`` of ``port`` in the definitions."""
    connection = op.get_bind()
    tunnels = sa.select(owners.c.row, owners.c.definition).where(owners.c.kind == "tunnel")
    for row, text in connection.execute(tunnels).all():
        definition = json.loads(text)
        if "port" in definition:
            port = definition.pop("port")
            definition.setdefault("ports", [port] if port else [])
            connection.execute(
                sa.update(owners).where(owners.c.row == row).values(definition=json.dumps(definition))
            )
