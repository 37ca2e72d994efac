"""Text for bytes, rates and times, both ways. Pure.

Shown in IEC units with the i printed, unless the reader has chosen others; IEC (KiB), SI (kB) and, of rates,
bits (kbit/s) are read. Raises FieldError for what cannot be read: the caller names the field.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from npsgui.model.errors import FieldError


class Units(enum.StrEnum):
    """What amounts and rates are shown in."""

    IEC = "iec"
    """KiB, MiB/s: powers of 1024."""
    SI = "si"
    """kB, MB/s: powers of 1000."""
    BITS = "bits"
    """Rates in kbit/s and Mbit/s, as lines are sold; amounts in kB and MB, as quotas are."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The units that something is told in, the smallest first, each ``base`` times the one before."""

    base: int
    names: tuple[str, ...]
    in_byte: int = 1
    """How many of the smallest are a byte."""


IEC = Scale(1024, ("B", "KiB", "MiB", "GiB", "TiB", "PiB"))
SI = Scale(1000, ("B", "kB", "MB", "GB", "TB", "PB"))
BITS = Scale(1000, ("bit", "kbit", "Mbit", "Gbit", "Tbit", "Pbit"), 8)

_SCALE: dict[str, int] = {"": 1, "b": 1}
_SCALE |= {letter + "ib": 1024**power for power, letter in enumerate("kmgtp", 1)}
_SCALE |= {letter + "b": 1000**power for power, letter in enumerate("kmgtp", 1)}
_SCALE |= {letter: 1024**power for power, letter in enumerate("kmgtp", 1)}
_BITS = {f"{letter}bit": 1000**power for power, letter in enumerate(("", *"kmgtp"))}
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
    exact = _exact(plain, _SCALE)
    if exact is None:
        raise FieldError(field, "“{text}” is not a size; write it like 10GiB, 512KiB or 0.", text=text)
    return _whole(exact, text, field)


def parse_rate(text: str, field: str = "rate") -> int:
    """Bytes per second from ``512KiB/s``, ``512KiB`` or ``100Mbit/s``; 0 is unlimited. Raises FieldError.

    ``10Mbps`` is refused: some mean bits by it and some bytes.
    """
    plain = text.strip()
    if not plain.endswith("bps"):
        plain = re.sub(r"(/s|ps)$", "", plain, flags=re.IGNORECASE)
    plain = plain.lower()
    if plain in UNLIMITED_WORDS:
        return 0
    bits = _exact(plain, _BITS)
    exact = _exact(plain, _SCALE) if bits is None else bits / 8
    if exact is not None and 0 < exact < 1:
        exact = None
    if exact is None:
        raise FieldError(field, "“{text}” is not a rate; write it like 512KiB/s, 10MiB/s or 0.", text=text)
    return _whole(exact, text, field)


def _exact(plain: str, scales: Mapping[str, int]) -> Decimal | None:
    """The number with its unit, in small letters; None when it is none, or a fraction of the smallest."""
    match = _NUMBER.fullmatch(plain)
    scale = scales.get(match[2]) if match else None
    if match is None or scale is None:
        return None
    exact = Decimal(match[1].replace(",", ".")) * scale
    return None if exact != exact.to_integral_value() and (scale == 1 or exact < 1) else exact


def _whole(exact: Decimal, text: str, field: str) -> int:
    if exact > _LARGEST:
        raise FieldError(field, "“{text}” is too large.", text=text)
    return round(exact)


def scale_of(units: Units, *, per_second: bool = False) -> Scale:
    """What amounts, or rates, are told in."""
    if units is Units.IEC:
        return IEC
    return BITS if per_second and units is Units.BITS else SI


def format_bytes(count: int | float, units: Units = Units.IEC) -> str:
    """``40.1 GiB``: one decimal, none for bytes. The unit changes at 1024, or 1000, of the smaller one."""
    return _format(count, scale_of(units))


def format_rate(rate: int | float, units: Units = Units.IEC) -> str:
    """``1.2 MiB/s``."""
    return _format(rate, scale_of(units, per_second=True)) + "/s"


def format_limit(count: int, units: Units = Units.IEC) -> str:
    """A chosen size without a needless decimal: ``40 GiB``, ``1.5 GiB``."""
    return format_bytes(count, units).replace(".0 ", " ")


def format_rate_limit(rate: int, units: Units = Units.IEC) -> str:
    """A chosen rate without a needless decimal: ``10 MiB/s``."""
    return format_rate(rate, units).replace(".0 ", " ")


def _format(count: int | float, scale: Scale) -> str:
    size = float(count) * scale.in_byte
    for unit in scale.names:
        digits = 0 if unit == scale.names[0] else 1
        if round(size, digits) < scale.base or unit == scale.names[-1]:
            return f"{size:.{digits}f} {unit}"
        size /= scale.base
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class Measured:
    """Bytes, or bytes a second, within a sentence: told in the units that its reader has chosen."""

    count: int
    per_second: bool = False

    def in_units(self, units: Units) -> str:
        """In words."""
        return (format_rate_limit if self.per_second else format_limit)(self.count, units)

    def __str__(self) -> str:
        return self.in_units(Units.IEC)


def format_exact(count: int) -> str:
    """The shortest text that ``parse_bytes`` reads back as exactly ``count``: ``10GiB``, ``1500``."""
    for power, unit in reversed(list(enumerate(IEC.names))):
        if count and count % 1024**power == 0:
            return f"{count // 1024**power}{unit}" if power else str(count)
    return str(count)


def format_exact_in(count: int, scale: Scale) -> str:
    """``count`` bytes in the largest unit of a decimal scale, to be read back exactly: ``12.5MB``."""
    size = Decimal(count * scale.in_byte)
    power = max((at for at in range(len(scale.names)) if size >= scale.base**at), default=0)
    return f"{(size / scale.base**power).normalize():f}{scale.names[power]}"


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
