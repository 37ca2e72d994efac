"""NPS's records and our owners, field by field. Pure, but for the time zone in which expiries are written.

An owner keeps its whole record in ``nps``. Reading and writing share the tables here, so that a record of
an owner that was not edited comes out as it went in. Source of all names: nps-formats.md section 7.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from npsgui.model.accounts import Totals
from npsgui.model.entities import (
    Client,
    Everything,
    Host,
    Limits,
    Mode,
    Owner,
    OwnerKind,
    Scheme,
    Target,
    Tunnel,
    Via,
)
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.ports import format_ports, parse_ports
from npsgui.model.rules import TEXT_LENGTH, parse_target

KIB = 1024
MIB = 1024 * KIB
LARGEST_ID = 2**31 - 1
LARGEST_COUNT = 2**53
"""Bytes. 8 PiB: a counter above it is no count, and the sums above it must fit 64 bits."""

ZERO_DAY = "0001-01-01"
EXPIRY = "%Y-%m-%d %H:%M:%S"

Notes: TypeAlias = list[NpsError]
"""What could not be taken as it stands, though its record was."""


def _same(value: Any, notes: Notes) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Field:
    """One value that NPS and npsgui both have."""

    name: str
    """NPS's: ``Flow.FlowLimit`` is FlowLimit in Flow."""
    zero: object
    """What a record without it means; also says its JSON type."""
    attribute: str
    """Ours: ``limits.quota``."""
    read: Callable[[Any, Notes], Any] = _same
    """NPS's value to ours. Notes what it leaves out; raises NpsError: when the record is of no use then."""
    write: Callable[[Any], Any] = lambda value: value


def _limit(unit: int) -> Callable[[int, Notes], int]:
    def read(value: int, notes: Notes) -> int:
        if 0 <= value < 2**63 // unit:
            return value * unit
        notes.append(NpsError("{value} is no limit; it is unlimited now.", value=value))
        return 0

    return read


