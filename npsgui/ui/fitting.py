"""Measures windows before they are placed, and keeps them within their screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QWidget

FRAME = QSize(16, 48)
"""What the desktop draws around a window, about."""


def within_screen(wanted: QSize, window: QWidget) -> QSize:
    """A size that the screen of ``window`` has room for, with its frame."""
    return wanted.boundedTo(window.screen().availableSize() - FRAME)


def settle(window: QWidget) -> None:
    """Measure all that is in a window anew before its first show, so that it is placed by its right size.

    Qt does so by itself only in what is seen: a row that was left out would count until then.
    """
    window.ensurePolished()
    for part in reversed(window.findChildren(QWidget)):  # the innermost first
        if layout := part.layout():
            layout.activate()
        part.updateGeometry()


class Fitting(QScrollArea):
    """Shows a widget whole where the screen has room for the window around it, else a part of it."""

    def __init__(self, shown: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shown = shown
        self.setWidget(shown)
        shown.installEventFilter(self)

    def _room(self) -> int:
        """How high it may be, px."""
        window = self.window()
        most, layout = window.screen().availableSize().height() - FRAME.height(), window.layout()
        return max(_LEAST, most - _around(self, layout)) if layout is not None else most

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What it shows has another size: so has it."""
        if event.type() is QEvent.Type.LayoutRequest and watched is self._shown:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """All of it, as far as there is room."""
        whole, room = self._shown.sizeHint(), self._room()
        if whole.height() <= room:
            return whole
        return QSize(whole.width() + self.verticalScrollBar().sizeHint().width(), room)

    def minimumSizeHint(self) -> QSize:
        """No less: its window follows it."""
        return self.sizeHint()


_LEAST = 160
"""Below that nobody could work in it, px."""


def _around(part: QWidget, layout: QLayout) -> int:
    """The height of all else in a column of parts, px."""
    margins = layout.contentsMargins()
    items = [item for at in range(layout.count()) if (item := layout.itemAt(at)) is not None]
    others = [item.sizeHint().height() for item in items if item.widget() is not part and not item.isEmpty()]
    return margins.top() + margins.bottom() + sum(others) + layout.spacing() * len(others)
