"""Where a value axis puts bytes: in even steps, or by their powers. Pure: no Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from npsgui.model.units import IEC, Scale
from npsgui.ui.chart.data import Floats

_FACTORS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_PARTS = (0.1, 0.2, 0.5)
_DECADES = (1, 10, 100)
LINES = 5
"""How many lines a tall axis has, its foot aside."""
_LEAST_TOP = 5 * 1024.0
_SMALL = 1024.0**2
"""Up to this peak, bytes, a logarithmic axis begins at the smallest unit; above, at the next."""


def _stops(units: Scale, factors: Sequence[int]) -> list[float]:
    """These factors of each of ``units``, bytes."""
    powers = range(len(units.names))
    return [factor * units.base**power / units.in_byte for power in powers for factor in factors]


def _steps(units: Scale) -> Iterator[tuple[float, float]]:
    """The distances that lines may have, each with the value that a larger unit begins at, bytes."""
    for power in range(len(units.names)):
        unit = units.base**power / units.in_byte
        for factor in (*_PARTS, *_FACTORS) if power else _FACTORS:
            yield factor * unit, unit * units.base


def value_step(peak: float, most: int = LINES, units: Scale = IEC) -> float:
    """The distance of the value axis's lines, bytes: at most ``most``, even in the unit of the highest."""
    step = 0.0
    for step, end in _steps(units):
        highest = math.ceil(peak / step - 1e-9) * step
        if step * most >= peak and highest < end:
            break
    return step


def value_top(peak: float, most: int = LINES, units: Scale = IEC) -> float:
    """Where the value axis ends: the first line above ``peak`` with a little air."""
    wanted = max(peak * 1.04, _LEAST_TOP)
    step = value_step(wanted, most, units)
    return -(-wanted // step) * step


def value_text(value: float, highest: float, units: Scale = IEC) -> str:
    """``1.5 MiB``: a decimal at most, in the unit of the highest value."""
    if not value:
        return "0"
    powers = reversed(range(len(units.names)))
    power = next(
        power for power in powers if round(highest * units.in_byte) >= units.base**power or not power
    )
    return f"{round(value * units.in_byte / units.base**power, 1):g} {units.names[power]}"


@dataclass(frozen=True, slots=True)
class Linear:
    """Twice the bytes stand twice as high."""

    most: int = LINES
    """How many lines there is room for."""
    units: Scale = IEC

    def top(self, peak: float) -> float:
        """Where the axis ends for values up to ``peak``, as it is drawn."""
        return value_top(peak, self.most, self.units)

    def drawn(self, values: npt.NDArray[Any]) -> Floats:
        """Where values stand."""
        return values.astype(np.float64)

    def lines(self, top: float) -> list[float]:
        """Where the grid lines are, as they are drawn."""
        step = value_step(top, self.most, self.units)
        return [float(step * i) for i in range(int(top / step + 1e-9) + 1)]

    def texts(self, lines: Sequence[float]) -> list[str]:
        """What stands beside the lines."""
        return [value_text(line, lines[-1], self.units) for line in lines]


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """Ten times the bytes stand a step higher. What is below ``floor`` stands on the foot."""

    most: int = LINES
    """How many lines there is room for."""
    units: Scale = IEC
    floor: float = 1024.0

    @classmethod
    def of(cls, peak: float, most: int, units: Scale = IEC) -> Logarithmic:
        """The scale for values up to ``peak``."""
        power = 0 if peak < _SMALL else 1
        return cls(most, units, units.base**power / units.in_byte)

    def top(self, peak: float) -> float:
        """Where the axis ends for values up to ``peak``, as it is drawn."""
        wanted = max(peak, _LEAST_TOP)
        return math.log2(next(stop for stop in _stops(self.units, _DECADES) if stop >= wanted) / self.floor)

    def drawn(self, values: npt.NDArray[Any]) -> Floats:
        """Where values stand."""
        drawn: Floats = np.log2(np.maximum(values, self.floor) / self.floor)
        return drawn

    def lines(self, top: float) -> list[float]:
        """Where the grid lines are, as they are drawn: 1, 10 and 100 of each unit, or the units alone."""
        end = self.floor * 2 ** (top + 1e-9)
        for factors in (_DECADES, (1,)):
            inside = [stop for stop in _stops(self.units, factors) if self.floor <= stop <= end]
            if len(inside) <= self.most + 1:
                break
        return [math.log2(stop / self.floor) for stop in inside]

    def texts(self, lines: Sequence[float]) -> list[str]:
        """What stands beside the lines."""
        return [value_text(value, value, self.units) for value in (self.floor * 2**line for line in lines)]


ValueScale = Linear | Logarithmic
