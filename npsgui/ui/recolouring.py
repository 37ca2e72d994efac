"""Gives the widgets a new palette's colours: those in sight at once, all others in parts."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

PART_SECONDS = 0.004
"""How long one turn of Qt's loop is spent on what is not in sight."""


class Recolouring(QObject):
    """Polishes anew what a style sheet has coloured.

    Another sheet would be put on all 1,500 widgets of a window in one turn, with their layouts: 210 ms.
    """

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._app = app
        self._waiting: list[QWidget] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)

    def begin(self) -> None:
        """Take the colours of the palette now in force; what was never shown takes them when it is."""
        polished = Qt.WidgetAttribute.WA_WState_Polished
        self._waiting = [widget for widget in self._app.allWidgets() if widget.testAttribute(polished)]
        for widget in filter(QWidget.isVisible, self._waiting):
            _polish(widget)
        self._waiting = [widget for widget in self._waiting if not widget.isVisible()]
        self._timer.start()

    def _go_on(self) -> None:
        until = time.perf_counter() + PART_SECONDS
        # what has come into sight meanwhile is next
        self._waiting = sorted(filter(isValid, self._waiting), key=QWidget.isVisible)
        while self._waiting and time.perf_counter() < until:
            _polish(self._waiting.pop())
        if not self._waiting:
            self._timer.stop()


def _polish(widget: QWidget) -> None:
    widget.style().polish(widget)
    widget.update()
