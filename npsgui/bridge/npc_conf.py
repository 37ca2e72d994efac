"""npc's configuration file: text in, what an agent is to do out. Pure: no file, no environment.

Read more kindly than npc does: spaces around keys and values do not matter, a value may contain “=”, and a
section is a host when it has a host. Source: nps-formats.md section 9; NPS lib/config/config.go.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from npsgui.model.entities import Target
from npsgui.model.errors import NpsError
from npsgui.model.ports import PORTS
from npsgui.model.targets import parse_targets

Values: TypeAlias = Mapping[str, str]

_SECTION: Final = re.compile(r"\[([^\[\]\r\n]+)\]")
_VARIABLE: Final = re.compile(r"{{\s*\.(\w+)\s*}}")

A_DAY: Final = 86_400
"""The longest wait between two checks, seconds."""

LONGEST_NUMBER: Final = 19
"""Digits: NPS's numbers have 64 bits."""

TRUE: Final = frozenset({"true", "1", "yes", "on"})


@dataclass(frozen=True, slots=True)
class FileShare:
    """A folder that the agent serves to the visitors of a file tunnel."""

    folder: str
    strip: str


@dataclass(frozen=True, slots=True)
class SecretPort:
    """A port of the agent's machine that leads to a secret tunnel of the server."""

    bind: str
    number: int
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How targets are examined, and which."""

    targets: tuple[Target, ...]
    interval: float
    """Seconds between two tries."""
    seconds: float
    """For one of them."""
    most_failed: int
    path: str
    """What is asked for by HTTP; empty: a connection is enough."""


@dataclass(frozen=True, slots=True)
class NpcConf:
    """What a file says. The records are NPS's, ready to be sent."""

    server: str
    key: str
    tls: bool
    client: Mapping[str, Any]
    """What an agent with a public key asks for."""
    hosts: tuple[Mapping[str, Any], ...]
    tunnels: tuple[Mapping[str, Any], ...]
    shares: tuple[FileShare, ...]
    secrets: tuple[SecretPort, ...]
    checks: tuple[HealthCheck, ...]
    skipped: tuple[str, ...]
    """Sections that npsgui's agent leaves out: visitors of p2p tunnels, health checks without a target."""


def parse_npc_conf(text: str, environment: Values, read: Callable[[str], str]) -> NpcConf:
    """Read a file. ``read`` gives the text of a file that it names (``multi_account``).

    Raises NpsError: without a server or a key, or for a line that is none; OSError: what ``read`` raises.
    """
    sections = _sections(_VARIABLE.sub(lambda found: environment.get(found[1], ""), text))
    common = sections.pop("common", {})
    for word in ("server_addr", "vkey"):
        if not common.get(word):
            raise NpsError("The configuration file has no {word} in its [common] section.", word=word)
    hosts, tunnels, shares, secrets, checks, skipped = [], [], [], [], [], []
    for title, values in sections.items():
        if "host" in values:
            hosts.append(_host(title, values))
        elif title.startswith("secret") and "mode" not in values:
            secrets.append(_secret(title, values))
        elif title.startswith("health") and values.get("health_check_target", "").strip(", "):
            checks.append(_check(title, values))
        elif "mode" not in values:
            skipped.append(title)
        else:
            tunnels.append(_tunnel(title, values, read))
            if values["mode"] == "file":
                shares.append(FileShare(values.get("local_path", ""), values.get("strip_pre", "")))
    tls = common.get("tls_enable", "").lower() in TRUE
    return NpcConf(
        common["server_addr"],
        common["vkey"],
        tls,
        _client(common),
        tuple(hosts),
        tuple(tunnels),
        tuple(shares),
        tuple(secrets),
        tuple(checks),
        tuple(skipped),
    )


