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
)
"""An id may be given again after its owner was removed, so rows have keys of their own. ``client`` is the
row of a tunnel's or host's client, ``definition`` the whole owner as JSON, ``opening_*`` what it carried
before it was here."""

Index(
    "owners_alive",
    owners.c.kind,
    owners.c.id,
    unique=True,
    sqlite_where=owners.c.deleted_at.is_(None),
    postgresql_where=owners.c.deleted_at.is_(None),
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

flushes = Table(
    "flushes",
    metadata,
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("first_number", BigInteger, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    Column("how_many", BigInteger, nullable=False),
)
"""The minutes in which the program ran, with the numbers of their flushes."""

sequence = Table(
    "sequence",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)
"""One row: the number of the last flush, written with it."""
