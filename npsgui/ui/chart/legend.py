"""What stands under a chart: its colours by name, and a sentence. Holds no data."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from npsgui.ui.elided import ElidedLabel
from npsgui.ui.theme import Theme

_WIDEST = 132
"""Of a part's name, px."""

_FEW = 3
"""Beside so many parts there is room for the sentence."""


class Legend(QWidget):
    """Inlet and export, or the parts of a stack; and a sentence on the right, or beneath many parts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._entries = [_Entry(self) for _ in range(len(theme.colors.series) + 1)]
        self._sentence = QLabel(self)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setMinimumWidth(0)
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        self._second.addStretch()
        self._first.setSpacing(8)
        for entry in self._entries:
            self._first.addWidget(entry)
        self._first.addStretch()
        self._first.addWidget(self._sentence)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(self._first)
        rows.addLayout(self._second)
        self._sentence.hide()
        self._show()
        theme.changed.connect(self._show)

    def show_names(self, names: tuple[str, ...]) -> None:
        """Name the parts of a stack, the others by an empty text; without names, inlet and export."""
        if names != self._names:
            self._names = names
            place = self._second if len(names) > _FEW else self._first
            place.addWidget(self._sentence)
            self._show()

    def say(self, sentence: str) -> None:
        """Show a sentence beside the legend."""
        self._sentence.setText(sentence)
        self._sentence.setToolTip(sentence)
        self._sentence.setVisible(bool(sentence))

    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text()

    def names(self) -> list[str]:
        """The names that are shown."""
        return [entry.name.text() for entry in self._entries if not entry.isHidden()]

    def _parts(self) -> Sequence[tuple[str, str, str]]:
        colors = self._theme.colors
        if not self._names:
            return (
                (colors.inlet, self.tr("inlet"), self.tr("From visitor to target")),
                (colors.export, self.tr("export"), self.tr("From target to visitor")),
            )
        named = zip(colors.of_parts(self._names), self._names, strict=True)
        return [(color, name or self.tr("others"), name) for color, name in named]

    def _show(self) -> None:
        parts = self._parts()
        for entry in self._entries[len(parts) :]:
            entry.hide()
        for entry, (color, name, meaning) in zip(self._entries, parts, strict=False):
            entry.show_part(color, name, meaning)
            entry.show()


class _Entry(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._swatch, self.name = QFrame(self), ElidedLabel(self)
        self._swatch.setFixedSize(6, 12)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.name.setMaximumWidth(_WIDEST)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._swatch)
        row.addWidget(self.name)

    def show_part(self, color: str, name: str, meaning: str) -> None:
        self._swatch.setStyleSheet(f"background: {color}; border-radius: 1px;")
        self.name.setText(name)
        self.setToolTip(meaning)
