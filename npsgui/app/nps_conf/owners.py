"""A record to its owner and back. Pure, as far as ``fields`` is.

An owner keeps its whole record in ``nps``: what was not edited comes out as it went in.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from npsgui.app.nps_conf.fields import FIELDS, Field, Notes
from npsgui.app.nps_conf.shapes import TEMPLATES, completed
from npsgui.model.accounts import Totals
from npsgui.model.entities import Client, Everything, Host, Limits, Owner, OwnerKind, Tunnel
from npsgui.model.errors import NpsError

LARGEST_COUNT = 2**53
"""Bytes. 8 PiB: a counter above it is no count, and the sums above it must fit 64 bits."""

_DJYLBS = ("ExpireAt", "FlowLimit")
UNHEEDED: Mapping[OwnerKind, tuple[str, ...]] = {
    OwnerKind.CLIENT: ("BlackIpList", "IpWhite", *_DJYLBS),
    OwnerKind.TUNNEL: ("WhitelistEnable", "RateLimit", "MaxConn", *_DJYLBS),
    OwnerKind.HOST: ("RateLimit", "MaxConn", *_DJYLBS),
}
"""What the forks limit and we do not: the user must know. Source: nps-formats.md sections 7 and 12."""

_TYPES: Mapping[OwnerKind, type[Client] | type[Tunnel] | type[Host]] = {
    OwnerKind.CLIENT: Client,
    OwnerKind.TUNNEL: Tunnel,
    OwnerKind.HOST: Host,
}


def read_owner(kind: OwnerKind, record: Mapping[str, Any], notes: Notes) -> Client | Tunnel | Host:
    """The owner that a record means; not checked against the rules. Raises NpsError: when it means none."""
    whole = completed(TEMPLATES[kind], record)
    shelves: dict[str, dict[str, Any]] = {"": {}, "limits": {}}
    for field in FIELDS[kind]:
        shelf, _, name = field.attribute.rpartition(".")
        value = _read(field, whole, notes)
        # of two that mean one attribute the later holds where it says something: Ports before Port
        if value or name not in shelves[shelf]:
            shelves[shelf][name] = value
    notes += [
        NpsError("{field} is kept, but npsgui does not heed it.", field=name)
        for name in UNHEEDED[kind]
        if record.get(name)
    ]
    return _TYPES[kind](limits=Limits(**shelves["limits"]), nps=_kept(record), **shelves[""])


def read_totals(record: Mapping[str, Any], notes: Notes) -> Totals:
    """What the owner of a record that ``read_owner`` took has carried."""
    flow = record.get("Flow") or {}
    return Totals(_count(flow.get("InletFlow"), notes), _count(flow.get("ExportFlow"), notes))


def write_record(owner: Owner, totals: Totals) -> dict[str, Any]:
    """The record of an owner: the one it came with, and in it what has changed since."""
    assert not isinstance(owner, Everything)
    kind = owner.owner.kind
    record = completed(TEMPLATES[kind], owner.nps)
    try:
        meant: object = read_owner(kind, record, [])
    except NpsError:
        meant = None
    for field in FIELDS[kind]:
        value = operator.attrgetter(field.attribute)
        if meant is None or value(meant) != value(owner):
            _put(field, record, field.write(value(owner)))
    record["Flow"] |= {"InletFlow": totals.inlet, "ExportFlow": totals.export}
    return record


def _place(field: Field, record: dict[str, Any]) -> tuple[dict[str, Any], str]:
    holder, _, name = field.name.rpartition(".")
    return (record[holder] if holder else record), name


def _put(field: Field, record: dict[str, Any], value: Any) -> None:
    """Set a value; of an object only what is in ``value``."""
    holder, name = _place(field, record)
    holder[name] = {**(holder.get(name) or {}), **value} if isinstance(value, dict) else value


def _read(field: Field, record: dict[str, Any], notes: Notes) -> Any:
    holder, name = _place(field, record)
    value = holder.get(name)
    if value is None:
        value = field.zero
    if type(value) is not type(field.zero):
        raise NpsError("“{field}” is not of the kind that NPS writes.", field=field.name)
    found: Notes = []
    try:
        return field.read(value, found)
    except NpsError as error:
        raise _in_field(field, error) from None
    finally:
        notes += [_in_field(field, note) for note in found]


def _in_field(field: Field, reason: NpsError) -> NpsError:
    return NpsError("{field}: {reason}", field=field.name, reason=reason)


def _kept(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record without the copy of the client, with its keys, that NPS puts into tunnels and hosts."""
    client = record.get("Client")
    return {**record, "Client": {"Id": client.get("Id")}} if isinstance(client, dict) else dict(record)


def _count(value: object, notes: Notes) -> int:
    if isinstance(value, int) and 0 <= value <= LARGEST_COUNT:
        return value
    if value is not None:
        notes.append(NpsError("{value} is no count of bytes; it begins at 0.", value=value))
    return 0
