"""Targets and the names of hosts, from text. Pure."""

from __future__ import annotations

import re

from npsgui.model.entities import Target
from npsgui.model.errors import FieldError
from npsgui.model.listening import is_address
from npsgui.model.ports import parse_ports

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\.?$){_LABEL}(?:\.{_LABEL})*\.?", re.IGNORECASE | re.ASCII)


def parse_target(text: str) -> tuple[Target, ...]:
    """Targets from ``host:port``, ``[v6]:port``, or a bare port, which means 127.0.0.1 as in NPS.

    A range, ``host:9001-9005``, is a target for each of its ports. Raises FieldError("targets").
    """
    plain = text.strip()
    if ":" not in plain and plain.replace("-", "").isdecimal():
        plain = f"127.0.0.1:{plain}"
    host, colon, port = plain.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise FieldError("targets", "Write an IPv6 target as [address]:port, not “{text}”.", text=text)
    if not colon or not is_host(host):
        raise FieldError("targets", "“{text}” is not a target; write it like 127.0.0.1:8080.", text=text)
    try:
        ports = parse_ports(port)
    except FieldError:
        ports = ()
    if not ports:
        raise FieldError("targets", "The port of “{text}” must be from 1 to 65535.", text=text)
    return tuple(Target(host, one) for one in ports)


def parse_targets(text: str) -> tuple[Target, ...]:
    """Targets from text with one a line, or separated by commas. Raises FieldError as parse_target."""
    parts = (part for part in re.split(r"[\r\n,，]+", text) if part.strip())
    return tuple(target for part in parts for target in parse_target(part))


def is_host(text: str) -> bool:
    """Whether ``text`` is an address or a name that can be looked up."""
    if is_address(text):
        return True
    return _NAME.fullmatch(text) is not None and not text.replace(".", "").isdecimal()
