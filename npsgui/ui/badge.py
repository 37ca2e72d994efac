"""A small label: a state's shape in its colour, and a word."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from npsgui.model.views import Health, State
from npsgui.ui.delegates import draw_shape, shape_of
from npsgui.ui.theme import Theme

_SIZE = 10


class Badge(QWidget):
    """Says how something is; the reason is its tooltip."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = _Mark(theme, self)
        self._word = QLabel(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._mark)
        layout.addWidget(self._word)

    def show_state(self, state: State | Health, word: str, reason: str = "") -> None:
        """Show a state with its word."""
        self._mark.state = state
        self._mark.update()
        self._word.setText(word)
        self.setToolTip(reason)
        self.setAccessibleName(f"{word}. {reason}" if reason else word)


class _Mark(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.state: State | Health = State.RUNNING
        self._theme = theme
        theme.changed.connect(self.update)
        self.setFixedSize(QSize(_SIZE, _SIZE))

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_shape(painter, *shape_of(self.state, self._theme.colors), QRectF(self.rect()))
        painter.end()
