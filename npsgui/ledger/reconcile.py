"""The audit: minutes + opening = totals, what is owned = its owner, sequence unbroken. Only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from npsgui.ledger.dialect import damage
from npsgui.ledger.schema import flushes, minutes, owners, sequence
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.views import Sentence


@dataclass(frozen=True, slots=True)
class Account:
    """One owner's row, and the sum of its minutes. Bytes, inlet and export."""

    row: int
    owner: OwnerKey
    client: int | None
    removed: bool
    total: tuple[int, int]
    opening: tuple[int, int]
    moved: tuple[int, int]


def reconcile(connection: Connection) -> list[Sentence]:
    """A sentence for each row that does not add up; none is good."""
    found = damage(connection)
    if found is not None:
        return [Sentence("The ledger's file is damaged: {detail}.", (("detail", found),))]
    accounts = list(_accounts(connection))
    return [
        *_strays(connection, accounts),
        *(problem for account in accounts for problem in _own_problems(account)),
        *_sum_problems(accounts),
        *_sequence_problems(connection),
    ]


def _accounts(connection: Connection) -> Iterator[Account]:
    sums = (
        select(
            minutes.c.owner,
            func.sum(minutes.c.inlet).label("moved_inlet"),
            func.sum(minutes.c.export).label("moved_export"),
        )
        .group_by(minutes.c.owner)
        .subquery()
    )
    joined = select(owners, sums.c.moved_inlet, sums.c.moved_export).outerjoin(
        sums, sums.c.owner == owners.c.row
    )
    for row in connection.execute(joined.order_by(owners.c.row)):
        yield Account(
            row.row,
            OwnerKey(OwnerKind(row.kind), row.id),
            row.client,
            row.deleted_at is not None,
            (row.inlet, row.export),
            (row.opening_inlet, row.opening_export),
            (int(row.moved_inlet or 0), int(row.moved_export or 0)),
        )


def _own_problems(account: Account) -> Iterator[Sentence]:
    counted = _plus(account.opening, account.moved)
    if account.total != counted:
        yield _differs(
            "{owner} (row {row}): its total says {total_in} bytes in and {total_out} out,"
            " its opening balance and minutes {sum_in} and {sum_out}.",
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
            "{owner} (row {row}): its minutes say {total_in} bytes in and {total_out} out,"
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


def _strays(connection: Connection, accounts: list[Account]) -> Iterator[Sentence]:
    known = {account.row for account in accounts}
    for row in connection.execute(select(minutes.c.owner).distinct()).scalars():
        if row not in known:
            yield Sentence("There are minutes of row {row}, which no owner has.", (("row", row),))


def _sequence_problems(connection: Connection) -> Iterator[Sentence]:
    number = connection.execute(select(sequence.c.number)).scalar()
    logged = connection.execute(
        select(
            func.coalesce(func.sum(flushes.c.how_many), 0), func.coalesce(func.max(flushes.c.last_number), 0)
        )
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
