"""Asks before what cannot be undone, and names what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from npsgui.ui.asking import asked
from npsgui.ui.dialog_parts import button, column_in, row_of, title_label


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
        head = title_label(title, self)
        head.setWordWrap(True)
        layout = column_in(self, 8)
        layout.addWidget(head)
        for line in (text, "\n".join(f"•  {consequence}" for consequence in consequences)):
            words = QLabel(line, self)
            words.setWordWrap(True)
            words.setVisible(bool(line))
            words.setTextFormat(Qt.TextFormat.PlainText)
            layout.addWidget(words)
        cancel = button(self.tr("Cancel"), self, self.reject)
        layout.addSpacing(12)
        layout.addLayout(row_of(cancel, button(verb, self, self.accept, "danger")))
        cancel.setFocus()