def _sections(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    values: dict[str, str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if not plain or plain.startswith(("#", ";")):
            continue
        section = _SECTION.fullmatch(plain)
        if section is not None:
            if section[1] in found:
                raise NpsError("The configuration file has two sections [{title}].", title=section[1])
            values = found[section[1]] = {}
            continue
        key, equals, value = plain.partition("=")
        if values is None or not equals:
            raise NpsError("Line {number} of the configuration file is not key=value.", number=number)
        values[key.strip()] = value.strip()
    return found


def _client(values: Values) -> dict[str, Any]:
    return {
        "Cnf": {
            "U": values.get("basic_username", ""),
            "P": values.get("basic_password", ""),
            "Compress": values.get("compress", "").lower() in TRUE,
            "Crypt": values.get("crypt", "").lower() in TRUE,
        },
        "Id": 0,
        "VerifyKey": "",
        "Addr": "",
        "Remark": values.get("remark", ""),
        "Status": True,
        "IsConnect": False,
        "RateLimit": _number(values.get("rate_limit", "")),
        "Flow": {"ExportFlow": 0, "InletFlow": 0, "FlowLimit": _number(values.get("flow_limit", ""))},
        "Rate": None,
        "NoStore": True,
        "NoDisplay": True,
        "MaxConn": _number(values.get("max_conn", "")),
        "NowConn": 0,
        "WebUserName": values.get("web_username", ""),
        "WebPassword": values.get("web_password", ""),
        "ConfigConnAllow": True,
        "MaxTunnelNum": 0,
        "Version": "",
    }


def _owned(title: str, targets: str) -> dict[str, Any]:
    return {
        "Id": 0,
        "Remark": title,
        "NoStore": True,
        "Flow": {"ExportFlow": 0, "InletFlow": 0, "FlowLimit": 0},
        "Client": None,
        "Target": {"TargetStr": targets.replace(",", "\n"), "TargetArr": None, "LocalProxy": False},
    }


def _host(title: str, values: Values) -> dict[str, Any]:
    headers = [f"{key[7:]}:{value}\n" for key, value in values.items() if key.startswith("header_")]
    return _owned(title, values.get("target_addr", "")) | {
        "Host": values["host"],
        "HeaderChange": "".join(headers),
        "HostChange": values.get("host_change", ""),
        "Location": values.get("location", ""),
        "Scheme": values.get("scheme", "all"),
        "IsClose": False,
    }


def _tunnel(title: str, values: Values, read: Callable[[str], str]) -> dict[str, Any]:
    accounts = None
    if values.get("multi_account"):
        lines = (line.partition("=") for line in read(values["multi_account"]).splitlines() if "=" in line)
        accounts = {"AccountMap": {user.strip(): password.strip() for user, _, password in lines}}
    targets = values.get("target_port") or values.get("target_addr", "")
    return _owned(title, targets) | {
        "Port": 0,
        "Ports": values.get("server_port", ""),
        "ServerIp": values.get("server_ip", ""),
        "Mode": values["mode"],
        "Status": True,
        "RunStatus": False,
        "Password": values.get("password", ""),
        "TargetAddr": values.get("target_ip", ""),
        "LocalPath": values.get("local_path", ""),
        "StripPre": values.get("strip_pre", ""),
        "MultiAccount": accounts,
    }


def _secret(title: str, values: Values) -> SecretPort:
    """On loopback unless told otherwise; npc's is open to all."""
    number = _number(values.get("local_port", ""))
    if number not in PORTS:
        raise NpsError("Section [{title}] needs a local_port from 1 to 65535.", title=title)
    return SecretPort(values.get("local_ip") or "127.0.0.1", number, values.get("password", ""))


def _check(title: str, values: Values) -> HealthCheck:
    kind = values.get("health_check_type") or "tcp"
    if kind not in {"tcp", "http"}:
        raise NpsError("Section [{title}]: health_check_type is tcp or http.", title=title)
    path = "/" + values.get("health_http_url", "").removeprefix("/")
    return HealthCheck(
        parse_targets(values["health_check_target"]),
        _count(title, "health_check_interval", values),
        _count(title, "health_check_timeout", values),
        _count(title, "health_check_max_failed", values),
        quote(path, safe=string.punctuation) if kind == "http" else "",
    )


def _count(title: str, word: str, values: Values) -> int:
    """How many, or how many seconds; one when nothing is said."""
    text = values.get(word) or "0"
    number = 1 if text == "0" else _number(text)
    if not 1 <= number <= A_DAY:
        raise NpsError(
            "Section [{title}]: {word} is a number from 1 to {most}.", title=title, word=word, most=A_DAY
        )
    return number


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else 0
