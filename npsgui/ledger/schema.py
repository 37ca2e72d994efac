"""The tables. They are made by the migrations; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

LOCAL = "local"
"""The node of a ledger that only one program writes: a file in its data folder."""

owners = Table(
    "owners",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("client", Integer, ForeignKey("owners.row")),
    Column("remark", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("deleted_at", Float),
    Column("inlet", BigInteger, nullable=False),
    Column("export", BigInteger, nullable=False),
    Column("opening_inlet", BigInteger, nullable=False),
    Column("opening_export", BigInteger, nullable=False),
    Column("node", Text, nullable=False, server_default=LOCAL),
)
"""An id may be given again after its owner was removed, so rows have keys of their own. ``client`` is the
row of a tunnel's or host's client, ``definition`` the whole owner as JSON, ``opening_*`` what it carried
before it was here, ``node`` the program that it belongs to."""

Index(
    "owners_alive",
    owners.c.node,
    owners.c.kind,
    owners.c.id,
    unique=True,
    # so it is on PostgreSQL, too, by the migration: to say it here would load that dialect in every start
    sqlite_where=owners.c.deleted_at.is_(None),
)

minutes = Table(
    "minutes",
    metadata,
    Column("owner", Integer, ForeignKey("owners.row"), primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("inlet", BigInteger, nullable=False),
    Column("export", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Bytes of an owner in the minute from ``start`` (Unix time, s)."""


def _rolled_up(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("owner", Integer, ForeignKey("owners.row"), primary_key=True, autoincrement=False),
        Column("start", BigInteger, primary_key=True, autoincrement=False),
        Column("inlet", BigInteger, nullable=False),
        Column("export", BigInteger, nullable=False),
        Column("peak", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


hours = _rolled_up("hours")
days = _rolled_up("days")
"""Bytes of an owner in the hour and in the day, UTC, from ``start``. ``peak``: inlet and export of the
busiest minute in it. What of them counts is said by the marks in ``nodes``."""

runs = Table(
    "runs",
    metadata,
    Column("node", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger, nullable=False),
    Column("how_many", BigInteger, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The spans of whole minutes in which a program ran, with how many flushes it made in them and the number of
the last. Flushes make rows of a minute; the roll-up joins those that touch."""

nodes = Table(
    "nodes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hours_until", BigInteger, nullable=False),
    Column("days_until", BigInteger, nullable=False),
    Column("minutes_from", BigInteger, nullable=False),
    Column("hours_from", BigInteger, nullable=False),
)
"""A program that writes here: the number of its last flush, written with it, and its ``Marks``."""

audit = Table(
    "audit",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("node", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("what", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("client", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("cause", Text),
    Column("details", Text, nullable=False),
    Column("how_many", BigInteger, nullable=False),
    Column("token", Text),
)
"""What happened, as ``model/audit.py`` has it; ``details`` as JSON. What is counted has a ``token`` that says
what belongs together: one row for each minute, owner and cause."""

Index("audit_by_time", audit.c.node, audit.c.at)
Index("audit_counted", audit.c.node, audit.c.token, unique=True)

peers = Table(
    "peers",
    metadata,
    Column("owner", Integer, ForeignKey("owners.row"), primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("peer", Text, primary_key=True),
    Column("inlet", BigInteger, nullable=False),
    Column("export", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Bytes of a tunnel's or host's peer on the day, UTC, from ``start``. Day 0 of the peer without a name holds
what is not told apart any more: all rows of an owner are what it moved."""

periods = Table(
    "periods",
    metadata,
    Column("owner", Integer, ForeignKey("owners.row"), primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger),
    Column("from_inlet", BigInteger, nullable=False),
    Column("from_export", BigInteger, nullable=False),
    Column("inlet", BigInteger, nullable=False),
    Column("export", BigInteger, nullable=False),
    Column("opening", BigInteger, nullable=False, server_default="0"),
    Column("top_up", BigInteger, nullable=False, server_default="0"),
)
"""The spans that quotas cover: the owner's totals when it began, and what it came to by its end. The running
one has no end yet. An owner without a row is in its first, which began when it was made."""
