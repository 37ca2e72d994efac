"""Amounts and rates in words, in the units that the user has chosen.

The choice holds for the whole process, as the language does: whoever paints asks here each time.
"""

from __future__ import annotations

from npsgui.model import units
from npsgui.model.errors import FieldError
from npsgui.model.units import Scale, Units, format_exact_in, parse_rate, scale_of

DASH = "–"


class _Reader:
    units = Units.IEC


def show_in(wanted: Units) -> None:
    """Tell all amounts and rates in these units from now on."""
    _Reader.units = wanted


def units_shown() -> Units:
    """The units in force."""
    return _Reader.units


def scale(*, per_second: bool = False) -> Scale:
    """What amounts, or rates, are told in."""
    return scale_of(_Reader.units, per_second=per_second)


def format_bytes(count: int | float) -> str:
    """``40.1 GiB``."""
    return units.format_bytes(count, _Reader.units)


def format_rate(rate: int | float) -> str:
    """``1.2 MiB/s``."""
    return units.format_rate(rate, _Reader.units)


def format_limit(count: int) -> str:
    """A chosen size without a needless decimal: ``40 GiB``."""
    return units.format_limit(count, _Reader.units)


def format_rate_limit(rate: int) -> str:
    """A chosen rate without a needless decimal: ``10 MiB/s``."""
    return units.format_rate_limit(rate, _Reader.units)


def amount(count: float) -> str:
    """Bytes; a dash for none."""
    return format_bytes(count) if count else DASH


def rate(count: float) -> str:
    """Bytes a second; a dash for none."""
    return format_rate(count) if count >= 1 else DASH


def exact(text: str, *, per_second: bool = False) -> str:
    """What the model writes of a limit, ``10MiB``, exactly in the units in force; other text as it is."""
    if _Reader.units is Units.IEC:
        return text
    try:
        count = parse_rate(text)
    except FieldError:
        return text
    suffix = "/s" if per_second else ""
    return format_exact_in(count, scale(per_second=per_second)) + suffix if count else text
