"""Bytes by peer and day in the database, and the bound on how many peers are told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Engine,
    Insert,
    bindparam,
    delete,
    func,
    literal,
    select,
)

from npsgui.ledger.backlog import Backlog
from npsgui.ledger.dialect import PORTION, Many, added
from npsgui.ledger.marks import DAY
from npsgui.ledger.schema import owners, peers
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.peers import OTHERS, PEERS_A_DAY, PeerUsage


class PeerBook:
    """Writes bytes by peer. Knows the peers of today, so that it need not ask the database each second."""

    def __init__(self, engine: Engine) -> None:
        upsert = added(peers, engine.dialect.name, sums=("inlet", "export"))
        self._add = Many(engine, upsert, *(column.name for column in peers.columns))
        self._known: dict[int, dict[int, set[str]]] = {}
        """The peers that are told apart, by day and the owner's row."""

    def write(self, connection: Connection, rows: Mapping[OwnerKey, int], backlog: Backlog) -> None:
        """Add what a backlog says."""
        for day, carried in backlog.peers.items():
            moved = [(rows[owner], peers) for owner, peers in carried.items() if owner in rows]
            known = self._known.setdefault(day, {})
            self._learn(connection, day, [row for row, _ in moved if row not in known])
            self._add.execute(connection, _told_apart(day, moved, known))
        for day in [day for day in self._known if day < max(backlog.peers, default=0) - DAY]:
            del self._known[day]

    def _learn(self, connection: Connection, day: int, rows: list[int]) -> None:
        """Read the peers of owners that have not moved yet on this day since the program began."""
        known = self._known[day]
        for begin in range(0, len(rows), PORTION):
            portion = rows[begin : begin + PORTION]
            found: dict[int, set[str]] = {row: set() for row in portion}
            wanted = select(peers.c.owner, peers.c.peer).where(
                peers.c.owner.in_(portion), peers.c.start == day, peers.c.peer != OTHERS
            )
            for row, peer in connection.execute(wanted):
                found[row].add(peer)
            known.update(found)


def _told_apart(
    day: int, moved: Iterable[tuple[int, Mapping[str, tuple[int, int]]]], known: Mapping[int, set[str]]
) -> Iterator[tuple[int, int, str, int, int]]:
    for row, carried in moved:
        names = known[row]
        for peer, (inlet, export) in carried.items():
            if peer not in names and peer != OTHERS and len(names) < PEERS_A_DAY:
                names.add(peer)
            yield row, day, peer if peer in names else OTHERS, inlet, export


def peer_usages(
    connection: Connection, node: str, owner: OwnerKey, row: int, since: int, until: int
) -> list[PeerUsage]:
    """The peers of an owner on each day that overlaps [since, until), the heaviest of a day first."""
    whose: ColumnElement[bool] = owners.c.row == row
    if owner.kind is OwnerKind.CLIENT:
        whose = owners.c.client == row
    elif owner.kind is OwnerKind.GLOBAL:
        whose = owners.c.node == node
    inlet, export = func.sum(peers.c.inlet), func.sum(peers.c.export)
    wanted = (
        select(peers.c.start, peers.c.peer, inlet, export)
        .join(owners, owners.c.row == peers.c.owner)
        .where(whose, peers.c.start >= since // DAY * DAY, peers.c.start < until, peers.c.peer != "")
        .group_by(peers.c.start, peers.c.peer)
        .order_by(peers.c.start, (inlet + export).desc(), peers.c.peer)
    )
    return [PeerUsage(day, peer, int(into), int(out)) for day, peer, into, out in connection.execute(wanted)]


def folding(dialect: str) -> tuple[Insert, Delete]:
    """Two statements that put one owner's days before a time together: nobody's, on no day."""
    old = (peers.c.owner == bindparam("which")) & (peers.c.start > 0) & (peers.c.start < bindparam("until"))
    source = (
        select(peers.c.owner, literal(0), literal(""), func.sum(peers.c.inlet), func.sum(peers.c.export))
        .where(old)
        .group_by(peers.c.owner)
    )
    upsert = added(peers, dialect, sums=("inlet", "export"))
    return upsert.from_select(["owner", "start", "peer", "inlet", "export"], source), delete(peers).where(old)
