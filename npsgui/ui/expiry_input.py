"""When something expires: never, or at a moment of this computer's clock. Text in, text out, in UTC."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QTime, Signal
from PySide6.QtWidgets import QDateTimeEdit, QHBoxLayout, QWidget

from npsgui.model.units import format_time, parse_time
from npsgui.ui.inputs import Choice

NEVER, AT = "never", "at"
OFFERED_DAYS = 30
"""How far away the moment is that is offered first."""


class ExpiryInput(QWidget):
    """``never`` or a time, as ``model/words.py`` reads it."""

    changed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = text
        if text == NEVER:
            offered = QDateTime(QDateTime.currentDateTime().date().addDays(OFFERED_DAYS), QTime(0, 0))
        else:
            offered = QDateTime.fromSecsSinceEpoch(parse_time(text))
        choices = ((NEVER, self.tr("Never")), (AT, self.tr("At a time")))
        self.choice = Choice(NEVER if text == NEVER else AT, choices, self)
        self.moment = QDateTimeEdit(offered, self)
        self.moment.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.moment.lineEdit().setTextMargins(8, 0, 0, 0)
        self.moment.setVisible(text != NEVER)
        self.choice.changed.connect(self._on_changed)
        self.moment.dateTimeChanged.connect(self._on_changed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.choice)
        layout.addWidget(self.moment)
        layout.addStretch(1)
        self.setFocusProxy(self.choice)

    def text(self) -> str:
        """The moment, or ``never``."""
        return self._given

    def setAccessibleName(self, name: str) -> None:  # noqa: N802  # as Qt names it
        """Name both parts for a screen reader."""
        self.choice.setAccessibleName(name)
        self.moment.setAccessibleName(name)

    def _on_changed(self) -> None:
        expires = self.choice.text() == AT
        self.moment.setVisible(expires)
        self._given = format_time(self.moment.dateTime().toSecsSinceEpoch()) if expires else NEVER
        self.changed.emit()
