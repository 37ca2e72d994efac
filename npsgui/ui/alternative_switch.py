"""Switches the alternative limits. It tells what is wanted, and shows what is in force."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QActionGroup, QContextMenuEvent, QFont, QFontMetrics
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from npsgui.model.entities import Alternative


class AlternativeMenu(QMenu):
    """Off, on, or by schedule."""

    chosen = Signal(object)
    """An Alternative."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Alternative limits"), parent)
        group = QActionGroup(self)
        texts = {
            Alternative.OFF: self.tr("Off"),
            Alternative.ON: self.tr("On"),
            Alternative.SCHEDULE: self.tr("By schedule"),
        }
        self._actions = {}
        for wanted, text in texts.items():
            action = self._actions[wanted] = self.addAction(text)
            action.setCheckable(True)
            action.setData(wanted)
            group.addAction(action)
        group.triggered.connect(lambda action: self.chosen.emit(action.data()))

    def show_wanted(self, wanted: Alternative) -> None:
        """Mark what is chosen now."""
        self._actions[wanted].setChecked(True)


class AlternativeSwitch(QPushButton):
    """A click turns the alternative limits on or off; its menu can leave that to the schedule."""

    chosen = Signal(object)
    """The Alternative that is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("flat")
        self.setCheckable(True)
        self._menu = AlternativeMenu(self)
        self._menu.chosen.connect(self.chosen)
        self.setToolTip(
            self.tr(
                "Click to switch between the usual and the alternative limits; right click for a schedule"
            )
        )
        self.setAccessibleName(self.tr("Alternative limits"))
        self.clicked.connect(self._on_clicked)

    def show_alternative(self, in_force: bool, wanted: Alternative) -> None:
        """Show which limits hold, and whether that goes by schedule."""
        text = self.tr("alternative limits") if in_force else self.tr("usual limits")
        if wanted is Alternative.SCHEDULE:
            text = self.tr("{limits}, by schedule").format(limits=text)
        self.setText(text)
        self.setChecked(in_force)
        self._menu.show_wanted(wanted)

    def _on_clicked(self, wanted: bool) -> None:
        self.chosen.emit(Alternative.ON if wanted else Alternative.OFF)

    # Qt overrides

    def sizeHint(self) -> QSize:
        """Room for the text in bold, in which it stands while they hold."""
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.Bold)
        return QSize(QFontMetrics(bold).horizontalAdvance(self.text()) + 20, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """It is never cut."""
        return self.sizeHint()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse, or by the menu key."""
        self._menu.popup(event.globalPos())
        event.accept()
