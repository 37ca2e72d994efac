"""The audit: opening + minutes + hours + days = totals, what is owned = its owner, sequence unbroken.

Only reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, func, select, union

from npsgui.ledger.dialect import damage
from npsgui.ledger.marks import DAYS, HOURS, LAYERS, MINUTES, Layer, Marks, marks_of
from npsgui.ledger.schema import nodes, owners, peers, periods, runs
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.views import Sentence, Step

Sums: TypeAlias = dict[int, tuple[int, int]]
"""Inlet and export by the row of their owner."""


@dataclass(frozen=True, slots=True)
class Account:
    """One owner's row, and the sum of its minutes, hours and days. Bytes, inlet and export."""

    row: int
    owner: OwnerKey
    client: int | None
    total: tuple[int, int]
    opening: tuple[int, int]
    moved: tuple[int, int]


def reconcile(connection: Connection, node: str) -> list[Sentence]:
    """A sentence for each row of a node that does not add up; none is good."""
    found = damage(connection)
    if found is not None:
        return [Sentence("The ledger's file is damaged: {detail}.", (("detail", found),))]
    marks = marks_of(connection, node)
    days_until, hours_until = marks.bounds(Step.DAY)
    parts = [
        _summed(connection, DAYS, 0, days_until),
        _summed(connection, HOURS, days_until, hours_until),
        _summed(connection, MINUTES, hours_until, None),
    ]
    accounts = list(_accounts(connection, node, parts))
    return [
        *_strays(connection),
        *(problem for account in accounts for problem in _own_problems(account)),
        *_sum_problems(accounts),
        *_layer_problems(connection, accounts, marks),
        *_peer_problems(connection, accounts),
        *_period_problems(connection, accounts),
        *_sequence_problems(connection, node),
    ]


def _summed(connection: Connection, layer: Layer, since: int, until: int | None) -> Sums:
    columns = layer.table.c
    wanted = (
        select(columns.owner, func.sum(columns.inlet), func.sum(columns.export))
        .where(columns.start >= since)
        .group_by(columns.owner)
    )
    if until is not None:
        wanted = wanted.where(columns.start < until)
    return {row: (int(inlet), int(export)) for row, inlet, export in connection.execute(wanted)}


def _accounts(connection: Connection, node: str, parts: list[Sums]) -> Iterator[Account]:
    for row in connection.execute(select(owners).where(owners.c.node == node).order_by(owners.c.row)):
        yield Account(
            row.row,
            OwnerKey(OwnerKind(row.kind), row.id),
            row.client,
            (row.inlet, row.export),
            (row.opening_inlet, row.opening_export),
            _sum(part.get(row.row, (0, 0)) for part in parts),
        )


def _own_problems(account: Account) -> Iterator[Sentence]:
    counted = _plus(account.opening, account.moved)
    if account.total != counted:
        yield _differs(
            "{owner} (row {row}): its total says {total_in} bytes in and {total_out} out,"
            " its opening balance and history {sum_in} and {sum_out}.",
            account,
            account.total,
            counted,
        )


def _sum_problems(accounts: list[Account]) -> Iterator[Sentence]:
    """What is owned against what owns it: the bytes that moved, and no more opening below than above."""
    below: dict[int | None, list[Account]] = {}
    for account in accounts:
        below.setdefault(account.client, []).append(account)
    for account in accounts:
        if account.owner.kind is OwnerKind.CLIENT:
            yield from _family_problems(account, below.get(account.row, []))
        elif account.owner.kind is OwnerKind.GLOBAL:
            clients = [other for other in accounts if other.owner.kind is OwnerKind.CLIENT]
            yield from _family_problems(account, clients)


def _family_problems(account: Account, owned: list[Account]) -> Iterator[Sentence]:
    moved = _sum(one.moved for one in owned)
    if account.moved != moved:
        yield _differs(
            "{owner} (row {row}): its history says {total_in} bytes in and {total_out} out,"
            " those of what it owns {sum_in} and {sum_out}.",
            account,
            account.moved,
            moved,
        )
    opening = _sum(one.opening for one in owned)
    if account.opening[0] < opening[0] or account.opening[1] < opening[1]:
        yield _differs(
            "{owner} (row {row}): its opening balance says {total_in} bytes in and {total_out} out,"
            " those of what it owns {sum_in} and {sum_out}.",
            account,
            account.opening,
            opening,
        )


