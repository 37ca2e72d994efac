"""Ports as people write them: ``8001-8005,9000``. Pure. Source: nps-formats.md section 7, ``Ports``."""

from __future__ import annotations

import itertools

from npsgui.model.errors import FieldError

PORTS = range(1, 65536)

MOST = 1000
"""Ports of one tunnel: each is an open socket."""


def parse_ports(text: str, field: str = "port") -> tuple[int, ...]:
    """The ports in the order written, each once. ``8001-8005,9000``; ``0`` and nothing are no port.

    Raises FieldError: when it is no port or range, one is outside 1 to 65535, or there are too many.
    """
    found: dict[int, None] = {}
    for part in text.replace("，", ",").split(","):
        plain = part.strip()
        if plain in {"", "0"}:
            continue
        first, dash, last = (piece.strip() for piece in plain.partition("-"))
        span = range(_port(first, plain, field), _port(last if dash else first, plain, field) + 1)
        if not span:
            raise FieldError(field, "“{text}” runs backwards; write the lower port first.", text=plain)
        if len(found) + len(span) > MOST:
            raise FieldError(field, "At most {count} ports in one tunnel.", count=MOST)
        found.update(dict.fromkeys(span))
    return tuple(found)


def format_ports(ports: tuple[int, ...]) -> str:
    """The shortest text that ``parse_ports`` reads as the same; ``0`` for none."""
    parts = []
    for _, run in itertools.groupby(enumerate(ports), lambda pair: pair[1] - pair[0]):
        members = [port for _, port in run]
        parts.append(str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}")
    return ",".join(parts) or "0"


def _port(digits: str, text: str, field: str) -> int:
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 6 and int(digits) in PORTS):
        raise FieldError(field, "“{text}” is no port; write it like 8001 or 8001-8005,9000.", text=text)
    return int(digits)
