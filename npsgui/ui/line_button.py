"""A line of a list that can be clicked: what stands in it is painted by those who make one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from npsgui.ui.theme import Theme

LINE = 32
"""Its height, px."""

MIDDLE = Qt.AlignmentFlag.AlignVCenter
LEFT = int(MIDDLE | Qt.AlignmentFlag.AlignLeft)
RIGHT = int(MIDDLE | Qt.AlignmentFlag.AlignRight)


class LineButton(QAbstractButton):
    """Tells by its ground that the pointer or the keys are on it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(LINE)
        theme.changed.connect(self.update)

    def begin(self) -> QPainter:
        """A painter, the ground painted."""
        painter, colors = QPainter(self), self.theme.colors
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(colors.accent)) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.sunken))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        return painter

    def write(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        color: str = "",
        *,
        bold: bool = False,
        align: int = LEFT,
    ) -> float:
        """Write into a box, cut with an ellipsis where there is no room; how wide it has become."""
        font = QFont(self.font())
        if bold:
            font.setWeight(QFont.Weight.Bold)
        painter.setFont(font)
        painter.setPen(QColor(color or self.theme.colors.text))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, align, shown)
        return float(painter.fontMetrics().horizontalAdvance(shown))

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(184, LINE)
