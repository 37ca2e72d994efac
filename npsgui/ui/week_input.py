"""Hours of the week, painted or written: a grid and a line that say the same. The model reads the line."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from npsgui.model.errors import FieldError
from npsgui.model.hours import ALWAYS, NEVER, Week, parse_week
from npsgui.ui.theme import Theme
from npsgui.ui.week_grid import WeekGrid
from npsgui.ui.week_words import WeekTexts


class WeekInput(QWidget):
    """Text in, text out, as ``parse_week`` reads it, in the user's words.

    What cannot be read leaves the grid as it was.
    """

    changed = Signal()

    def __init__(self, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = WeekTexts(self)
        self.line = QLineEdit(self._texts.spoken(text), self)
        self.grid = WeekGrid(theme, self)
        self._help = QLabel(self)
        self._help.setObjectName("hint")
        self._help.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._help, 1)
        for name, week in ((self.tr("Always"), ALWAYS), (self.tr("Clear"), NEVER)):
            button = QPushButton(name, self)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked, week=week: self._on_painted(week))
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.line)
        layout.addWidget(self.grid)
        layout.addLayout(buttons)
        self.setFocusProxy(self.line)
        self._on_written()
        self._on_moved()
        self.line.textChanged.connect(self._on_written)
        self.line.textChanged.connect(self.changed)
        self.grid.painted.connect(self._on_painted)
        self.grid.moved.connect(self._on_moved)

    def text(self) -> str:
        """What the model is to read."""
        return self.line.text().strip()

    def setAccessibleName(self, name: str) -> None:  # noqa: N802  # as Qt names it
        """Name the line and the grid for a screen reader."""
        self.line.setAccessibleName(name)
        self.grid.setAccessibleName(name)

    def _on_painted(self, week: Week) -> None:
        self.line.setText(self._texts.of(week))
        self.line.setCursorPosition(0)

    def _on_moved(self) -> None:
        how = self.tr("Paint with the mouse, or with the arrows, Space and Shift.")
        self._help.setText(self.grid.cursor_text if self.grid.hasFocus() else how)

    def _on_written(self) -> None:
        try:
            week = parse_week(self.text())
        except FieldError:
            return
        self.grid.show_week(week)
