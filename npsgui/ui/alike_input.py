"""A value that several owners have, each its own: left so, or made one for all. Text in, text out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from npsgui.ui.inputs import Choice, Input

SEVERAL = "several"
"""What stands for values that differ: no value of the model's."""
_ALIKE = "alike"


class AlikeInput(QWidget):
    """``SEVERAL`` until one for all is wanted; that is edited in what ``make`` gives, shown only then."""

    changed = Signal()

    def __init__(
        self, make: Callable[[str, QWidget], Input], offered: str, parent: QWidget | None = None
    ) -> None:
        """``offered``: the value that stands there first."""
        super().__init__(parent)
        choices = ((SEVERAL, self.tr("several values")), (_ALIKE, self.tr("The same for all")))
        self.choice = Choice(SEVERAL, choices, self)
        self.inner = make(offered, self)
        assert isinstance(self.inner, QWidget)
        self.inner.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addWidget(self.choice)
        rows.addWidget(self.inner)
        self.setFocusProxy(self.choice)
        self.choice.changed.connect(self._on_chosen)
        self.inner.changed.connect(self.changed)

    def text(self) -> str:
        """What the model is to read, or ``SEVERAL``."""
        return SEVERAL if self.choice.text() == SEVERAL else self.inner.text()

    def setAccessibleName(self, name: str) -> None:  # noqa: N802  # as Qt names it
        """Name both parts for a screen reader."""
        self.choice.setAccessibleName(name)
        self.inner.setAccessibleName(name)

    def _on_chosen(self) -> None:
        assert isinstance(self.inner, QWidget)
        self.inner.setVisible(self.choice.text() != SEVERAL)
        self.changed.emit()
