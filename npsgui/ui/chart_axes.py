"""The axes of a chart: natural local times, and bytes in 1-2-5 steps of binary units. No data of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QDate, QLocale

from npsgui.ui.chart_data import bucket_start
from npsgui.ui.graphs import pg

_DAY = 86400
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAYS = (1, 2, 7)
_MONTHS = (1, 2, 3, 6)
_LABEL_PIXELS = 76.0
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_VALUE_STEPS: list[int] = [
    factor * 1024**power for power in range(len(_UNITS)) for factor in (1, 2, 5, 10, 20, 50, 100, 200, 500)
]
_LINES = 5
_LEAST_TOP = 5 * 1024.0


def value_step(peak: float) -> int:
    """The distance of the value axis's lines, bytes, so that at most ``_LINES`` of them are needed."""
    return next((step for step in _VALUE_STEPS if step * _LINES >= peak), _VALUE_STEPS[-1])


def value_top(peak: float) -> float:
    """Where the value axis ends: the first line above ``peak`` with a little air."""
    wanted = max(peak * 1.04, _LEAST_TOP)
    step = value_step(wanted)
    return -(-wanted // step) * step


def value_text(value: float, step: float) -> str:
    """``20 MiB``: whole numbers, all in the unit of the step."""
    if not value:
        return "0"
    power = next(power for power in reversed(range(len(_UNITS))) if step >= 1024**power or not power)
    return f"{value / 1024**power:.0f} {_UNITS[power]}"


def time_ticks(left: float, right: float, pixels: float) -> tuple[float, list[float]]:
    """The natural local times in [left, right] that have room for a label, and their distance, s."""
    least = (right - left) / max(pixels, 1.0) * _LABEL_PIXELS
    for step in _SECONDS:
        if step >= least:
            first = bucket_start(left, step)
            count = int((right - first) // step) + 1
            return step, [at for at in (float(first + i * step) for i in range(count)) if at >= left]
    for days in _DAYS:
        if days * _DAY >= least:
            return days * _DAY, _dates(left, right, partial(_is_nth_day, days))
    months = next((months for months in _MONTHS if months * 28 * _DAY >= least), _MONTHS[-1])
    return months * 30 * _DAY, _dates(left, right, partial(_is_nth_month, months))


def _is_nth_day(days: int, day: date) -> bool:
    return day.weekday() == 0 if days == 7 else day.toordinal() % days == 0


def _is_nth_month(months: int, day: date) -> bool:
    return day.day == 1 and (day.month - 1) % months == 0


def _dates(left: float, right: float, wanted: Callable[[date], bool]) -> list[float]:
    day, found = datetime.fromtimestamp(left).date(), []
    while (at := datetime(day.year, day.month, day.day).timestamp()) <= right:
        if at >= left and wanted(day):
            found.append(at)
        day += timedelta(days=1)
    return found


class TimeAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Local times on natural boundaries; a midnight shows its date."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.setStyle(tickLength=0, tickTextOffset=6, autoReduceTextSpace=False)
        self.setHeight(24)

    # pyqtgraph overrides

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        """One level of ticks."""
        return [time_ticks(minVal, maxVal, size)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The labels: seconds, minutes or dates, as the spacing asks for."""
        return [self._text(datetime.fromtimestamp(value), spacing) for value in values]

    def _text(self, at: datetime, spacing: float) -> str:
        locale, day = QLocale(), QDate(at.year, at.month, at.day)
        if spacing >= 28 * _DAY:
            return locale.toString(day, self.tr("MMM yyyy") if at.month == 1 else self.tr("MMM"))
        if spacing >= _DAY or (spacing >= 60 and (at.hour, at.minute) == (0, 0)):
            return locale.toString(day, self.tr("d MMM"))
        return at.strftime("%H:%M:%S" if spacing < 60 else "%H:%M")


class ValueAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Bytes, or bytes a second. Its width stays, so that the plot does not move."""

    def __init__(self) -> None:
        super().__init__("left")
        self.setStyle(tickLength=0, tickTextOffset=6, autoReduceTextSpace=False, hideOverlappingLabels=False)
        self.setWidth(70)
        self._per_second = False

    def show_rates(self, per_second: bool) -> None:
        """Whether the values are bytes a second."""
        if per_second != self._per_second:
            self._per_second = per_second
            # pyqtgraph paints its labels anew only when the range has changed
            self.picture = None
            self.update()

    def lines(self, top: float) -> list[float]:
        """Where the grid lines are, 0 to ``top``."""
        step = value_step(top)
        return [float(step * i) for i in range(int(top / step + 1e-9) + 1)]

    # pyqtgraph overrides

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        """One level of ticks: the grid lines."""
        return [(float(value_step(maxVal)), self.lines(maxVal))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The labels."""
        suffix = "/s" if self._per_second else ""
        return [value_text(value, spacing) + (suffix if value else "") for value in values]

    def generateDrawSpecs(self, painter: Any) -> Any:  # noqa: N802
        """Without the axis's own line: the grid is enough."""
        specs = super().generateDrawSpecs(painter)
        return None if specs is None else ((pg.mkPen(None), *specs[0][1:]), *specs[1:])
