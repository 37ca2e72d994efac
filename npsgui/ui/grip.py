"""A splitter that shows where it can be taken hold of. Knows nothing of what it parts."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

_WIDE, _HIGH = 36, 4


class Splitter(QSplitter):
    """Parts what stands one above the other, with a grip between."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)

    # Qt overrides

    def createHandle(self) -> QSplitterHandle:  # noqa: N802
        return _Grip(self.orientation(), self)


class _Grip(QSplitterHandle):
    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """A small bar in the middle, darker under the pointer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        role = QPalette.ColorRole.PlaceholderText if self.underMouse() else QPalette.ColorRole.Mid
        painter.setBrush(self.palette().color(role))
        left, top = (self.width() - _WIDE) / 2, (self.height() - _HIGH) / 2
        painter.drawRoundedRect(QRectF(left, top, _WIDE, _HIGH), _HIGH / 2, _HIGH / 2)
        painter.end()
