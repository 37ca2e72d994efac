"""Lines whose order means something: dragged by the grips beside them, or moved by Alt+Up and Alt+Down."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTextBlock, QTextCursor
from PySide6.QtWidgets import QWidget

from npsgui.ui.inputs import Lines

GRIP = 18
"""The width of the grips, px."""

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class OrderedLines(Lines):
    """Several lines, as ``Lines``, with an order that the user changes."""

    def __init__(self, text: str, parent: QWidget | None = None, *, rows: int = 3) -> None:
        super().__init__(text, parent, rows=rows)
        self.grips = _Grips(self)
        self.setViewportMargins(GRIP, 0, 0, 0)
        self.updateRequest.connect(self.grips.update)
        self.setAccessibleDescription(self.tr("Alt+Up and Alt+Down move a line"))

    def move_line(self, source: int, place: int) -> None:
        """Put a line into another place, as one step of the field's own undo."""
        lines = self.toPlainText().split("\n")
        if source == place or not 0 <= place < len(lines):
            return
        lines.insert(place, lines.pop(source))
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText("\n".join(lines))
        self.setTextCursor(QTextCursor(self.document().findBlockByNumber(place)))

    def boxes(self) -> Iterator[tuple[QTextBlock, QRectF]]:
        """The lines in sight, and where they are in the viewport."""
        block = self.firstVisibleBlock()
        while block.isValid():
            box = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if box.top() > self.viewport().height():
                return
            yield block, box
            block = block.next()

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            line = self.textCursor().blockNumber()
            self.move_line(line, line + step)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.viewport().geometry()
        self.grips.setGeometry(inside.left() - GRIP, inside.top(), GRIP, inside.height())


class _Grips(QWidget):
    def __init__(self, lines: OrderedLines) -> None:
        super().__init__(lines)
        self._lines = lines
        self._held: int | None = None
        """The line that is dragged."""
        self._place = 0
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(self.tr("Drag a line to another place"))

    def _line_at(self, y: float) -> int:
        """The line at this height; the nearest where there is none."""
        boxes = list(self._lines.boxes())
        found = next((block for block, box in boxes if y < box.bottom()), boxes[-1][0])
        return found.blockNumber()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._lines.blockCount() < 2:
            return
        palette = self.palette()
        for block, box in self._lines.boxes():
            chosen = self._held is not None and block.blockNumber() == self._place
            painter.setBrush(palette.accent() if chosen else palette.placeholderText())
            middle = box.center().y()
            for x in (6.0, 10.0):
                for y in (middle - 4, middle, middle + 4):
                    painter.drawEllipse(QPointF(x, y), 1.2, 1.2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = self._place = self._line_at(event.position().y())
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._place = self._line_at(event.position().y())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, self._held = self._held, None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if held is not None:
            self._lines.move_line(held, self._line_at(event.position().y()))
        self.update()
