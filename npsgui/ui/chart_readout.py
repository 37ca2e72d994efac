"""The box that follows the pointer over a chart. It never covers the pointer and never leaves the chart."""

from __future__ import annotations

import enum
from datetime import datetime

from PySide6.QtCore import QDate, QLocale, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from npsgui.model.views import Sample, Usage
from npsgui.ui.amounts import format_bytes, format_rate
from npsgui.ui.theme import Theme

DISTANCE = 14
"""From the pointer to the box, px."""


def beside(pointer: QPoint, size: QSize, bounds: QRect) -> QPoint:
    """Where a box of ``size`` stands beside ``pointer``: to its right, or its left where there is no room."""
    left = pointer.x() + DISTANCE
    if left + size.width() > bounds.right() + 1:
        left = pointer.x() - DISTANCE - size.width()
    top = pointer.y() - DISTANCE - size.height()
    if left < bounds.left():
        left = max(bounds.left(), bounds.right() + 1 - size.width())
        below = pointer.y() + DISTANCE
        return QPoint(left, below if top < bounds.top() else top)
    return QPoint(left, min(max(top, bounds.top()), max(bounds.bottom() + 1 - size.height(), bounds.top())))


class Known(enum.Enum):
    """Why there is no number."""

    NOT_YET = enum.auto()
    DID_NOT_RUN = enum.auto()


class ReadOut(QFrame):
    """A time, and below it inlet and export: short, and exact."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("readOut")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 7, 10, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        self._time = QLabel(self)
        self._time.setObjectName("time")
        grid.addWidget(self._time, 0, 0, 1, 4)
        self._rows = [[QLabel(self) for _ in range(4)] for _ in range(2)]
        for row, labels in enumerate(self._rows, 1):
            for column, label in enumerate(labels):
                grid.addWidget(label, row, column)
            labels[0].setFixedSize(6, 12)
            labels[2].setAlignment(Qt.AlignmentFlag.AlignRight)
            labels[3].setAlignment(Qt.AlignmentFlag.AlignRight)
            labels[3].setObjectName("exact")
        self._paint()
        theme.changed.connect(self._paint)
        self.hide()

    def read_rates(self, moment: float, sample: Sample | None) -> None:
        """Read a live sample; None where there is none at ``moment``."""
        if sample is None:
            self._show_sentence(_clock_text(moment, "%H:%M:%S"), self.tr("no sample"))
            return
        exact = self.tr("{count} B/s")
        self._show_values(
            _clock_text(sample.at, "%H:%M:%S"),
            (self.tr("export"), format_rate(sample.export), exact.format(count=f"{sample.export:,.0f}")),
            (self.tr("inlet"), format_rate(sample.inlet), exact.format(count=f"{sample.inlet:,.0f}")),
        )

    def read_bytes(self, start: int, width: int, usage: Usage | Known) -> None:
        """Read the bar of ``width`` s that begins at ``start``, or say why there is none."""
        when = self._span_text(start, width)
        if usage is Known.NOT_YET:
            self._show_sentence(when, self.tr("loading…"))
        elif usage is Known.DID_NOT_RUN:
            self._show_sentence(when, self.tr("npsgui was not running"))
        elif isinstance(usage, Usage):
            exact = self.tr("{count} B")
            self._show_values(
                when,
                (self.tr("export"), format_bytes(usage.export), exact.format(count=f"{usage.export:,}")),
                (self.tr("inlet"), format_bytes(usage.inlet), exact.format(count=f"{usage.inlet:,}")),
            )

    def _span_text(self, start: int, width: int) -> str:
        at = datetime.fromtimestamp(start)
        day = QLocale().toString(QDate(at.year, at.month, at.day), self.tr("ddd d MMM"))
        if width >= 86400:
            return day
        begin = _clock_text(start, "%H:%M")
        return f"{day}  {begin}" if width == 60 else f"{day}  {begin} – {_clock_text(start + width, '%H:%M')}"

    def _show_values(self, when: str, export: tuple[str, str, str], inlet: tuple[str, str, str]) -> None:
        self._time.setText(when)
        for labels, texts in zip(self._rows, (export, inlet), strict=True):
            for label, text in zip(labels[1:], texts, strict=True):
                label.setText(text)
            for label in labels:
                label.show()
        self._fit()

    def _show_sentence(self, when: str, sentence: str) -> None:
        self._time.setText(f"{when}   {sentence}")
        for labels in self._rows:
            for label in labels:
                label.hide()
        self._fit()

    def text(self) -> str:
        """All that it says."""
        labels = [label for row in self._rows for label in row if not label.isHidden()]
        return " ".join(label.text() for label in (self._time, *labels) if label.text())

    def move_beside(self, pointer: QPoint, bounds: QRect) -> None:
        """Follow ``pointer``; both in the parent's pixels."""
        self.move(beside(pointer, self.size(), bounds))
        self.show()
        self.raise_()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.resize(self.sizeHint())

    def _paint(self) -> None:
        c = self._theme.colors
        self.setStyleSheet(
            f"#readOut {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 6px; }}"
            f"#readOut QLabel {{ background: transparent; color: {c.text}; font-size: 12px; }}"
            f"#readOut #time {{ color: {c.text}; font-weight: 600; }}"
            f"#readOut #exact {{ color: {c.muted}; }}"
        )
        for labels, color in zip(self._rows, (c.export, c.inlet), strict=True):
            labels[0].setStyleSheet(f"background: {color}; border-radius: 1px;")


def _clock_text(moment: float, form: str) -> str:
    return datetime.fromtimestamp(moment).strftime(form)
