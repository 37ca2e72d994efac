"""Sums minutes up to hours and hours to days, and deletes what is past its retention.

In small transactions, one for each call, so that a flush never waits long. A span is summed afresh, never
added to, and counts only when its mark moves: killed in the middle, it is done again. Runs in the writer
thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Executable,
    Insert,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from npsgui.ledger.dialect import added
from npsgui.ledger.marks import DAY, DAYS, HOUR, HOURS, MINUTES, Layer, Marks, start_of
from npsgui.ledger.peers import folding
from npsgui.ledger.schema import minutes, nodes, owners, runs
from npsgui.ledger.trail import forget
from npsgui.model.minutes import MINUTE
from npsgui.model.peers import PEERS_A_DAY
from npsgui.model.retention import Retention

ROWS = 6000
"""How many rows one transaction may read or delete, about: some 10 ms."""

EVENTS = 1000
"""How many events one transaction deletes: they have three indexes."""

DONE = object()


class Rollup:
    """The hours and days of one node. What the database raises passes; then call again."""

    def __init__(self, engine: Engine, node: str, retention: Retention, marks: Marks) -> None:
        self.marks = marks
        self._engine = engine
        self._node = node
        self.retention = retention
        self._events_from = 0
        """Events before it are deleted, as far as is known."""
        self._chores: Iterator[None] | None = None
        self._summing = range(0)
        """The time whose rows are being summed: a row written in it now makes the sum wrong."""
        dialect = engine.dialect.name
        self._sums = {
            coarse: _sum(fine, coarse, dialect) for fine, coarse in ((MINUTES, HOURS), (HOURS, DAYS))
        }
        self._folding = folding(dialect)
        self._late = {coarse: _late(coarse, dialect) for coarse in (HOURS, DAYS)}

    def step(self, now: int) -> bool:
        """Do one small transaction of what is due in the minute ``now``; whether there is more to do."""
        chores, self._chores = self._chores or self._due(now), None
        if next(chores, DONE) is DONE:
            return False
        self._chores = chores
        return True

    def add_late(self, connection: Connection, moved: Iterable[tuple[int, int, int, int]]) -> None:
        """Put minutes that were just written into hours and days that are summed up already.

        ``moved``: owner's row, minute, inlet and export that were added to it. The clock was set back, or a
        flush failed for long.
        """
        late = [
            {"which": owner, "minute": minute, "moved_inlet": inlet, "moved_export": export}
            for owner, minute, inlet, export in moved
            if minute < self.marks.hours_until or minute in self._summing
        ]
        if any(row["minute"] in self._summing for row in late):
            self._chores = None
        for coarse, until in ((HOURS, self.marks.hours_until), (DAYS, self.marks.days_until)):
            rows = [row for row in late if row["minute"] < until]
            if rows:
                connection.execute(self._late[coarse], rows)

    def _due(self, now: int) -> Iterator[None]:
        hour = now // HOUR * HOUR
        while self.marks.hours_until < hour:
            yield from self._sum_hours(hour)
            day = self.marks.hours_until // DAY * DAY
            if self.marks.days_until < day:
                yield from self._sum_days(day)
        oldest = self.marks.hours_until - self.retention.minutes
        yield from self._forget(MINUTES, "minutes_from", oldest // HOUR * HOUR)
        oldest = min(self.marks.days_until - self.retention.hours, self.marks.minutes_from)
        if oldest // DAY * DAY > self.marks.hours_from:
            yield from self._forget(HOURS, "hours_from", oldest // DAY * DAY)
            yield from self._each_owner(self._folding, 0, self.marks.hours_from, PEERS_A_DAY // 4)
        yield from self._forget_events((now - self.retention.events) // HOUR * HOUR)

    def _sum_hours(self, due: int) -> Iterator[None]:
        """The next hours up to ``due``, those of one day at most."""
        since, until = due, due
        ran = self._ran_from(self.marks.hours_until)
        if ran is not None and ran < due:
            since, until = ran // HOUR * HOUR, min(due, ran // DAY * DAY + DAY)
        # from the mark on, for a clock set back may write into the time before the program ran
        self._summing = range(self.marks.hours_until, until)
        yield from self._each_owner([self._sums[HOURS]], since, until, (until - since) // MINUTE)
        with self._marking("hours_until", until) as connection:
            _join_runs(connection, self._node, since, until)
        yield

    def _sum_days(self, until: int) -> Iterator[None]:
        """The days up to ``until``. Few of their hours have rows: each day is summed when it is over."""
        self._summing = range(self.marks.days_until, until)
        yield from self._each_owner([self._sums[DAYS]], self.marks.days_until, until, DAY // HOUR)
        with self._marking("days_until", until):
            pass
        yield

    def _forget(self, layer: Layer, mark: str, due: int) -> Iterator[None]:
        """Delete what is past its retention; it no longer counts from the moment that it begins."""
        span, table = layer.seconds * 1440, layer.table
        old = delete(table).where(table.c.owner == bindparam("which"), table.c.start < bindparam("until"))
        while getattr(self.marks, mark) < due:
            ran = self._ran_from(getattr(self.marks, mark))
            until = due if ran is None else min(due, ran // span * span + span)
            with self._marking(mark, until):
                pass
            if ran is not None and ran < due:
                yield from self._each_owner([old], ran, until, (until - ran) // layer.seconds)
            yield

    def _forget_events(self, due: int) -> Iterator[None]:
        while self._events_from < due:
            with self._engine.begin() as connection:
                forgotten = forget(connection, self._node, due, EVENTS)
            if forgotten < EVENTS:
                self._events_from = due
            yield

    def _each_owner(
        self, statements: Sequence[Executable], since: int, until: int, rows: int
    ) -> Iterator[None]:
        """Execute ``statements`` for every owner of the node, as many at once as ``rows`` of each allow."""
        with self._engine.begin() as connection:
            found = connection.execute(select(owners.c.row).where(owners.c.node == self._node)).scalars()
            which = iter(found.all())
        while portion := list(islice(which, max(1, ROWS // max(1, rows)))):
            with self._engine.begin() as connection:
                for statement in statements:
                    connection.execute(
                        statement, [{"which": row, "since": since, "until": until} for row in portion]
                    )
            yield

    def _ran_from(self, moment: int) -> int | None:
        """When the program first ran at or after ``moment``; None when it never did."""
        wanted = (
            select(runs.c.start)
            .where(runs.c.node == self._node, runs.c.until > moment)
            .order_by(runs.c.start)
            .limit(1)
        )
        with self._engine.begin() as connection:
            start: int | None = connection.execute(wanted).scalar()
        return None if start is None else max(start, moment)

    @contextmanager
    def _marking(self, mark: str, moment: int) -> Iterator[Connection]:
        """Move a mark at the end of a transaction."""
        marks = replace(self.marks, **{mark: moment})
        with self._engine.begin() as connection:
            yield connection
            connection.execute(update(nodes).where(nodes.c.name == self._node).values(asdict(marks)))
        self.marks = marks
        self._summing = range(0)


def _sum(fine: Layer, coarse: Layer, dialect: str) -> Insert:
    """Sum one owner's rows between two times; what was summed before is replaced."""
    columns = fine.table.c
    start = start_of(columns.start, coarse.seconds)
    source = (
        select(columns.owner, start, func.sum(columns.inlet), func.sum(columns.export), func.max(fine.peak))
        .where(
            columns.owner == bindparam("which"),
            columns.start >= bindparam("since"),
            columns.start < bindparam("until"),
        )
        .group_by(columns.owner, start)
    )
    upsert = added(coarse.table, dialect, latest=("inlet", "export", "peak"))
    return upsert.from_select(["owner", "start", "inlet", "export", "peak"], source)


