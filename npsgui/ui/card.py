"""One big number with its caption, on a card."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from npsgui.ui.elided import ElidedLabel


class Card(QFrame):
    """The number, its caption above and a hint beneath."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(4)
        label, self._value = QLabel(caption.upper(), self), QLabel(self)
        self._hint = ElidedLabel(self)
        label.setObjectName("caption")
        self._hint.setObjectName("hint")
        self._value.setStyleSheet("font-size: 24px; font-weight: 700;")
        for widget in (label, self._value, self._hint):
            rows.addWidget(widget)

    def show_texts(self, value: str, hint: str) -> None:
        """Show a number and what stands beneath it."""
        self._value.setText(value)
        self._hint.setText(hint)
