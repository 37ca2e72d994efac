"""The database, in SQLAlchemy Core. Lives in the writer thread; never imported on the way to first paint."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.engine import URL

from npsgui.ledger.backlog import Backlog
from npsgui.ledger.dialect import DamagedError, Many, Place, added, copy_to, explained, open_reader, shown
from npsgui.ledger.erasing import erase
from npsgui.ledger.history import carried, coverage, history
from npsgui.ledger.marks import Marks, marks_of
from npsgui.ledger.peers import PeerBook, peer_usages
from npsgui.ledger.periods import begin, beginnings, periods_of, resume
from npsgui.ledger.reconcile import reconcile
from npsgui.ledger.records import Changes, Opened
from npsgui.ledger.rollup import Rollup
from npsgui.ledger.schema import LOCAL, minutes, nodes, owners, runs
from npsgui.ledger.trail import events, record, unclean_since
from npsgui.model.accounts import Totals
from npsgui.model.audit import AuditEvent, Search
from npsgui.model.configuration import Configuration, highest_ids
from npsgui.model.entities import Client, Everything, Host, Owner, OwnerKey, OwnerKind, Tunnel
from npsgui.model.errors import LedgerError, NotFound
from npsgui.model.minutes import MINUTE
from npsgui.model.peers import PeerUsage
from npsgui.model.periods import Period
from npsgui.model.retention import AS_DESIGNED, Retention
from npsgui.model.views import Sentence, Step, Usage

log = logging.getLogger(__name__)

_TYPES: Mapping[str, type[Everything | Client | Tunnel | Host]] = {
    OwnerKind.GLOBAL: Everything,
    OwnerKind.CLIENT: Client,
    OwnerKind.TUNNEL: Tunnel,
    OwnerKind.HOST: Host,
}
_RANK = {kind: rank for rank, kind in enumerate(_TYPES)}
"""Those above are put first and removed last."""

_SET_TOTAL = (
    update(owners)
    .where(owners.c.row == bindparam("which"))
    .values(inlet=bindparam("total_inlet"), export=bindparam("total_export"))
)


class SqlStore:
    """One open database. Every method raises LedgerError when it fails, and has then changed nothing."""

    def __init__(
        self, engine: Engine, place: Place, retention: Retention = AS_DESIGNED, node: str = LOCAL
    ) -> None:
        self._engine = engine
        self._place = place
        self._node = node
        self._mine = nodes.c.name == self._node
        name = engine.dialect.name
        add_minutes = added(minutes, name, sums=("inlet", "export"))
        self._add_minutes = Many(engine, add_minutes, "owner", "start", "inlet", "export")
        self._set_totals = Many(engine, _SET_TOTAL, "total_inlet", "total_export", "which")
        add_runs = added(runs, name, sums=("how_many",), latest=("last_number",))
        self._add_runs = Many(engine, add_runs, *(column.name for column in runs.columns))
        self._peers = PeerBook(engine)
        self._rows: dict[OwnerKey, int] = {}
        """The row of each owner; of a removed one, until its id is given again."""
        self._alive: set[OwnerKey] = set()
        with engine.begin() as connection:
            # a write, so that a disk that is full or locked is noticed now and not at the first flush
            known = connection.execute(update(nodes).where(self._mine).values(number=nodes.c.number))
            if not known.rowcount:
                connection.execute(insert(nodes).values(name=self._node, number=0, **asdict(Marks())))
            if connection.execute(select(owners.c.row).where(owners.c.node == self._node)).first() is None:
                _insert(connection, self._node, Everything(), None)
            self.opened = self._restore(connection)
            number = connection.execute(select(nodes.c.number).where(self._mine)).scalar_one()
            marks = marks_of(connection, self._node)
        self.sequence: int = number
        self._minute = 0
        """The minute of the last batch that was written; Unix time, s."""
        self._rollup = Rollup(engine, self._node, retention, marks)

    def note(self, sentence: Sentence) -> None:
        """Add something that the user should be told."""
        self.opened = replace(self.opened, notes=(*self.opened.notes, sentence))

    def write(self, backlog: Backlog) -> None:
        """Add a backlog in one transaction; one that is on disk already is recognised and left out.

        So it may be tried again after any failure, that of a COMMIT too.
        """
        with explained(self._place), self._engine.begin() as connection:
            moved = connection.execute(
                update(nodes).where(self._mine, nodes.c.number == backlog.before).values(number=backlog.last)
            )
            if moved.rowcount == 1:
                self._add(connection, backlog)
            number = connection.execute(select(nodes.c.number).where(self._mine)).scalar_one()
        self._minute = next(reversed(backlog.flushes))
        if number != backlog.last:
            raise LedgerError(
                "{path} was written by another program; start npsgui again.", path=shown(self._place)
            )

    def save(self, changes: Changes) -> None:
        """Save an edit in one transaction."""
        rows, alive = dict(self._rows), set(self._alive)
        with explained(self._place), self._engine.begin() as connection:
            for key in sorted(changes.removed, key=lambda key: _RANK[key.kind], reverse=True):
                _remove(connection, rows, alive, key)
            for owner in sorted(changes.put, key=lambda owner: _RANK[owner.owner.kind]):
                if owner.owner in changes.revived:
                    _revive(connection, rows, alive, owner)
                else:
                    _put(connection, self._node, rows, alive, owner)
            for key, opening in changes.opening.items():
                connection.execute(
                    update(owners)
                    .where(owners.c.row == _row_of(rows, alive, key))
                    .values(
                        inlet=owners.c.inlet + opening.inlet,
                        export=owners.c.export + opening.export,
                        opening_inlet=owners.c.opening_inlet + opening.inlet,
                        opening_export=owners.c.opening_export + opening.export,
                    )
                )
            for key, beginning in changes.periods.items():
                begin(connection, _row_of(rows, alive, key), beginning)
            for key in changes.resumed:
                resume(connection, _row_of(rows, alive, key))
            record(connection, self._node, changes.events)
        self._rows, self._alive = rows, alive

    def erase(self, client: OwnerKey) -> None:
        """Forget a removed client that has carried nothing."""
        row = self._row(client)
        with explained(self._place), self._engine.begin() as connection:
            gone = erase(connection, self._node, row)
        self._rows = {key: row for key, row in self._rows.items() if row not in gone}

    def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        """The buckets that overlap [since, until) and moved, each in full, the oldest first.

        Raises NotFound: when there never was such an owner.
        """
        row = self._row(owner)
        with explained(self._place), self._engine.begin() as connection:
            return history(connection, row, since, until, step, self._rollup.marks)

    def carried(self, since: int, until: int) -> dict[OwnerKey, Totals]:
        """What each owner that is there carried in the minutes of [since, until)."""
        with explained(self._place), self._engine.begin() as connection:
            return carried(connection, self._node, since, until, self._rollup.marks)

    def peers(self, owner: OwnerKey, since: int, until: int) -> list[PeerUsage]:
        """Bytes by peer and day. Raises NotFound: when there never was such an owner."""
        row = self._row(owner)
        with explained(self._place), self._engine.begin() as connection:
            return peer_usages(connection, self._node, owner, row, since, until)

    def periods(self, owner: OwnerKey) -> list[Period]:
        """The periods of an owner. Raises NotFound: when there never was such an owner."""
        row = self._row(owner)
        with explained(self._place), self._engine.begin() as connection:
            return periods_of(connection, row)

    def coverage(self, since: int, until: int) -> list[tuple[int, int]]:
        """The spans in which the program ran."""
        with explained(self._place), self._engine.begin() as connection:
            return coverage(connection, self._node, since, until)

    def events(self, search: Search) -> list[AuditEvent]:
        """The audit trail, the oldest first."""
        with explained(self._place), self._engine.begin() as connection:
            return events(connection, self._node, search)

    def retain(self, retention: Retention) -> None:
        """Have ``tidy`` keep rows for so long."""
        self._rollup.retention = retention

    def tidy(self) -> bool:
        """Do a little of the roll-up that is due since the last write; whether there is more to do."""
        with explained(self._place):
            return self._rollup.step(self._minute)

    def verify(self) -> list[Sentence]:
        """What does not add up. In any thread: on a connection of its own, for it may take long."""
        engine = open_reader(self._place)
        try:
            with explained(self._place), engine.begin() as connection:
                return reconcile(connection, self._node)
        finally:
            engine.dispose()

    def back_up(self, target: Path) -> None:
        """Copy all of it into a new file. In any thread: on a connection of its own, that sees one moment.

        Raises LedgerError: when ``target`` is there already or cannot be written, or this is PostgreSQL.
        """
        if isinstance(self._place, URL):
            raise LedgerError("The ledger is on PostgreSQL: back it up with its own pg_dump.")
        if target.exists():
            raise LedgerError("{path} is there already; name a new file.", path=str(target))
        engine = open_reader(self._place)
        try:
            with explained(target):
                copy_to(engine, target)
        finally:
            engine.dispose()

    def close(self) -> None:
        """Let go of the file; SQLite then moves the WAL into it."""
        with explained(self._place):
            self._engine.dispose()

    def _row(self, owner: OwnerKey) -> int:
        row = self._rows.get(owner)
        if row is None:
            raise NotFound("There is no {owner}.", owner=owner)
        return row

    def _add(self, connection: Connection, backlog: Backlog) -> None:
        rows = self._rows
        unknown = backlog.totals.keys() - rows.keys()
        if unknown:
            log.error("Bytes of owners that were never saved are not kept: %s", sorted(unknown))
        moved = [
            (row, minute, inlet, export)
            for minute, counts in backlog.minutes.items()
            for key, (inlet, export) in counts.items()
            if (row := rows.get(key)) is not None
        ]
        self._add_minutes.execute(connection, moved)
        self._set_totals.execute(
            connection,
            (
                (inlet, export, row)
                for key, (inlet, export) in backlog.totals.items()
                if (row := rows.get(key)) is not None
            ),
        )
        self._add_runs.execute(
            connection,
            (
                (self._node, minute, minute + MINUTE, run.count, run.last)
                for minute, run in backlog.flushes.items()
            ),
        )
        self._rollup.add_late(connection, moved)
        self._peers.write(connection, rows, backlog)
        record(connection, self._node, backlog.events)

    def _restore(self, connection: Connection) -> Opened:
        totals: dict[OwnerKey, Totals] = {}
        alive: list[Owner] = []
        mine = select(owners).where(owners.c.node == self._node).order_by(owners.c.row)
        for row in connection.execute(mine):
            key = OwnerKey(OwnerKind(row.kind), row.id)
            self._rows[key] = row.row
            if row.deleted_at is None:
                self._alive.add(key)
                totals[key] = Totals(row.inlet, row.export)
                alive.append(self._decode(key, row.definition))
        alive.sort(key=lambda owner: owner.owner.id)
        configuration = Configuration(
            everything=next((owner for owner in alive if isinstance(owner, Everything)), Everything()),
            clients={owner.id: owner for owner in alive if isinstance(owner, Client)},
            tunnels={owner.id: owner for owner in alive if isinstance(owner, Tunnel)},
            hosts={owner.id: owner for owner in alive if isinstance(owner, Host)},
            last_ids=highest_ids(self._rows),
        )
        began = beginnings(connection, self._node)
        periods = {key: began[row] for key, row in self._rows.items() if key in totals and row in began}
        seen = unclean_since(connection, self._node)
        return Opened(configuration, totals, periods=periods, unclean_since=seen)

    def _decode(self, key: OwnerKey, definition: str) -> Owner:
        try:
            return msgspec.json.decode(definition, type=_TYPES[key.kind])
        except msgspec.MsgspecError as error:
            raise DamagedError(
                "The ledger {path} is damaged: {detail}.", path=shown(self._place), detail=f"{key}: {error}"
            ) from error


def _definition(owner: Owner) -> str:
    # the hook sees what JSON has no word for: read-only mappings
    return msgspec.json.encode(owner, enc_hook=dict).decode()


def _insert(connection: Connection, node: str, owner: Owner, client: int | None) -> int:
    made = connection.execute(
        insert(owners).values(
            node=node,
            kind=owner.owner.kind.value,
            id=owner.owner.id,
            client=client,
            remark=_remark(owner),
            definition=_definition(owner),
            inlet=0,
            export=0,
            opening_inlet=0,
            opening_export=0,
        )
    )
    assert made.inserted_primary_key is not None
    row: int = made.inserted_primary_key[0]
    return row


def _remark(owner: Owner) -> str:
    return "" if isinstance(owner, Everything) else owner.remark


def _put(
    connection: Connection, node: str, rows: dict[OwnerKey, int], alive: set[OwnerKey], owner: Owner
) -> None:
    key = owner.owner
    if key in alive:
        connection.execute(
            update(owners)
            .where(owners.c.row == rows[key])
            .values(remark=_remark(owner), definition=_definition(owner))
        )
        return
    rows[key] = _insert(connection, node, owner, _client_row(rows, alive, owner))
    alive.add(key)


def _client_row(rows: Mapping[OwnerKey, int], alive: set[OwnerKey], owner: Owner) -> int | None:
    if isinstance(owner, Tunnel | Host):
        return _row_of(rows, alive, OwnerKey(OwnerKind.CLIENT, owner.client))
    return None


def _revive(connection: Connection, rows: dict[OwnerKey, int], alive: set[OwnerKey], owner: Owner) -> None:
    """Give an owner its old row again, where the row's client is still the owner's."""
    put_back = connection.execute(
        update(owners)
        .where(
            owners.c.row == rows.get(owner.owner),
            owners.c.client.is_not_distinct_from(_client_row(rows, alive, owner)),
            owners.c.deleted_at.is_not(None),
        )
        .values(deleted_at=None, remark=_remark(owner), definition=_definition(owner))
    )
    if put_back.rowcount != 1:
        raise LedgerError(
            "{owner} cannot be put back: the ledger has none that was removed.", owner=owner.owner
        )
    alive.add(owner.owner)


def _remove(connection: Connection, rows: dict[OwnerKey, int], alive: set[OwnerKey], key: OwnerKey) -> None:
    row = _row_of(rows, alive, key)
    below = owners.c.client == row
    gone = connection.execute(
        select(owners.c.kind, owners.c.id).where(below, owners.c.deleted_at.is_(None))
    ).all()
    connection.execute(
        update(owners)
        .where(below | (owners.c.row == row), owners.c.deleted_at.is_(None))
        .values(deleted_at=time.time())
    )
    alive -= {key, *(OwnerKey(OwnerKind(kind), id_) for kind, id_ in gone)}


def _row_of(rows: Mapping[OwnerKey, int], alive: set[OwnerKey], key: OwnerKey) -> int:
    if key not in alive:
        raise LedgerError("There is no {owner} in the ledger.", owner=key)
    return rows[key]
