"""What NPS's records and our owners have in common, value by value: one table reads and writes.

Pure, but for the time zone in which expiries are written. Source of all names: nps-formats.md section 7.
"""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from npsgui.model.entities import PASS_THROUGH, SELF_SIGNED, Account, Mode, OwnerKind, Scheme, Target, Via
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.ports import format_ports, parse_ports
from npsgui.model.rules import CONTROL, TEXT_LENGTH
from npsgui.model.targets import parse_target
from npsgui.model.words import parse_headers

KIB = 1024
MIB = 1024 * KIB
LARGEST_ID = 2**31 - 1

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
    return "".join(
        " " if unicodedata.category(letter) in CONTROL else letter for letter in text[:TEXT_LENGTH]
    )


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


def _headers(text: str, notes: Notes) -> tuple[tuple[str, str], ...]:
    """NPS passes over lines with more than one colon; so they are left here, too."""
    lines = (line.strip() for line in text.split("\n"))
    try:
        return parse_headers("\n".join(line for line in lines if line.count(":") == 1))
    except FieldError as error:
        notes.append(error)
        return ()


def _headers_text(headers: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"{name}:{value}\n" for name, value in headers)


def _certificate(path: str, notes: Notes) -> str:
    return path or SELF_SIGNED


def _certificate_text(certificate: str) -> str:
    return "" if certificate in (SELF_SIGNED, PASS_THROUGH) else certificate


def _via(local: bool, notes: Notes) -> Via:
    return Via.LOCAL if local else Via.AGENT


def _basic(record: dict[str, Any], notes: Notes) -> tuple[Account, ...]:
    """Who is asked for by proxies and hosts; NPS asks nobody unless both are there."""
    user, password = record["U"], record["P"]
    return (Account(user, password),) if user and password else ()


def _basic_record(accounts: tuple[Account, ...]) -> dict[str, str]:
    return {"U": accounts[0].user, "P": accounts[0].password} if accounts else {"U": "", "P": ""}


def _several(record: dict[str, Any], notes: Notes) -> tuple[Account, ...]:
    """All of them, odd ones too: a proxy that NPS guards must not come out open."""
    passwords = record.get("AccountMap") or {}
    if not (isinstance(passwords, dict) and all(isinstance(one, str) for one in passwords.values())):
        raise NpsError("An account is not of the kind that NPS writes.")
    return tuple(Account(user, password) for user, password in passwords.items())


def _several_record(accounts: tuple[Account, ...]) -> dict[str, Any] | None:
    return {"AccountMap": {one.user: one.password for one in accounts}} if accounts else None


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
        Field("Cnf", {}, "accounts", _basic, _basic_record),
        Field("Cnf.Crypt", False, "crypt"),
        Field("Cnf.Compress", False, "compress"),
        Field("Flow.FlowLimit", 0, "limits.quota", _limit(MIB), _units(MIB)),
        Field("RateLimit", 0, "limits.rate", _limit(KIB), _units(KIB)),
        Field("MaxConn", 0, "limits.connections", _limit(1)),
        Field("ConfigConnAllow", False, "config_allowed"),
        Field("MaxTunnelNum", 0, "tunnels", _limit(1)),
        Field("ExpireTime", "", "expires", _expiry, _expiry_text),
    ),
    OwnerKind.TUNNEL: (
        Field("Id", 0, "id", _id),
        *_OWNED,
        Field("Status", False, "enabled"),
        Field("Mode", "", "mode", _mode, str),
        Field("ServerIp", "", "bind"),
        Field("LocalPath", "", "folder"),
        Field("StripPre", "", "strip"),
        Field("Password", "", "password"),
        Field("MultiAccount", {}, "accounts", _several, _several_record),
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
        Field("HostChange", "", "host_change"),
        Field("HeaderChange", "", "headers", _headers, _headers_text),
        Field("CertFilePath", "", "certificate", _certificate, _certificate_text),
        Field("KeyFilePath", "", "certificate_key"),
    ),
}
