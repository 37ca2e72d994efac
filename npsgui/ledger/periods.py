"""The periods of owners in the database."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select, update

from npsgui.ledger.schema import owners, periods
from npsgui.model.periods import Beginning, Period

_BEGAN = (
    periods.c.start,
    periods.c.from_inlet,
    periods.c.from_export,
    periods.c.opening,
    periods.c.top_up,
)
"""The columns of a Beginning."""


def begin(connection: Connection, row: int, beginning: Beginning) -> None:
    """End the running period of an owner where the next begins; one that began then is only adjusted."""
    last = _running(connection, row)
    if last is None:
        last = Beginning(0, 0, 0)
        connection.execute(insert(periods).values(owner=row, inlet=0, export=0, **_values(last)))
    running = (periods.c.owner == row) & (periods.c.start == last.start)
    if last.start == beginning.start:
        connection.execute(update(periods).where(running).values(**_values(beginning)))
        return
    carried = {"inlet": beginning.inlet - last.inlet, "export": beginning.export - last.export}
    connection.execute(update(periods).where(running).values(until=beginning.start, **carried))
    connection.execute(insert(periods).values(owner=row, inlet=0, export=0, **_values(beginning)))


def resume(connection: Connection, row: int) -> None:
    """Take back that the running period of an owner began: the one before it runs on. Its first stays."""
    mine = periods.c.owner == row
    earlier = select(func.max(periods.c.start)).where(mine, periods.c.until.is_not(None))
    before = connection.execute(earlier).scalar()
    if before is not None:
        connection.execute(delete(periods).where(mine, periods.c.until.is_(None)))
        again = update(periods).where(mine, periods.c.start == before)
        connection.execute(again.values(until=None, inlet=0, export=0))


def _values(beginning: Beginning) -> dict[str, int]:
    return {
        "start": beginning.start,
        "from_inlet": beginning.inlet,
        "from_export": beginning.export,
        "opening": beginning.opening,
        "top_up": beginning.top_up,
    }


def beginnings(connection: Connection, node: str) -> dict[int, Beginning]:
    """How the running period of each owner of a node began, by the owner's row."""
    wanted = (
        select(periods.c.owner, *_BEGAN)
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
    told = []
    for period in found:
        inlet, export = period.inlet, period.export
        if period.until is None:
            inlet, export = totals.inlet - period.from_inlet, totals.export - period.from_export
        told.append(Period(period.start, period.until, inlet, export, period.opening, period.top_up))
    return told


def _running(connection: Connection, row: int) -> Beginning | None:
    wanted = select(*_BEGAN).where(periods.c.owner == row, periods.c.until.is_(None))
    found = connection.execute(wanted).first()
    return None if found is None else Beginning(*found)
