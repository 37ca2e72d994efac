"""The axes of a chart: natural local times, and bytes on a scale. No data of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from npsgui.ui.chart.data import bucket_start
from npsgui.ui.chart.graphs import pg
from npsgui.ui.chart.scales import Linear, ValueScale
from npsgui.ui.moments import clock_text, day_text

_DAY = 86400
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAYS = (1, 2, 7)
_MONTHS = (1, 2, 3, 6)
_LABEL_PIXELS = 76.0


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
        return [self._text(value, spacing) for value in values]

    def _text(self, moment: float, spacing: float) -> str:
        at = datetime.fromtimestamp(moment)
        if spacing >= 28 * _DAY:
            return day_text(at, self.tr("MMM yyyy") if at.month == 1 else self.tr("MMM"))
        if spacing >= _DAY or (spacing >= 60 and (at.hour, at.minute) == (0, 0)):
            return day_text(at, self.tr("d MMM"))
        return clock_text(moment, seconds=spacing < 60)


class ValueAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Bytes, or bytes a second, on a scale. Its width stays, so that the plot does not move."""

    def __init__(self) -> None:
        super().__init__("left")
        self.setStyle(tickLength=0, tickTextOffset=6, autoReduceTextSpace=False, hideOverlappingLabels=False)
        self.setWidth(70)
        self.scaling: ValueScale = Linear()
        self._per_second = False

    def show_scale(self, scale: ValueScale, per_second: bool) -> None:
        """Put the values on another scale; whether they are bytes a second."""
        if (scale, per_second) != (self.scaling, self._per_second):
            self.scaling, self._per_second = scale, per_second
            # pyqtgraph paints its labels anew only when the range has changed
            self.picture = None
            self.update()

    # pyqtgraph overrides

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        """One level of ticks: the grid lines."""
        return [(1.0, self.scaling.lines(maxVal))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The labels."""
        suffix = "/s" if self._per_second else ""
        texts = self.scaling.texts(values)
        return [text + (suffix if text != "0" else "") for text in texts]

    def generateDrawSpecs(self, painter: Any) -> Any:  # noqa: N802
        """Without the axis's own line: the grid is enough."""
        specs = super().generateDrawSpecs(painter)
        return None if specs is None else ((pg.mkPen(None), *specs[0][1:]), *specs[1:])
