"""Which rows count: minutes, hours and days overlap, and the marks say where one takes over."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, Connection, Table, literal_column, select

from npsgui.ledger.schema import days, hours, minutes, nodes
from npsgui.model.minutes import MINUTE
from npsgui.model.views import Step

HOUR = 3600
DAY = 86400


@dataclass(frozen=True, slots=True)
class Marks:
    """How far a node's roll-up has come. Unix times, s, on the hour and on the day.

    Always ``hours_from <= days_until <= hours_until`` and ``hours_from <= minutes_from <= hours_until``:
    every byte is in at least one row that counts, and where it is in two, both say the same.
    """

    hours_until: int = 0
    """Hours that begin before it are summed up."""
    days_until: int = 0
    minutes_from: int = 0
    """Minutes before it are past their retention, deleted or about to be; hours stand in for them."""
    hours_from: int = 0

    def bounds(self, step: Step) -> tuple[int, int]:
        """Days count before the first, hours from there to the second, minutes from it on.

        Chosen so that buckets are no longer than ``step``, where there still are such, and the fewest.
        """
        if step is Step.DAY:
            return self.days_until, self.hours_until
        return self.hours_from, (self.hours_until if step is Step.HOUR else self.minutes_from)


def marks_of(connection: Connection, node: str) -> Marks:
    """How far a node has come."""
    columns = (nodes.c[field.name] for field in fields(Marks))
    return Marks(*connection.execute(select(*columns).where(nodes.c.name == node)).one())


def start_of(column: ColumnElement[int], seconds: int) -> ColumnElement[int]:
    """The beginning of the bucket of ``seconds`` that a time lies in.

    The number stands in the statement itself: two parameters would be two expressions to PostgreSQL, and
    it could not group by one what is selected by the other.
    """
    return column - column % literal_column(str(seconds))


@dataclass(frozen=True, slots=True)
class Layer:
    """A table of bytes by owner and time."""

    table: Table
    seconds: int

    @property
    def peak(self) -> ColumnElement[int]:
        """The bytes of the busiest minute of a row."""
        columns = self.table.c
        return columns.inlet + columns.export if self.table is minutes else columns["peak"]


MINUTES, HOURS, DAYS = Layer(minutes, MINUTE), Layer(hours, HOUR), Layer(days, DAY)
LAYERS = (MINUTES, HOURS, DAYS)
