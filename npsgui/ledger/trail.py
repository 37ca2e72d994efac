"""The audit trail in the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, ScalarSelect, Text, cast, delete, func, insert, or_, select

from npsgui.ledger.dialect import added, holds
from npsgui.ledger.schema import audit, runs
from npsgui.model.audit import AuditEvent, Happening, Search
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.gate import Cause
from npsgui.model.minutes import MINUTE


def record(connection: Connection, node: str, events: Iterable[AuditEvent]) -> None:
    """Add events. Refusals of one minute, owner and cause are one row, whose count grows."""
    plain: list[dict[str, Any]] = []
    counted: list[dict[str, Any]] = []
    for event in events:
        values = _values(node, event)
        (plain if values["token"] is None else counted).append(values)
    if plain:
        connection.execute(insert(audit), plain)
    if counted:
        key = (audit.c.node, audit.c.token)
        upsert = added(audit, connection.dialect.name, sums=("how_many",), latest=("details",), key=key)
        connection.execute(upsert, counted)


def events(connection: Connection, node: str, search: Search) -> list[AuditEvent]:
    """The events that are searched for, the oldest first."""
    owner, text = search.owner, search.text
    wanted = select(audit).where(audit.c.node == node, audit.c.at >= search.since, audit.c.at < search.until)
    if owner is not None and owner.kind is OwnerKind.CLIENT:
        wanted = wanted.where(audit.c.client == owner.id)
    elif owner is not None and owner.kind is not OwnerKind.GLOBAL:
        wanted = wanted.where(audit.c.kind == owner.kind.value, audit.c.id == owner.id)
    if search.kinds:
        wanted = wanted.where(audit.c.what.in_([kind.value for kind in search.kinds]))
    if text:
        named = audit.c.kind + " " + cast(audit.c.id, Text)
        places = (audit.c.what, audit.c.name, audit.c.cause, audit.c.details, named)
        wanted = wanted.where(or_(*(holds(place, text, connection.dialect.name) for place in places)))
    newest = wanted.order_by(audit.c.at.desc(), audit.c.row.desc()).limit(search.most).offset(search.skip)
    return [_event(row) for row in reversed(connection.execute(newest).all())]


def unclean_since(connection: Connection, node: str) -> int | None:
    """When the run before was last seen (Unix time, s), if it began and did not say that it ended."""
    last = select(audit.c.what).where(audit.c.row == _last_of_life(node))
    if connection.execute(last).scalar() != Happening.BEGAN:
        return None
    seen: int | None = connection.execute(select(func.max(runs.c.until)).where(runs.c.node == node)).scalar()
    return None if seen is None else seen - MINUTE


def forget(connection: Connection, node: str, until: int, most: int) -> int:
    """Delete at most so many events before ``until``, the oldest first; how many. Whether it runs is kept."""
    old = (
        select(audit.c.row)
        .where(audit.c.node == node, audit.c.at < until, audit.c.row != func.coalesce(_last_of_life(node), 0))
        .order_by(audit.c.at)
        .limit(most)
    )
    return connection.execute(delete(audit).where(audit.c.row.in_(old))).rowcount


def _last_of_life(node: str) -> ScalarSelect[Any]:
    """The row that says last that a run began or ended."""
    lives = (Happening.BEGAN.value, Happening.ENDED.value)
    return (
        select(func.max(audit.c.row)).where(audit.c.node == node, audit.c.what.in_(lives)).scalar_subquery()
    )


def _values(node: str, event: AuditEvent) -> dict[str, Any]:
    token = None
    if event.what is Happening.REFUSED:
        token = f"{int(event.at)} {event.owner} {event.cause}"
    return {
        "node": node,
        "at": event.at,
        "what": event.what.value,
        "kind": event.owner.kind.value,
        "id": event.owner.id,
        "client": event.client,
        "name": event.name,
        "cause": None if event.cause is None else event.cause.value,
        "details": msgspec.json.encode(event.details, enc_hook=dict).decode(),
        "how_many": event.count,
        "token": token,
    }


def _event(row: Row[Any]) -> AuditEvent:
    return AuditEvent(
        row.at,
        Happening(row.what),
        OwnerKey(OwnerKind(row.kind), row.id),
        row.client,
        row.name,
        None if row.cause is None else Cause(row.cause),
        msgspec.json.decode(row.details),
        row.how_many,
    )
