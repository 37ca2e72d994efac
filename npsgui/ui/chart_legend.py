"""What stands under a chart: its colours by name, and a sentence. Holds no data."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from npsgui.ui.theme import Theme


class Legend(QWidget):
    """The two colours with their names, and a sentence on the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._swatches = []
        for name, meaning in (
            (self.tr("inlet"), self.tr("From visitor to target")),
            (self.tr("export"), self.tr("From target to visitor")),
        ):
            swatch, label = QFrame(self), QLabel(name, self)
            swatch.setFixedSize(6, 12)
            label.setToolTip(meaning)
            self._swatches.append(swatch)
            row.addWidget(swatch)
            row.addWidget(label)
            row.addSpacing(8)
        self._sentence = QLabel(self)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setMinimumWidth(0)
        row.addWidget(self._sentence, 1)
        self._recolour()
        theme.changed.connect(self._recolour)

    def say(self, sentence: str) -> None:
        """Show a sentence beside the legend."""
        self._sentence.setText(sentence)
        self._sentence.setToolTip(sentence)

    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text()

    def _recolour(self) -> None:
        colors = self._theme.colors
        self.setStyleSheet(f"QLabel {{ background: transparent; color: {colors.text}; font-size: 13px; }}")
        for swatch, color in zip(self._swatches, (colors.inlet, colors.export), strict=True):
            swatch.setStyleSheet(f"background: {color}; border-radius: 1px;")
