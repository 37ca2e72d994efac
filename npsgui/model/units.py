"""Text for bytes, rates and times, both ways. Pure.

Shown in IEC units with the i printed; both IEC (KiB) and SI (kB) are read. Raises FieldError for what
cannot be read: the caller names the field.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from npsgui.model.errors import FieldError

_IEC = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_SCALE: dict[str, int] = {"": 1, "b": 1}
_SCALE |= {letter + "ib": 1024**power for power, letter in enumerate("kmgtp", 1)}
_SCALE |= {letter + "b": 1000**power for power, letter in enumerate("kmgtp", 1)}
_SCALE |= {letter: 1024**power for power, letter in enumerate("kmgtp", 1)}
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?|\.\d+)\s*([a-z]*)", re.ASCII)
_LARGEST = 2**63 - 1
"""What a 64-bit column of the ledger holds."""

UNLIMITED_WORDS = frozenset({"unlimited", "none", "不限"})


def parse_bytes(text: str, field: str = "quota") -> int:
    """Bytes from ``10GiB``, ``1.5 MB``, ``512`` or ``unlimited`` (0). A lone ``K``, ``M``, ``G`` is IEC.

    Raises FieldError: when it is no size, is negative, or is no whole number of bytes.
    """
    plain = text.strip().lower()
    if plain in UNLIMITED_WORDS:
        return 0
    match = _NUMBER.fullmatch(plain)
    if match is None or match[2] not in _SCALE:
        raise FieldError(field, "“{text}” is not a size; write it like 10GiB, 512KiB or 0.", text=text)
    exact = Decimal(match[1].replace(",", ".")) * _SCALE[match[2]]
    if exact > _LARGEST:
        raise FieldError(field, "“{text}” is too large.", text=text)
    return round(exact)


def parse_rate(text: str, field: str = "rate") -> int:
    """Bytes per second from ``512KiB/s`` or ``512KiB``; 0 is unlimited. Raises FieldError as parse_bytes."""
    plain = text.strip()
    for suffix in ("/s", "ps"):
        if plain.lower().endswith(suffix):
            plain = plain[: -len(suffix)]
    try:
        return parse_bytes(plain, field)
    except FieldError as error:
        if "too large" in error.template:
            raise
        raise FieldError(
            field, "“{text}” is not a rate; write it like 512KiB/s, 10MiB/s or 0.", text=text
        ) from None


def format_bytes(count: int | float) -> str:
    """``40.1 GiB``: one decimal, none for bytes. The unit changes at 1024 of the smaller one."""
    size = float(count)
    for unit in _IEC:
        if size < 1023.95 or unit == _IEC[-1]:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")


def format_rate(rate: int | float) -> str:
    """``1.2 MiB/s``."""
    return format_bytes(rate) + "/s"


def format_limit(count: int) -> str:
    """A chosen size without a needless decimal: ``40 GiB``, ``1.5 GiB``."""
    return format_bytes(count).replace(".0 ", " ")


def format_exact(count: int) -> str:
    """The shortest text that ``parse_bytes`` reads back as exactly ``count``: ``10GiB``, ``1500``."""
    for power, unit in reversed(list(enumerate(_IEC))):
        if count and count % 1024**power == 0:
            return f"{count // 1024**power}{unit}" if power else str(count)
    return str(count)


def parse_time(text: str, field: str = "since") -> int:
    """Unix time, s, from ISO 8601; without an offset it is UTC. Raises FieldError: when it is no time."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise FieldError(
            field, "“{text}” is not a time; write it like 2026-11-23T14:00:00Z.", text=text
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())


def format_time(moment: float) -> str:
    """``2026-11-23T14:00:00Z``: UTC, ISO 8601, whole seconds."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
