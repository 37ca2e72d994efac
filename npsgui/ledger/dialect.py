"""All that differs between databases: opening, copying, upserts, and the words for what went wrong.

Nothing else in the ledger may hold SQL that only SQLite knows.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Table,
    Update,
    case,
    create_engine,
    event,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler

from npsgui.ledger import postgres
from npsgui.model.errors import LedgerError

BUSY_MS = 200
"""How long SQLite waits for another program's lock: short, for the flush is tried again anyway."""

ROOM = 128 * 1024
"""A disk with fewer bytes left is full: SQLite calls a failed write or mapping an I/O error now and then."""

PORTION = 200
"""Rows given to the database at once. Fewer objects alive, fewer full garbage collections: 25 ms each."""

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DENIED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}


class DamagedError(LedgerError):
    """The file is no database, or no longer one that makes sense."""


def open_engine(path: Path) -> Engine:
    """An engine on a SQLite file, with one connection; nothing is opened yet.

    ``synchronous`` is FULL: one fsync a second costs little, and what ``save`` returned from, or a flush that
    the health light calls written, then survives a power cut too, not only the end of the process.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), pool_size=1, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Python's sqlite3 would commit before DDL and begin late: SQLAlchemy's "begin" below does it right
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def added(
    table: Table,
    dialect: str,
    *,
    sums: Sequence[str] = (),
    latest: Sequence[str] = (),
    largest: Sequence[str] = (),
    key: Sequence[Column[Any]] = (),
) -> Insert:
    """INSERT into ``table``; of a row that is there already, ``sums`` are added, ``latest`` replaced.

    Of ``largest`` the larger stays. It is there already when its primary key is, or its unique ``key``.
    ``dialect`` is ``sqlite`` or ``postgresql``; parameters are the columns.
    """
    # the one that is used, and not both: PostgreSQL's takes 50 ms and 5 MB to load
    statement = importlib.import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    fresh = statement.excluded
    upsert: Insert = statement.on_conflict_do_update(
        index_elements=list(key or table.primary_key.columns),
        set_={
            **{name: table.c[name] + fresh[name] for name in sums},
            **{name: fresh[name] for name in latest},
            **{
                name: case((fresh[name] > table.c[name], fresh[name]), else_=table.c[name])
                for name in largest
            },
        },
    )
    return upsert


class Many:
    """A statement for very many rows. SQLAlchemy would work for each row as long as the database.

    ``names``: the statement's parameters in the order in which it has them; rows are tuples of their values.
    """

    def __init__(self, engine: Engine, statement: Insert | Update, *names: str) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        assert isinstance(compiled, SQLCompiler)
        assert compiled.positiontup == list(names), compiled.positiontup
        self._text = str(compiled)

    def execute(self, connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
        """Execute it with each of ``rows``, a portion at a time."""
        remaining = iter(rows)
        while portion := list(islice(remaining, PORTION)):
            connection.exec_driver_sql(self._text, portion)


def holds(column: ColumnElement[str], text: str, dialect: str) -> ColumnElement[bool]:
    """Whether ``text`` occurs in it, in capitals or not. SQLite's LIKE does not tell them apart by itself."""
    if dialect == "sqlite":
        return column.contains(text, autoescape=True)
    return column.icontains(text, autoescape=True)


def damage(connection: Connection) -> str | None:
    """What the database itself finds wrong with its file; None when nothing, or when it cannot tell."""
    if connection.dialect.name != "sqlite":
        return None
    found: str = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    return None if found == "ok" else found


def copy_to(engine: Engine, target: Path) -> None:
    """Copy the whole database, what is still in its WAL too, into a new file ``target``."""
    unfinished = target.with_name(target.name + ".copying")
    unfinished.unlink(missing_ok=True)
    try:
        # for its owner only: keys stand in it
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with engine.connect() as connection, closing(sqlite3.connect(unfinished)) as copy:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(copy)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


Place: TypeAlias = Path | URL
"""Where a ledger is: a file of SQLite, or a database of PostgreSQL."""


def shown(place: Place) -> str:
    """A place as the user knows it, without a password."""
    return postgres.shown(place) if isinstance(place, URL) else str(place)


def open_reader(place: Place) -> Engine:
    """One more engine on a ledger that is open: what a transaction of it reads stays as it was meanwhile."""
    if isinstance(place, URL):
        return postgres.open_reader(place)
    return open_engine(place)


@contextmanager
def explained(place: Place) -> Iterator[None]:
    """Raises LedgerError: for what the database or the disk raises inside; DamagedError for damage."""
    try:
        yield
    except DBAPIError as error:
        raise _explain(place, error.orig or error) from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise _explain(place, error) from error


def _explain(place: Place, error: BaseException) -> LedgerError:
    if isinstance(place, URL):
        return postgres.explain_postgres(place, error)
    return _explain_file(place, error)


def _explain_file(path: Path, error: BaseException) -> LedgerError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    if code in _DAMAGE:
        return DamagedError("The ledger {path} is damaged: {detail}.", path=str(path), detail=str(error))
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _full(path)):
        return LedgerError("The disk that holds {path} is full; make room on it.", path=str(path))
    if code in _LOCKED:
        return LedgerError("{path} is locked by another program; close that program.", path=str(path))
    if code in _DENIED or isinstance(error, OSError):
        return LedgerError(
            "{path} cannot be opened and written ({detail}); make it and its folder writable for you.",
            path=str(path),
            detail=str(error),
        )
    return LedgerError(
        "The ledger {path} cannot be read or written: {detail}.", path=str(path), detail=str(error)
    )


def _full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < ROOM
    except OSError:
        return False
