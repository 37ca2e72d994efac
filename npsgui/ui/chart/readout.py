"""The box that follows the pointer over a chart. It never covers the pointer and never leaves the chart."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import zip_longest

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from npsgui.model.views import Sample, Usage
from npsgui.ui.amounts import format_bytes, format_rate
from npsgui.ui.moments import clock_text, day_text
from npsgui.ui.theme import Theme

Parts = Sequence[float]
Names = Sequence[str]
Line = tuple[str, str, float]
"""What is read out of a part: its colour, its name, its bytes or bytes/s."""

DISTANCE = 14
"""From the pointer to the box, px."""
_ROWS = 5
_NOTE_WIDTH = 320
_ROW_PIXELS, _AROUND = 19, 48
"""How high a row is, and what is not rows."""


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
    """A time, below it a line for each part that is drawn: short, and exact; then what happened there."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._plot = theme, parent
        self.setObjectName("readOut")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 7, 10, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        self._time = QLabel(self)
        self._time.setObjectName("time")
        grid.addWidget(self._time, 0, 0, 1, 4)
        self._rows = [[QLabel(self) for _ in range(4)] for _ in range(_ROWS)]
        for row, labels in enumerate(self._rows, 1):
            for column, label in enumerate(labels):
                grid.addWidget(label, row, column)
            labels[0].setFixedSize(6, 12)
            labels[2].setAlignment(Qt.AlignmentFlag.AlignRight)
            labels[3].setAlignment(Qt.AlignmentFlag.AlignRight)
            labels[3].setObjectName("exact")
        self._notes = QLabel(self)
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        self._notes.setWordWrap(True)
        grid.addWidget(self._notes, _ROWS + 1, 0, 1, 4)
        self._notes.hide()
        self.hide()

    def read_rates(self, moment: float, sample: Sample | None, parts: Parts, names: Names) -> None:
        """Read a live sample, and its parts where it is stacked; None where there is none at ``moment``."""
        if sample is None:
            self._show_sentence(clock_text(moment, seconds=True), self.tr("no sample"))
            return
        lines = self._lines(sample.inlet, sample.export, parts, names)
        when = clock_text(sample.at, seconds=True)
        self._show_values(when, lines, format_rate, self.tr("{count} B/s"))

    def read_bytes(self, start: int, width: int, usage: Usage | Known, parts: Parts, names: Names) -> None:
        """Read the bar of ``width`` s that begins at ``start`` and its parts, or say why there is none."""
        when = self._span_text(start, width)
        if usage is Known.NOT_YET:
            self._show_sentence(when, self.tr("loading…"))
        elif usage is Known.DID_NOT_RUN:
            self._show_sentence(when, self.tr("npsgui was not running"))
        elif isinstance(usage, Usage):
            lines = self._lines(usage.inlet, usage.export, parts, names)
            self._show_values(when, lines, format_bytes, self.tr("{count} B"))

    def note(self, sentences: Sequence[str]) -> None:
        """Say what happened there, beneath the values, as far as there is room."""
        self._show_note("\n".join(sentences))
        if len(sentences) > 1 and self.height() > self._plot.height():
            self.note(sentences[:-1])

    def _show_note(self, text: str) -> None:
        flags = int(Qt.TextFlag.TextWordWrap)
        wrapped = self._notes.fontMetrics().boundingRect(0, 0, _NOTE_WIDTH, 1000, flags, text)
        self._notes.setText(text)
        self._notes.setFixedSize(wrapped.width() + 4, wrapped.height())
        self._notes.setVisible(bool(text))
        self._fit()

    def _lines(self, inlet: float, export: float, parts: Parts, names: Names) -> list[Line]:
        """What is read out; of many parts the largest, then all of them."""
        colors = self._theme.colors
        if not parts:
            return [(colors.export, self.tr("export"), export), (colors.inlet, self.tr("inlet"), inlet)]
        found = [
            (color, name or self.tr("others"), value)
            for color, name, value in zip(colors.of_parts(names), names, parts, strict=True)
            if value > 0
        ]
        room = (self._plot.height() - _AROUND) // _ROW_PIXELS
        largest = sorted(found, key=lambda line: -line[2])[: min(max(room, 2), _ROWS) - 1]
        return [*largest, ("transparent", self.tr("in all"), inlet + export)]

    def _span_text(self, start: int, width: int) -> str:
        day = day_text(datetime.fromtimestamp(start), self.tr("ddd d MMM"))
        if width >= 86400:
            return day
        begin = clock_text(start)
        return f"{day}  {begin}" if width == 60 else f"{day}  {begin} – {clock_text(start + width)}"

    def _show_values(
        self, when: str, lines: Sequence[Line], short: Callable[[float], str], exact: str
    ) -> None:
        self._time.setText(when)
        for labels, line in zip_longest(self._rows, lines):
            for label in labels:
                label.setVisible(line is not None)
            if line is not None:
                swatch, *texts = labels
                color, name, value = line
                swatch.setStyleSheet(f"background: {color}; border-radius: 1px;")
                told = (name, short(value), exact.format(count=f"{round(value):,}"))
                for label, text in zip(texts, told, strict=True):
                    label.setText(text)
        self._fit()

    def _show_sentence(self, when: str, sentence: str) -> None:
        self._show_values(f"{when}   {sentence}", [], str, "")

    def text(self) -> str:
        """All that it says."""
        labels = [label for row in self._rows for label in row if not label.isHidden()]
        notes = [self._notes] if not self._notes.isHidden() else []
        return " ".join(label.text() for label in (self._time, *labels, *notes) if label.text())

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
