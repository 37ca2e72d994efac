"""Asks before what cannot be undone, and names what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from npsgui.ui.asking import asked


class ConfirmDialog(QDialog):
    """One question; the safe answer has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(440)

    async def ask(self, title: str, text: str, consequences: Sequence[str], verb: str) -> bool:
        """Show the question; whether the user pressed the button named ``verb``."""
        self._lay_out(title, text, consequences, verb)
        async with asked(self) as accepted:
            return accepted

    def _lay_out(self, title: str, text: str, consequences: Sequence[str], verb: str) -> None:
        self.setWindowTitle(title)
        head = QLabel(title, self)
        head.setObjectName("title")
        head.setWordWrap(True)
        head.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(8)
        layout.addWidget(head)
        for line in (text, "\n".join(f"•  {consequence}" for consequence in consequences)):
            words = QLabel(line, self)
            words.setWordWrap(True)
            words.setVisible(bool(line))
            words.setTextFormat(Qt.TextFormat.PlainText)
            layout.addWidget(words)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        confirm = QPushButton(verb, self)
        confirm.setObjectName("danger")
        confirm.setAutoDefault(False)
        confirm.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(confirm)
        layout.addSpacing(12)
        layout.addLayout(buttons)
        cancel.setFocus()