def _layer_problems(connection: Connection, accounts: list[Account], marks: Marks) -> Iterator[Sentence]:
    """Hours against the minutes that they were summed from, days against their hours, while both are kept."""
    for fine, coarse, since, until in (
        (MINUTES, HOURS, marks.minutes_from, marks.hours_until),
        (HOURS, DAYS, marks.hours_from, marks.days_until),
    ):
        # the part of a day whose first minutes are deleted has nothing to be held against
        since = -(-since // coarse.seconds) * coarse.seconds
        above, below = _summed(connection, coarse, since, until), _summed(connection, fine, since, until)
        for account in accounts:
            total, parts = above.get(account.row, (0, 0)), below.get(account.row, (0, 0))
            if total != parts:
                yield _differs(
                    "{owner} (row {row}): its hours or days say {total_in} bytes in and {total_out} out,"
                    " the minutes or hours in them {sum_in} and {sum_out}.",
                    account,
                    total,
                    parts,
                )


def _peer_problems(connection: Connection, accounts: list[Account]) -> Iterator[Sentence]:
    """Every byte of a tunnel or host was carried for one peer."""
    sums = (select(peers.c.owner, func.sum(peers.c.inlet), func.sum(peers.c.export))).group_by(peers.c.owner)
    carried = {row: (int(inlet), int(export)) for row, inlet, export in connection.execute(sums)}
    for account in accounts:
        if account.owner.kind in (OwnerKind.TUNNEL, OwnerKind.HOST):
            by_peer = carried.get(account.row, (0, 0))
            if by_peer != account.moved:
                yield _differs(
                    "{owner} (row {row}): its history says {total_in} bytes in and {total_out} out,"
                    " its peers {sum_in} and {sum_out}.",
                    account,
                    account.moved,
                    by_peer,
                )


def _period_problems(connection: Connection, accounts: list[Account]) -> Iterator[Sentence]:
    """Past periods and the running one make the total, and each begins where the one before ends."""
    told: dict[int, list[Row[Any]]] = {}
    for period in connection.execute(select(periods).order_by(periods.c.owner, periods.c.start)):
        told.setdefault(period.owner, []).append(period)
    for account in accounts:
        mine = told.get(account.row, [])
        if not mine:
            continue
        ends, starts = [period.until for period in mine], [period.start for period in mine]
        if ends != [*starts[1:], None]:
            yield Sentence(
                "{owner} (row {row}): its periods do not follow each other.",
                (("owner", account.owner), ("row", account.row)),
            )
        past, running = _sum((period.inlet, period.export) for period in mine[:-1]), mine[-1]
        if past != (running.from_inlet, running.from_export):
            yield _differs(
                "{owner} (row {row}): its running period began with {total_in} bytes in and {total_out} out,"
                " the periods before it have {sum_in} and {sum_out}.",
                account,
                (running.from_inlet, running.from_export),
                past,
            )


def _strays(connection: Connection) -> Iterator[Sentence]:
    known = select(owners.c.row)
    tables = [select(layer.table.c.owner).where(layer.table.c.owner.not_in(known)) for layer in LAYERS]
    for row in sorted(connection.execute(union(*tables)).scalars()):
        yield Sentence("There is history of row {row}, which no owner has.", (("row", row),))


def _sequence_problems(connection: Connection, node: str) -> Iterator[Sentence]:
    number = connection.execute(select(nodes.c.number).where(nodes.c.name == node)).scalar()
    logged = connection.execute(
        select(
            func.coalesce(func.sum(runs.c.how_many), 0), func.coalesce(func.max(runs.c.last_number), 0)
        ).where(runs.c.node == node)
    ).one()
    count, last = int(logged[0]), int(logged[1])
    if not number == count == last:
        yield Sentence(
            "The sequence is broken: the last flush is {number}, the log ends with {last} and holds {count}.",
            (("number", number), ("last", last), ("count", count)),
        )


def _differs(template: str, account: Account, total: tuple[int, int], other: tuple[int, int]) -> Sentence:
    return Sentence(
        template,
        (
            ("owner", account.owner),
            ("row", account.row),
            ("total_in", total[0]),
            ("total_out", total[1]),
            ("sum_in", other[0]),
            ("sum_out", other[1]),
        ),
    )


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _sum(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    inlet = export = 0
    for one, other in counts:
        inlet, export = inlet + one, export + other
    return inlet, export
