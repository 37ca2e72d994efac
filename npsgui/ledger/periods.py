"""The periods of owners in the database."""

from __future__ import annotations

from sqlalchemy import Connection, Row, insert, select, update

from npsgui.ledger.schema import owners, periods
from npsgui.model.periods import Beginning, Period


def begin(connection: Connection, row: int, beginning: Beginning) -> None:
    """End the running period of an owner where the next begins."""
    last = _running(connection, row)
    ended = {
        "until": beginning.start,
        "inlet": beginning.inlet - (last.from_inlet if last else 0),
        "export": beginning.export - (last.from_export if last else 0),
    }
    if last is None:
        first = {"owner": row, "start": 0, "from_inlet": 0, "from_export": 0}
        connection.execute(insert(periods).values(**first, **ended))
    else:
        connection.execute(
            update(periods).where(periods.c.owner == row, periods.c.start == last.start).values(**ended)
        )
    values = {"from_inlet": beginning.inlet, "from_export": beginning.export, "inlet": 0, "export": 0}
    connection.execute(insert(periods).values(owner=row, start=beginning.start, **values))


def beginnings(connection: Connection, node: str) -> dict[int, Beginning]:
    """How the running period of each owner of a node began, by the owner's row."""
    wanted = (
        select(periods.c.owner, periods.c.start, periods.c.from_inlet, periods.c.from_export)
        .join(owners, owners.c.row == periods.c.owner)
        .where(owners.c.node == node, periods.c.until.is_(None))
    )
    return {row: Beginning(*began) for row, *began in connection.execute(wanted)}


def periods_of(connection: Connection, row: int) -> list[Period]:
    """The periods of an owner, the oldest first; the running one as far as it has come."""
    totals = connection.execute(select(owners.c.inlet, owners.c.export).where(owners.c.row == row)).one()
    found = connection.execute(select(periods).where(periods.c.owner == row).order_by(periods.c.start)).all()
    if not found:
        return [Period(0, None, totals.inlet, totals.export)]
    return [
        Period(period.start, None, totals.inlet - period.from_inlet, totals.export - period.from_export)
        if period.until is None
        else Period(period.start, period.until, period.inlet, period.export)
        for period in found
    ]


def _running(connection: Connection, row: int) -> Row[int, int, int] | None:
    return connection.execute(
        select(periods.c.start, periods.c.from_inlet, periods.c.from_export).where(
            periods.c.owner == row, periods.c.until.is_(None)
        )
    ).first()