def _units(unit: int) -> Callable[[int], int]:
    return lambda value: -(-value // unit)


def _remark(text: str, notes: Notes) -> str:
    if len(text) > TEXT_LENGTH:
        notes.append(NpsError("It is cut: at most {length} characters.", length=TEXT_LENGTH))
    return text[:TEXT_LENGTH]


def _id(value: int, notes: Notes) -> int:
    if not 0 < value <= LARGEST_ID:
        raise NpsError("{value} is no id; ids go from 1 to {largest}.", value=value, largest=LARGEST_ID)
    return value


def _mode(text: str, notes: Notes) -> Mode:
    if text not in list(Mode):
        raise NpsError("“{text}” is none of: {words}.", text=text, words=", ".join(Mode))
    return Mode(text)


def _scheme(text: str, notes: Notes) -> Scheme:
    if text and text not in list(Scheme):
        raise NpsError("“{text}” is none of: {words}.", text=text, words=", ".join(Scheme))
    return Scheme(text or "all")


def _port(port: int, notes: Notes) -> tuple[int, ...]:
    return parse_ports(str(port))


def _ports(text: str, notes: Notes) -> tuple[int, ...]:
    try:
        return parse_ports(text)
    except FieldError as error:
        notes.append(error)
        return ()


def _targets(text: str, notes: Notes) -> tuple[Target, ...]:
    """The good ones. ``:80`` is what Go's dialler takes for this machine, as npc does a bare port."""
    good: list[Target] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        try:
            good += parse_target(line.removeprefix(":"))
        except FieldError as error:
            notes.append(error)
    return tuple(good)


def _targets_text(targets: tuple[Target, ...]) -> str:
    return "\n".join(map(str, targets))


def _via(local: bool, notes: Notes) -> Via:
    return Via.LOCAL if local else Via.AGENT


def _expiry(text: str, notes: Notes) -> int:
    """Of yisier's fork, in the time zone of its server; empty and Go's zero time are never."""
    if not text or text.startswith(ZERO_DAY):
        return 0
    try:
        return max(0, int(datetime.strptime(text, EXPIRY).timestamp()))
    except (ValueError, OverflowError, OSError):
        notes.append(NpsError("“{text}” is not a time; it never expires now.", text=text))
        return 0


def _expiry_text(moment: int) -> str:
    return datetime.fromtimestamp(moment).strftime(EXPIRY) if moment else ""


_OWNED = (
    Field("Client.Id", 0, "client"),
    Field("Remark", "", "remark", _remark),
    Field("Target.TargetStr", "", "targets", _targets, _targets_text),
    Field("Target.LocalProxy", False, "via", _via, lambda via: via is Via.LOCAL),
)

FIELDS: Mapping[OwnerKind, tuple[Field, ...]] = {
    OwnerKind.CLIENT: (
        Field("Id", 0, "id", _id),
        Field("VerifyKey", "", "key"),
        Field("Remark", "", "remark", _remark),
        Field("Status", False, "enabled"),
        Field("Flow.FlowLimit", 0, "limits.quota", _limit(MIB), _units(MIB)),
        Field("RateLimit", 0, "limits.rate", _limit(KIB), _units(KIB)),
        Field("MaxConn", 0, "limits.connections", _limit(1)),
        Field("MaxTunnelNum", 0, "tunnels", _limit(1)),
        Field("ExpireTime", "", "expires", _expiry, _expiry_text),
    ),
    OwnerKind.TUNNEL: (
        Field("Id", 0, "id", _id),
        *_OWNED,
        Field("Status", False, "enabled"),
        Field("Mode", "", "mode", _mode, str),
        Field("ServerIp", "", "bind"),
        Field("Port", 0, "ports", _port, lambda ports: next(iter(ports), 0)),
        Field("Ports", "", "ports", _ports, lambda ports: format_ports(ports) if len(ports) > 1 else ""),
    ),
    OwnerKind.HOST: (
        Field("Id", 0, "id", _id),
        *_OWNED,
        Field("IsClose", False, "enabled", lambda closed, notes: not closed, operator.not_),
        Field("Scheme", "", "scheme", _scheme, str),
        Field("Host", "", "host"),
        Field("Location", "", "location", lambda text, notes: text or "/"),
    ),
}

_FLOW = {"ExportFlow": 0, "InletFlow": 0, "FlowLimit": 0}
_TARGET = {"TargetStr": "", "TargetArr": None, "LocalProxy": False}

TEMPLATES: Mapping[OwnerKind, Mapping[str, Any]] = {
    OwnerKind.CLIENT: {
        "Cnf": {"U": "", "P": "", "Compress": False, "Crypt": False},
        "Id": 0, "VerifyKey": "", "Addr": "", "Remark": "", "Status": False, "IsConnect": False,
        "RateLimit": 0, "Flow": _FLOW, "Rate": {"NowRate": 0}, "NoStore": False, "NoDisplay": False,
        "MaxConn": 0, "NowConn": 0, "WebUserName": "", "WebPassword": "", "ConfigConnAllow": False,
        "MaxTunnelNum": 0, "Version": "",
    },
    OwnerKind.TUNNEL: {
        "Id": 0, "Port": 0, "ServerIp": "", "Mode": "", "Status": False, "RunStatus": False,
        "Client": {"Id": 0}, "Ports": "", "Flow": _FLOW, "Password": "", "Remark": "", "TargetAddr": "",
        "NoStore": False, "LocalPath": "", "StripPre": "", "Target": _TARGET, "MultiAccount": None,
        "HealthCheckTimeout": 0, "HealthMaxFail": 0, "HealthCheckInterval": 0,
        "HealthNextTime": "0001-01-01T00:00:00Z", "HealthMap": None, "HttpHealthUrl": "",
        "HealthRemoveArr": None, "HealthCheckType": "", "HealthCheckTarget": "",
    },
    OwnerKind.HOST: {
        "Id": 0, "Host": "", "HeaderChange": "", "HostChange": "", "Location": "", "Remark": "",
        "Scheme": "", "CertFilePath": "", "KeyFilePath": "", "NoStore": False, "IsClose": False,
        "Flow": _FLOW, "Client": {"Id": 0}, "Target": _TARGET,
    },
}  # fmt: skip
"""A record of zeros, as NPS writes it. What is an object here must not be missing: NPS crashes on nil."""

_NULLABLE = {"TargetArr": list, "MultiAccount": dict, "HealthMap": dict, "HealthRemoveArr": list}

_TYPES: Mapping[OwnerKind, type[Client] | type[Tunnel] | type[Host]] = {
    OwnerKind.CLIENT: Client,
    OwnerKind.TUNNEL: Tunnel,
    OwnerKind.HOST: Host,
}


def read_owner(kind: OwnerKind, record: Mapping[str, Any], notes: Notes) -> Client | Tunnel | Host:
    """The owner that a record means; not checked against the rules. Raises NpsError: when it means none."""
    whole = _completed(TEMPLATES[kind], record)
    shelves: dict[str, dict[str, Any]] = {"": {}, "limits": {}}
    for field in FIELDS[kind]:
        shelf, _, name = field.attribute.rpartition(".")
        value = _read(field, whole, notes)
        if value or name not in shelves[shelf]:
            shelves[shelf][name] = value
    return _TYPES[kind](limits=Limits(**shelves["limits"]), nps=_kept(record), **shelves[""])


def read_totals(record: Mapping[str, Any], notes: Notes) -> Totals:
    """What the owner of a record that ``read_owner`` took has carried."""
    flow = record.get("Flow") or {}
    return Totals(_count(flow.get("InletFlow"), notes), _count(flow.get("ExportFlow"), notes))


def write_record(owner: Owner, totals: Totals) -> dict[str, Any]:
    """The record of an owner: the one it came with, and in it what has changed since."""
    assert not isinstance(owner, Everything)
    kind = owner.owner.kind
    record = _completed(TEMPLATES[kind], owner.nps)
    try:
        meant: object = read_owner(kind, record, [])
    except NpsError:
        meant = None
    for field in FIELDS[kind]:
        value = operator.attrgetter(field.attribute)
        if meant is None or value(meant) != value(owner):
            holder, name = _place(field, record)
            holder[name] = field.write(value(owner))
    record["Flow"] |= {"InletFlow": totals.inlet, "ExportFlow": totals.export}
    return record


def _completed(template: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``record`` with all that NPS expects. Raises NpsError: where a value is of another type."""
    whole: dict[str, Any] = {**template, **record}
    for name, zero in template.items():
        value = whole[name] if whole[name] is not None else zero
        kind = _NULLABLE[name] if zero is None else type(zero)
        if value is not None and type(value) is not kind:
            raise NpsError("“{field}” is not of the kind that NPS writes.", field=name)
        whole[name] = _completed(zero, value) if isinstance(zero, dict) else value
    return whole


def _place(field: Field, record: dict[str, Any]) -> tuple[dict[str, Any], str]:
    holder, _, name = field.name.rpartition(".")
    return (record[holder] if holder else record), name


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
