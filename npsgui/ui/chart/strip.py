"""What moved in the selected span of a chart, in numbers that can be copied. Holds no data."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from npsgui.ui.amounts import format_bytes, format_rate
from npsgui.ui.chart.data import Total
from npsgui.ui.elided import ElidedLabel
from npsgui.ui.icons import icon
from npsgui.ui.moments import clock_text, day_text
from npsgui.ui.theme import Theme


class SpanStrip(QFrame):
    """Hidden while nothing is selected."""

    closed = Signal()
    shown = Signal(bool)
    """Whether it is there from now on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("strip")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.setSpacing(12)
        self._cells = {
            name: _Cell(caption, self)
            for name, caption in (
                ("span", self.tr("Selected")),
                ("inlet", self.tr("Inlet")),
                ("export", self.tr("Export")),
                ("busiest", self.tr("Busiest")),
                ("average", self.tr("Average")),
            )
        }
        for name, cell in self._cells.items():
            row.addWidget(cell, 3 if name == "span" else 2)
        self._close = QToolButton(self)
        self._close.setToolTip(self.tr("Select nothing (Esc)"))
        self._close.setAccessibleName(self.tr("Select nothing"))
        self._close.clicked.connect(self.closed)
        row.addWidget(self._close)
        self._recolour()
        theme.changed.connect(self._recolour)
        self.hide()

    def show_total(self, total: Total | None) -> None:
        """Show a sum; None hides the strip."""
        self.setVisible(total is not None)
        self.shown.emit(total is not None)
        if total is None:
            return
        exact = self.tr("{count} B") if total.exact else self.tr("≈ {count} B")
        cells = self._cells
        cells["span"].show_texts(*self._span_texts(total.since, total.until))
        for name, value in (("inlet", total.inlet), ("export", total.export)):
            cells[name].show_texts(format_bytes(value), exact.format(count=f"{value:,}"))
        busiest = total.busiest
        if busiest is None:
            cells["busiest"].show_texts("–", "")
        else:
            both = format_bytes(busiest.inlet + busiest.export)
            at = clock_text(busiest.start, seconds=total.step < 60)
            cells["busiest"].show_texts(both, self._per(total.step).format(time=at))
        whole = format_bytes(total.inlet + total.export)
        cells["average"].show_texts(format_rate(total.average), self.tr("{bytes} in all").format(bytes=whole))
        self.setAccessibleName(self.text())

    def text(self) -> str:
        """All that it says."""
        return ", ".join(cell.text() for cell in self._cells.values())

    def _per(self, step: int) -> str:
        return {
            1: self.tr("a second, {time}"),
            60: self.tr("a minute, {time}"),
            3600: self.tr("an hour, {time}"),
        }.get(step, self.tr("a day"))

    def _length_text(self, seconds: float) -> str:
        days, rest = divmod(round(seconds), 86400)
        hours, rest = divmod(rest, 3600)
        minutes, left = divmod(rest, 60)
        if days:
            text = self.tr("{days} d {hours} h") if hours else self.tr("{days} d")
            return text.format(days=days, hours=hours)
        if hours:
            return self.tr("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
        text = self.tr("{minutes} min {seconds} s") if minutes else self.tr("{seconds} s")
        return text.format(minutes=minutes, seconds=left)

    def _span_texts(self, since: float, until: float) -> tuple[str, str]:
        """From when until when, in two lines where these are on two days; and how long that is."""
        begin, end = datetime.fromtimestamp(since), datetime.fromtimestamp(until)
        length = self._length_text(until - since)
        if begin.date() == end.date():
            seconds = until - since < 600
            return " – ".join(clock_text(end, seconds=seconds) for end in (since, until)), length
        form = self.tr("d MMM") if begin.year == end.year else self.tr("d MMM yyyy")
        return f"{_end_text(begin, form)} –", f"{_end_text(end, form)} · {length}"

    def _recolour(self) -> None:
        self._close.setIcon(icon("x", self._theme.colors.muted))


class _Cell(QWidget):
    def __init__(self, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self._caption = caption
        self._value, self._hint = ElidedLabel(self), ElidedLabel(self)
        label = QLabel(caption.upper(), self)
        for widget, name in ((label, "caption"), (self._value, "strong"), (self._hint, "hint")):
            widget.setObjectName(name)
            rows.addWidget(widget)
        rows.addStretch(1)
        self._hint.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)

    def show_texts(self, value: str, hint: str) -> None:
        self._value.setText(value)
        self._hint.setText(hint)

    def text(self) -> str:
        return f"{self._caption} {self._value.text()} {self._hint.text()}".strip()


def _end_text(at: datetime, form: str) -> str:
    """A midnight needs no time."""
    day = day_text(at, form)
    return day if (at.hour, at.minute) == (0, 0) else f"{day} {at:%H:%M}"
