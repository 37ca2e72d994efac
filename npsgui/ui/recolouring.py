"""Gives the widgets a new palette's colours: those in sight at once, all others in parts."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from npsgui.ui.in_turns import InTurns

PART_SECONDS = 0.004
"""How long one turn of Qt's loop is spent on what is not in sight."""


class Recolouring(QObject):
    """Polishes anew what a style sheet has coloured.

    Another sheet would be put on all 1,500 widgets of a window in one turn, with their layouts: 210 ms.
    """

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._app = app
        self._turns = InTurns(self)

    def begin(self) -> None:
        """Take the colours of the palette now in force; what was never shown takes them when it is."""
        self._turns.begin(self._polish_all())

    def _polish_all(self) -> Iterator[None]:
        polished = Qt.WidgetAttribute.WA_WState_Polished
        widgets = [widget for widget in self._app.allWidgets() if widget.testAttribute(polished)]
        for widget in filter(QWidget.isVisible, widgets):
            _polish(widget)
        waiting = [widget for widget in widgets if not widget.isVisible()]
        while waiting:
            yield
            until = time.perf_counter() + PART_SECONDS
            # what has come into sight meanwhile is next
            waiting = sorted(filter(isValid, waiting), key=QWidget.isVisible)
            while waiting and time.perf_counter() < until:
                _polish(waiting.pop())


def _polish(widget: QWidget) -> None:
    widget.style().polish(widget)
    widget.update()
