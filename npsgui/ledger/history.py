"""Reads what an owner carried and when the program ran. Never writes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select, union_all

from npsgui.ledger.marks import DAYS, HOUR, HOURS, MINUTES, Layer, Marks, start_of
from npsgui.ledger.schema import owners, runs
from npsgui.model.accounts import Totals
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.minutes import MINUTE, minute_of
from npsgui.model.views import Step, Usage


def history(
    connection: Connection, row: int, since: int, until: int, step: Step, marks: Marks
) -> list[Usage]:
    """The buckets that overlap [since, until) and moved, each in full, the oldest first."""
    days_until, hours_until = marks.bounds(step)
    since = since // step.seconds * step.seconds
    until = -(-until // step.seconds) * step.seconds
    pieces = [
        _sums(layer, row, max(since // layer.seconds * layer.seconds, begin), end, step)
        for layer, begin, end in (
            (DAYS, 0, min(until, days_until)),
            (HOURS, days_until, min(until, hours_until)),
            (MINUTES, hours_until, until),
        )
        if max(since, begin) < end
    ]
    if not pieces:
        return []
    found = union_all(*pieces).subquery()
    start, inlet, export, peak = found.c
    summed = select(start, func.sum(inlet), func.sum(export), func.max(peak)).group_by(start).order_by(start)
    return [Usage(*map(int, usage)) for usage in connection.execute(summed)]


def carried(
    connection: Connection, node: str, since: int, until: int, marks: Marks
) -> dict[OwnerKey, Totals]:
    """What each owner of ``node`` that is there carried in the minutes of [since, until).

    Hours that are summed up stand for their minutes, as far as they lie within.
    """
    mine = select(owners.c.row).where(owners.c.node == node, owners.c.deleted_at.is_(None))
    first = min(until, -(-since // HOUR) * HOUR)
    last = max(first, min(marks.hours_until, until // HOUR * HOUR))
    pieces = [
        select(layer.table.c.owner, layer.table.c.inlet, layer.table.c.export).where(
            layer.table.c.owner.in_(mine), layer.table.c.start >= begin, layer.table.c.start < end
        )
        for layer, begin, end in ((MINUTES, since, first), (HOURS, first, last), (MINUTES, last, until))
    ]
    found = union_all(*pieces).subquery()
    summed = (
        select(owners.c.kind, owners.c.id, func.sum(found.c.inlet), func.sum(found.c.export))
        .join(owners, owners.c.row == found.c.owner)
        .group_by(owners.c.kind, owners.c.id)
    )
    return {
        OwnerKey(OwnerKind(kind), id_): Totals(int(inlet), int(export))
        for kind, id_, inlet, export in connection.execute(summed)
    }


def _sums(layer: Layer, row: int, since: int, until: int, step: Step) -> Select[*tuple[Any, ...]]:
    columns = layer.table.c
    start = start_of(columns.start, step.seconds)
    return (
        select(
            start.label("start"),
            func.sum(columns.inlet).label("inlet"),
            func.sum(columns.export).label("export"),
            func.max(layer.peak).label("peak"),
        )
        .where(columns.owner == row, columns.start >= since, columns.start < until)
        .group_by(start)
    )


def coverage(connection: Connection, node: str, since: int, until: int) -> list[tuple[int, int]]:
    """Spans, from and until, of the whole minutes that overlap [since, until) in which ``node`` ran."""
    since, until = minute_of(since), -(-until // MINUTE) * MINUTE
    wanted = (
        select(runs.c.start, runs.c.until)
        .where(runs.c.node == node, runs.c.start < until, runs.c.until > since)
        .order_by(runs.c.start)
    )
    spans: list[tuple[int, int]] = []
    for start, end in connection.execute(wanted):
        begin, end = max(start, since), min(end, until)
        if spans and spans[-1][1] >= begin:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((begin, end))
    return spans
