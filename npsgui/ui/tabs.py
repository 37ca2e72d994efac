"""A row of tabs, one of them chosen. Holds no pages: it tells, its owner shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

Name = TypeVar("Name")


class Tabs(QWidget, Generic[Name]):
    """Tabs by name; a tab can carry a number, and can be left out."""

    chosen = Signal(object)
    """The name of the tab that was clicked."""

    def __init__(self, texts: Mapping[Name, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = dict(texts)
        self._names = list(texts)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for at, text in enumerate(texts.values()):
            tab = _Tab(text, self)
            self._group.addButton(tab, at)
            row.addWidget(tab)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self._on_clicked)

    @property
    def current(self) -> Name:
        """The chosen tab."""
        return self._names[self._group.checkedId()]

    def choose(self, name: Name) -> None:
        """Choose a tab, as a click would."""
        self._button(name).click()

    def show_count(self, name: Name, count: int) -> None:
        """The number beside a tab's text; none for 0."""
        self._button(name).setText(f"{self._texts[name]}  {count:,}" if count else self._texts[name])

    def show_tab(self, name: Name, shown: bool) -> None:
        """Show or leave out a tab; the first is chosen in the place of one that goes."""
        self._button(name).setVisible(shown)
        if not shown and self.current == name:
            self.choose(self._names[0])

    def _button(self, name: Name) -> QPushButton:
        found = self._group.button(self._names.index(name))
        assert isinstance(found, QPushButton)
        return found

    def _on_clicked(self, at: int) -> None:
        self.chosen.emit(self._names[at])


class _Tab(QPushButton):
    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setObjectName("tab")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    # Qt overrides

    def sizeHint(self) -> QSize:
        """Room for the text in bold, so that choosing a tab moves none."""
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.Bold)
        return QSize(QFontMetrics(bold).horizontalAdvance(self.text()) + 20, 34)

    def minimumSizeHint(self) -> QSize:
        """A tab is never cut."""
        return self.sizeHint()
