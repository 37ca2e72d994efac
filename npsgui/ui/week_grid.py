"""A week in half hours, painted with the mouse or the keyboard. Knows no rule: a Week goes in and comes out.

Press and drag paints a rectangle with what its first half hour was not; a day's name or an hour paints all
of it. With the keyboard arrows move, Space paints, Shift and arrows paint on, Home and End go to the ends of
the day.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QDate, QLocale, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from npsgui.model.hours import ALWAYS, SLOTS, Week, clock_of
from npsgui.ui.theme import Theme

_LEFT, _TOP = 44, 20
_ROW = 22
_LEAST = 8
"""Width of a half hour, px, at least."""

_MONDAY = QDate(2024, 1, 1)
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Home: (0, -SLOTS),
    Qt.Key.Key_End: (0, SLOTS),
}
Cell = tuple[int, int]
"""A day, Monday 0, and a half hour."""


class WeekGrid(QWidget):
    """Seven rows of 48 half hours."""

    painted = Signal(object)
    """The Week, after the user has painted."""
    moved = Signal()
    """The cursor is elsewhere, or what it stands on has changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._week = ALWAYS
        self._cursor: Cell = (0, 16)
        self._anchor: Cell = self._cursor
        """Where the rectangle that is painted began."""
        self._before = ALWAYS
        """The week without that rectangle."""
        self._paints = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self._tell()

    def show_week(self, week: Week) -> None:
        """Show another week; that which is being painted already is painted on."""
        if week != self._week:
            self._week = self._before = week
            self._tell()

    @property
    def cursor_text(self) -> str:
        """The half hour that the cursor is at, and whether it is painted."""
        day, slot = self._cursor
        name = QLocale().toString(_MONDAY.addDays(day), "dddd")
        state = self.tr("on") if self._week.holds(day, slot) else self.tr("off")
        return f"{name} {clock_of(slot)}–{clock_of(slot + 1)}: {state}"

    def _begin(self, cell: Cell) -> None:
        """Begin a rectangle at this cell, painted with what it is not."""
        self._cursor = self._anchor = cell
        self._before = self._week
        self._paints = not self._week.holds(*cell)
        self._paint_to(cell)

    def _paint_to(self, cell: Cell) -> None:
        """Paint the rectangle from where it began to this cell."""
        self._cursor = cell
        week = self._before.painted(_rectangle(self._anchor, cell), self._paints)
        changed, self._week = week != self._week, week
        self._tell()
        if changed:
            self.painted.emit(week)

    def _paint_line(self, cells: list[Cell]) -> None:
        """Paint a whole day or hour of all days; unpaint it where all of it is painted."""
        wanted = not all(self._week.holds(*cell) for cell in cells)
        self.show_week(self._week.painted(cells, wanted))
        self.painted.emit(self._week)

    def _tell(self) -> None:
        self.update()
        self.setAccessibleDescription(self.cursor_text)
        self.moved.emit()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def _cell_at(self, at: QPoint) -> Cell:
        """The cell under a point, or the nearest one."""
        slot = int((at.x() - _LEFT) / self._width)
        return _clamp((at.y() - _TOP) // _ROW, slot)

    @property
    def _width(self) -> float:
        return (self.width() - _LEFT - 1) / SLOTS

    def _box(self, day: int, begin: int, end: int) -> QRectF:
        return QRectF(_LEFT + begin * self._width, _TOP + day * _ROW, (end - begin) * self._width, _ROW)

    def _draw_scale(self, painter: QPainter) -> None:
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.colors.muted))
        for hour in range(0, 25, 3):
            middle = _LEFT + hour * 2 * self._width
            align = Qt.AlignmentFlag.AlignRight if hour == 24 else Qt.AlignmentFlag.AlignHCenter
            left = self.width() - 40 if hour == 24 else middle - 20
            painter.drawText(QRectF(left, 0, 40, _TOP - 4), align | Qt.AlignmentFlag.AlignVCenter, str(hour))
        for day in range(7):
            name = QLocale().toString(_MONDAY.addDays(day), "ddd")
            box = QRectF(0, _TOP + day * _ROW, _LEFT - 8, _ROW)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    def _draw_hours(self, painter: QPainter) -> None:
        colors = self._theme.colors
        whole = QRectF(_LEFT, _TOP, SLOTS * self._width, 7 * _ROW)
        painter.fillRect(whole, QColor(colors.sunken))
        for day in range(7):
            for begin, end in self._week.spans(day):
                painter.fillRect(self._box(day, begin, end).adjusted(0, 2, 0, -2), QColor(colors.accent))
        painter.setPen(QPen(QColor(colors.surface), 1))
        for slot in range(2, SLOTS, 2):
            left = round(_LEFT + slot * self._width)
            painter.drawLine(left, _TOP, left, _TOP + 7 * _ROW)
        painter.setPen(QPen(QColor(colors.line), 1))
        for slot in range(0, SLOTS + 1, 12):
            left = round(_LEFT + slot * self._width)
            painter.drawLine(left, _TOP, left, _TOP + 7 * _ROW)
        for day in range(8):
            painter.drawLine(_LEFT, _TOP + day * _ROW, round(whole.right()), _TOP + day * _ROW)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colors.accent), 1))
            painter.drawRect(whole)

    # Qt overrides

    def sizeHint(self) -> QSize:
        """Seven rows, and what stands around them."""
        return QSize(_LEFT + SLOTS * _LEAST + 2, _TOP + 7 * _ROW + 2)

    def minimumSizeHint(self) -> QSize:
        """No half hour narrower than can be hit."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The scale, the hours, and where the keyboard is."""
        painter = QPainter(self)
        self._draw_scale(painter)
        self._draw_hours(painter)
        if self.hasFocus():
            day, slot = self._cursor
            painter.setPen(QPen(QColor(self._theme.colors.text), 2))
            painter.drawRect(self._box(day, slot, slot + 1).adjusted(-1, 0, 1, 0))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to paint."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        day, slot = self._cell_at(at)
        if at.x() < _LEFT:
            self._paint_line([(day, slot) for slot in range(SLOTS)])
        elif at.y() < _TOP:
            hour = slot - slot % 2
            self._paint_line([(day, slot) for day in range(7) for slot in (hour, hour + 1)])
        else:
            self._begin((day, slot))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Paint on."""
        at = event.position().toPoint()
        if event.buttons() & Qt.MouseButton.LeftButton and self._cell_at(at) != self._cursor:
            self._paint_to(self._cell_at(at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move and paint."""
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is not None:
            cell = _clamp(self._cursor[0] + step[0], self._cursor[1] + step[1])
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._paints = self._week.holds(*self._anchor)
                self._paint_to(cell)
            else:
                self._cursor = self._anchor = cell
                self._before = self._week
                self._tell()
        elif event.key() == Qt.Key.Key_Space:
            self._begin(self._cursor)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the cursor."""
        super().focusInEvent(event)
        self._tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no more."""
        super().focusOutEvent(event)
        self._tell()


def _clamp(day: int, slot: int) -> Cell:
    return max(0, min(6, day)), max(0, min(SLOTS - 1, slot))


def _rectangle(one: Cell, other: Cell) -> Iterator[Cell]:
    for day in range(min(one[0], other[0]), max(one[0], other[0]) + 1):
        for slot in range(min(one[1], other[1]), max(one[1], other[1]) + 1):
            yield day, slot
