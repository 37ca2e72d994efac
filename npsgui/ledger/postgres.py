"""What PostgreSQL needs to be told, and the words for what goes wrong with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from npsgui.model.errors import LedgerError

PATIENCE: dict[str, int] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A server that is gone is noticed within seconds; counting goes on meanwhile. s, but the last: ms."""

DRIVER = "postgresql+psycopg"

_TAKE = "SELECT pg_advisory_lock(hashtext('npsgui in ' || current_schema()), hashtext(%s))"
_WAIT = "SET LOCAL lock_timeout = '3s'"
"""A connection that was just closed holds its lock until the server has noticed."""

_TAKEN = "55P03"

_DISK_FULL = "53100"


def url_of(text: str) -> URL:
    """The URL of a database. Raises LedgerError: when it is none of PostgreSQL's."""
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() not in ("postgresql", "postgres") or not url.database:
        raise LedgerError(
            "“{url}” is not the URL of a ledger; write it like postgresql://user@host/database.", url=text
        )
    return url.set(drivername=DRIVER)


def open_reader(url: URL) -> Engine:
    """An engine whose transactions see one moment. Raises LedgerError: when the driver is not installed."""
    return _open(url).execution_options(isolation_level="REPEATABLE READ")


def _open(url: URL) -> Engine:
    try:
        # positional parameters, as SQLite has them: ``Many`` gives rows as tuples
        return create_engine(
            url, pool_size=1, max_overflow=0, paramstyle="format", connect_args=dict(PATIENCE)
        )
    except ModuleNotFoundError as error:
        raise LedgerError("A ledger on PostgreSQL needs psycopg; install npsgui[postgres].") from error


def open_postgres(url: URL, node: str) -> Engine:
    """An engine with one connection, which nobody else has for this node; nothing is opened yet.

    Raises LedgerError: when the driver is not installed.
    """
    engine = _open(url)

    @event.listens_for(engine, "connect")
    def take_the_node(connection: Any, _record: object) -> None:
        # held by the connection, so the server gives it back whatever becomes of us
        try:
            connection.execute(_WAIT)
            connection.execute(_TAKE, (node,))
            connection.commit()
        except engine.dialect.loaded_dbapi.Error as error:
            connection.close()
            if getattr(error, "sqlstate", None) != _TAKEN:
                raise explain_postgres(url, error) from error
            raise LedgerError(
                "Another npsgui writes to {place} as node “{node}”; give one of them another name.",
                place=shown(url),
                node=node,
            ) from error

    return engine


def shown(url: URL) -> str:
    """The URL as it was written, without its password."""
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def explain_postgres(url: URL, error: BaseException) -> LedgerError:
    """What went wrong, in words."""
    state = getattr(error, "sqlstate", None)
    detail = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if state == _DISK_FULL:
        return LedgerError("The disk that holds {path} is full; make room on it.", path=shown(url))
    if state is None:
        return LedgerError(
            "The server of {place} cannot be reached: {detail}.", place=shown(url), detail=detail
        )
    return LedgerError(
        "The ledger {path} cannot be read or written: {detail}.", path=shown(url), detail=detail
    )
