"""What a forecast says, in a sentence of the user's language."""

from __future__ import annotations

from datetime import datetime, tzinfo

from PySide6.QtCore import QObject

from npsgui.model.forecast import Forecast
from npsgui.ui.amounts import format_bytes
from npsgui.ui.moments import day_text


class Course(QObject):
    """Knows no widget."""

    def of(self, forecast: Forecast | None, zone: tzinfo | None) -> str:
        """When the quota is full, or else what the period comes to; empty when neither can be told."""
        if forecast is None:
            return ""
        if forecast.earliest is not None:
            return self._full(forecast.earliest, forecast.latest, zone)
        if forecast.until is None:
            return ""
        text = self.tr("on course for {amount} by {day}")
        return text.format(
            amount=amount_of(forecast.low, forecast.high), day=self._day(_at(forecast.until, zone))
        )

    def _full(self, earliest: int, latest: int | None, zone: tzinfo | None) -> str:
        first = _at(earliest, zone)
        if latest is None:
            return self.tr("at this pace full on {day} at the earliest").format(day=self._day(first))
        last = _at(latest, zone)
        if first.date() == last.date():
            text = self.tr("at this pace full on {day} between {first} and {last}")
            return text.format(day=self._day(first), first=f"{first:%H:%M}", last=f"{last:%H:%M}")
        text = self.tr("at this pace full between {first} and {last}")
        return text.format(first=self._day(first), last=self._day(last))

    def _day(self, at: datetime) -> str:
        return day_text(at, self.tr("d MMM"))


def amount_of(low: int, high: int) -> str:
    """A range of bytes; its unit once, where both ends have it."""
    least, most = format_bytes(low), format_bytes(high)
    number, _, unit = least.partition(" ")
    if least == most:
        return least
    return f"{number}–{most}" if most.endswith(f" {unit}") else f"{least} – {most}"


def _at(moment: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(moment, zone)
