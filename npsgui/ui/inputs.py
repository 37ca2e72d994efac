"""What the values of an owner are edited in: text in, text out, as ``model/words.py`` reads it."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

Choices = Sequence[tuple[str, str]]
"""Value and text of each."""

NOTHING = "…"
"""What "another" is while nothing stands beside it: no value of the model's, and told as it stands there."""

_PARTS = re.compile(r"(?:\\.|[^,\\])+")
"""Up to a comma that no backslash stands before."""


class Input(Protocol):
    """A widget that a word is edited in."""

    @property
    def changed(self) -> SignalInstance:
        """Another text stands in it."""

    def text(self) -> str:
        """What the model is to read."""

    def setAccessibleName(self, name: str) -> None:  # noqa: N802  # as Qt names it
        """Name it for a screen reader."""

    def setFocus(self) -> None:  # noqa: N802  # as Qt names it
        """Take the keys."""


class Line(QLineEdit):
    """One line."""

    changed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.textChanged.connect(self.changed)


class Ports(Line):
    """Ports in one line; empty where there are none, which the model writes as 0."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__("" if text == "0" else text, parent)

    def text(self) -> str:
        """The ports."""
        return super().text().strip() or "0"


class Lines(QPlainTextEdit):
    """Several lines, which the model may write with commas between them."""

    changed = Signal()

    def __init__(
        self, text: str, parent: QWidget | None = None, *, commas: bool = True, rows: int = 2
    ) -> None:
        super().__init__("\n".join(_PARTS.findall(text)) if commas else text, parent)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFixedHeight(rows * QFontMetrics(self.font()).lineSpacing() + 30)
        self.textChanged.connect(self.changed)

    def text(self) -> str:
        """The lines."""
        return self.toPlainText()


class Choice(QComboBox):
    """One of several values."""

    changed = Signal()

    def __init__(self, text: str, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for value, shown in choices:
            self.addItem(shown, value)
        self.setCurrentIndex(max(0, self.findData(text)))
        self.currentIndexChanged.connect(self.changed)

    def text(self) -> str:
        """The value that is chosen."""
        return str(self.currentData())


class Switch(QCheckBox):
    """True or false."""

    changed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setChecked(text == "true")
        self.toggled.connect(lambda _: self.changed.emit())

    def text(self) -> str:
        """``true`` when it is checked, else ``false``."""
        return "true" if self.isChecked() else "false"


class Browse(enum.Enum):
    """What a path leads to."""

    FOLDER = QFileDialog.FileMode.Directory
    FILE = QFileDialog.FileMode.ExistingFile


class PathInput(QWidget):
    """A path, typed or looked for."""

    changed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None, *, browse: Browse) -> None:
        super().__init__(parent)
        self._browse = browse
        self.line = Line(text, self)
        self.line.changed.connect(self.changed)
        self.button = QPushButton(self.tr("Browse…"), self)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._on_browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.button)
        self.setFocusProxy(self.line)

    def text(self) -> str:
        """The path."""
        return self.line.text()

    def setAccessibleName(self, name: str) -> None:  # noqa: N802  # as Qt names it
        """Name the path for a screen reader."""
        self.line.setAccessibleName(name)

    def _on_browse(self) -> None:
        folder = self._browse is Browse.FOLDER
        title = self.tr("Choose a folder") if folder else self.tr("Choose a file")
        dialog = QFileDialog(self, title, self.text())
        dialog.setFileMode(self._browse.value)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, folder)
        dialog.fileSelected.connect(self.line.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class ChoiceOr(QWidget):
    """One of several values, or another that is typed."""

    changed = Signal()

    def __init__(
        self,
        text: str,
        choices: Choices,
        another: str,
        parent: QWidget | None = None,
        browse: Browse | None = None,
    ) -> None:
        super().__init__(parent)
        known = text in {value for value, _ in choices}
        self.choice = Choice(text if known else NOTHING, [*choices, (NOTHING, another)], self)
        typed = "" if known else text
        self.other: Line | PathInput
        self.other = Line(typed, self) if browse is None else PathInput(typed, self, browse=browse)
        self.other.setVisible(not known)
        self.choice.changed.connect(self._on_chosen)
        self.other.changed.connect(self.changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.choice)
        layout.addWidget(self.other)
        self.setFocusProxy(self.choice)

    def text(self) -> str:
        """The value that is chosen or typed."""
        chosen = self.choice.text()
        return (self.other.text().strip() or NOTHING) if chosen == NOTHING else chosen

    def setAccessibleName(self, name: str) -> None:  # noqa: N802  # as Qt names it
        """Name both for a screen reader."""
        self.choice.setAccessibleName(name)
        self.other.setAccessibleName(f"{name}: {self.choice.itemText(self.choice.count() - 1)}")

    def _on_chosen(self) -> None:
        self.other.setVisible(self.choice.text() == NOTHING)
        self.changed.emit()