def _late(coarse: Layer, dialect: str) -> Insert:
    """Add what one minute was given to the row of its hour or day."""
    columns = minutes.c
    source = select(
        columns.owner,
        start_of(columns.start, coarse.seconds),
        bindparam("moved_inlet", type_=BigInteger),
        bindparam("moved_export", type_=BigInteger),
        MINUTES.peak,
    ).where(columns.owner == bindparam("which"), columns.start == bindparam("minute"))
    upsert = added(coarse.table, dialect, sums=("inlet", "export"), largest=("peak",))
    return upsert.from_select(["owner", "start", "inlet", "export", "peak"], source)


def _join_runs(connection: Connection, node: str, since: int, until: int) -> None:
    """Make one row of the runs in a time, and the one before it, where they touch."""
    mine = runs.c.node == node
    before = connection.execute(select(func.max(runs.c.start)).where(mine, runs.c.start < since)).scalar()
    found = mine & (runs.c.start >= (since if before is None else before)) & (runs.c.start < until)
    joined: list[dict[str, Any]] = []
    for row in connection.execute(select(runs).where(found).order_by(runs.c.start)):
        last = joined[-1] if joined else None
        if last is None or row.start > last["until"]:
            joined.append(dict(row._mapping))
            continue
        last["until"] = max(last["until"], row.until)
        last["how_many"] += row.how_many
        last["last_number"] = max(last["last_number"], row.last_number)
    if joined:
        connection.execute(delete(runs).where(found))
        connection.execute(insert(runs), joined)
