"""What stands in a table's place while it has no rows: a sentence, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class EmptyState(QWidget):
    """A sentence and, where there is something to do, a button."""

    def __init__(self, sentence: str, action: QAction | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QLabel(sentence, self)
        self._words.setObjectName("muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addStretch()
        layout.addWidget(self._words)
        self._buttons: list[QPushButton] = []
        if action is not None:
            button = QPushButton(action.text(), self)
            button.clicked.connect(action.trigger)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            self._buttons.append(button)
        layout.addStretch()

    def say(self, sentence: str, *, offer: bool = True) -> None:
        """Put another sentence in its place, with or without the action."""
        self._words.setText(sentence)
        for button in self._buttons:
            button.setVisible(offer)
