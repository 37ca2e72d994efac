"""Forgets a client that came to nothing, as if it had never been."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from npsgui.ledger.schema import audit, owners, periods


def erase(connection: Connection, node: str, row: int) -> set[int]:
    """Forget the client in this row, all that it owned, and what the trail says of them; which rows are gone.

    None are, when it is not removed, or something of it has carried a byte.
    """
    family = (owners.c.row == row) | (owners.c.client == row)
    kept = owners.c.deleted_at.is_(None) | (owners.c.inlet + owners.c.export > 0)
    rows = set(connection.execute(select(owners.c.row).where(family)).scalars())
    if connection.execute(select(owners.c.row).where(family, kept)).first() is not None:
        return set()
    ident = select(owners.c.id).where(owners.c.row == row).scalar_subquery()
    connection.execute(delete(audit).where(audit.c.node == node, audit.c.client == ident))
    connection.execute(delete(periods).where(periods.c.owner.in_(rows)))
    connection.execute(delete(owners).where(owners.c.client == row))
    connection.execute(delete(owners).where(owners.c.row == row))
    return rows
