"""What every dialog is made of: its column, its title, the buttons that end it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


def column_in(dialog: QDialog, spacing: int) -> QVBoxLayout:
    """The column that the parts of a dialog stand in, ``spacing`` px apart."""
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 20)
    column.setSpacing(spacing)
    return column


def title_label(text: str, parent: QWidget) -> QLabel:
    """The title within a dialog. What the user has named something is no markup in it."""
    label = QLabel(text, parent)
    label.setObjectName("title")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def button(text: str, parent: QWidget, slot: Callable[[], object], style: str = "") -> QPushButton:
    """A button that Enter presses only where it has the focus; ``style``: ``primary`` or ``danger``."""
    made = _Button(text, parent)
    made.setObjectName(style)
    made.setAutoDefault(False)
    made.clicked.connect(slot)
    return made


def default_button(text: str, parent: QWidget, slot: Callable[[], object]) -> QPushButton:
    """The button that Enter presses."""
    made = button(text, parent, slot, "primary")
    made.setDefault(True)
    return made


def row_of(*buttons: QPushButton, beside: QWidget | None = None) -> QHBoxLayout:
    """Buttons at the right end, and what stands to their left."""
    row = QHBoxLayout()
    row.setSpacing(8)
    if beside is None:
        row.addStretch()
    else:
        row.addWidget(beside, 1)
    for one in buttons:
        row.addWidget(one)
    return row


class _Button(QPushButton):
    """Hears Enter: Qt's own does only where it may become the default of its dialog, and answer for all."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
