"""The icon in the tray: rates, pause, alternative limits, the way to the windows and out. Edits nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from npsgui.model.entities import Everything
from npsgui.model.views import FlowRow
from npsgui.ui.alternative_switch import AlternativeMenu
from npsgui.ui.amounts import rate
from npsgui.ui.icons import app_icon


class Tray(QObject):
    """Shown while it is wanted and the desktop has a tray."""

    window_asked = Signal()
    mini_asked = Signal()
    pause_chosen = Signal(bool)
    alternative_chosen = Signal(object)
    """The Alternative that is wanted."""
    quit_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clicked: Callable[[], None] | None = None
        self._faint = False
        self.menu = QMenu()
        self.rates = self._action("")
        self.rates.setEnabled(False)
        self.menu.addSeparator()
        self.open = self._action(self.tr("Open npsgui"))
        self.menu.setDefaultAction(self.open)
        self.mini = self._action(self.tr("Mini window"))
        self.menu.addSeparator()
        self.pause = self._action(self.tr("Pause all"))
        self.pause.setCheckable(True)
        self.alternative = AlternativeMenu(self.menu)
        self.menu.addMenu(self.alternative)
        self.menu.addSeparator()
        self.quit = self._action(self.tr("Quit"))
        self.icon = QSystemTrayIcon(app_icon(), self)
        self.icon.setContextMenu(self.menu)
        self._connect()

    @property
    def is_shown(self) -> bool:
        """Whether the user can see it."""
        return self.icon.isVisible() and QSystemTrayIcon.isSystemTrayAvailable()

    def show(self, wanted: bool = True) -> None:
        """Show it, where there is a tray by now, or take it away."""
        self.icon.setVisible(wanted and QSystemTrayIcon.isSystemTrayAvailable())

    def show_flow(self, row: FlowRow, everything: Everything) -> None:
        """The numbers of this second, and what is in force."""
        rates = f"↓ {rate(row.inlet_now)}   ↑ {rate(row.export_now)}"
        count = self.tr("connections: {count}").format(count=row.connections)
        lines = ["npsgui", rates, count]
        if everything.paused:
            lines.append(self.tr("paused"))
        self.rates.setText(rates)
        if self.icon.toolTip() != "\n".join(lines):
            self.icon.setToolTip("\n".join(lines))
        self.pause.setChecked(everything.paused)
        if self._faint is not everything.paused:
            self._faint = everything.paused
            self.icon.setIcon(_faint(app_icon()) if self._faint else app_icon())
        self.alternative.show_wanted(everything.alternative)

    def tell(self, title: str, text: str, clicked: Callable[[], None]) -> bool:
        """Show a message, whose only action is a click on it; False: there is nothing to show it."""
        if not (self.is_shown and QSystemTrayIcon.supportsMessages()):
            return False
        self._clicked = clicked
        self.icon.showMessage(title, text, app_icon())
        return True

    def _action(self, text: str) -> QAction:
        return self.menu.addAction(text)

    def _connect(self) -> None:
        self.open.triggered.connect(self.window_asked)
        self.mini.triggered.connect(self.mini_asked)
        self.pause.triggered.connect(self.pause_chosen)
        self.alternative.chosen.connect(self.alternative_chosen)
        self.quit.triggered.connect(self.quit_asked)
        self.icon.activated.connect(self._on_activated)
        self.icon.messageClicked.connect(self._on_message_clicked)
        self.destroyed.connect(self.menu.deleteLater)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.window_asked.emit()

    def _on_message_clicked(self) -> None:
        if self._clicked is not None:
            self._clicked()


def _faint(icon: QIcon) -> QIcon:
    """The same as it looks where it cannot be used."""
    return QIcon(icon.pixmap(64, 64, QIcon.Mode.Disabled))
