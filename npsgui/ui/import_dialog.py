"""Importing from NPS: asks for its conf folder, and shows what was taken and what was left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QPlainTextEdit, QWidget

from npsgui.ui.asking import asked
from npsgui.ui.dialog_parts import column_in, title_label


class FolderDialog(QFileDialog):
    """Asks for NPS's conf folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import from NPS: choose its conf folder"))
        self.setFileMode(QFileDialog.FileMode.Directory)
        self.setOption(QFileDialog.Option.ShowDirsOnly)

    async def ask(self) -> Path | None:
        """Show the dialog; the folder, or None if the user cancelled."""
        async with asked(self) as accepted:
            return Path(self.selectedFiles()[0]) if accepted else None


class ImportReport(QDialog):
    """What came of an import, sentence by sentence."""

    def __init__(self, sentences: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import from NPS"))
        self.setMinimumWidth(560)
        head = title_label(sentences[0], self)
        head.setWordWrap(True)
        self.text = QPlainTextEdit("\n\n".join(sentences[1:]), self)
        self.text.setReadOnly(True)
        self.text.setVisible(len(sentences) > 1)
        self.text.setAccessibleName(self.tr("What was taken and what was left"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = column_in(self, 12)
        layout.addWidget(head)
        layout.addWidget(self.text)
        layout.addWidget(buttons)
        self.finished.connect(self.deleteLater)
