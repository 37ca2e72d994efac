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
_NUMBER = re.compile(r"(\d+(?:\.\d+|,(?!\d{3}(?!\d))\d+)?|\.\d+)\s*([a-z]*)", re.ASCII)
"""A comma may stand for the point, but is refused before three digits: to others 1,000 is a thousand."""
_LARGEST = 2**63 - 1
"""What a 64-bit column of the ledger holds."""

_TOO_LATE = 253_402_300_800
"""The year 10000, Unix time, s."""

UNLIMITED_WORDS = frozenset({"unlimited", "none", "不限"})


def parse_bytes(text: str, field: str = "quota") -> int:
    """Bytes from ``10GiB``, ``1.5 MB``, ``512`` or ``unlimited`` (0). A lone ``K``, ``M``, ``G`` is IEC.

    Raises FieldError: when it is no size, is negative, or is a fraction of a byte.
    """
    plain = text.strip().lower()
    if plain in UNLIMITED_WORDS:
        return 0
    match = _NUMBER.fullmatch(plain)
    scale = _SCALE.get(match[2]) if match else None
    exact = Decimal(match[1].replace(",", ".")) * scale if match and scale else None
    if exact is None or (exact != exact.to_integral_value() and (scale == 1 or exact < 1)):
        raise FieldError(field, "“{text}” is not a size; write it like 10GiB, 512KiB or 0.", text=text)
    if exact > _LARGEST:
        raise FieldError(field, "“{text}” is too large.", text=text)
    return round(exact)


def parse_rate(text: str, field: str = "rate") -> int:
    """Bytes per second from ``512KiB/s`` or ``512KiB``; 0 is unlimited. Raises FieldError as parse_bytes.

    ``10Mbps`` is refused: it says bits.
    """
    plain = text.strip()
    if not plain.endswith("bps"):
        plain = re.sub(r"(/s|ps)$", "", plain, flags=re.IGNORECASE)
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
        digits = 0 if unit == "B" else 1
        if round(size, digits) < 1024 or unit == _IEC[-1]:
            return f"{size:.{digits}f} {unit}"
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
    """Unix time, s, from ISO 8601; without an offset it is UTC.

    Raises FieldError: when it is no time from 1970 to 9999.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if moment is None or not 0 <= moment.timestamp() < _TOO_LATE:
        raise FieldError(field, "“{text}” is not a time; write it like 2026-11-23T14:00:00Z.", text=text)
    return int(moment.timestamp())


def format_time(moment: float) -> str:
    """``2026-11-23T14:00:00Z``: UTC, ISO 8601, whole seconds."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
