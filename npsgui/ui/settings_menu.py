"""The menu of settings: the dialogs for all of the program, and the way out. Emits; the window decides."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from npsgui import __version__


class SettingsMenu(QMenu):
    """Asks for what is chosen in it."""

    settings_asked = Signal()
    alerts_asked = Signal()
    mini_asked = Signal()
    pause_chosen = Signal(bool)
    limits_asked = Signal()
    servers_asked = Signal()
    """To connect this computer to other servers, as their agent."""
    help_asked = Signal()
    tour_asked = Signal()
    quit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._add(self.tr("Settings…"), "Ctrl+,").triggered.connect(self.settings_asked)
        self._add(self.tr("Alerts…")).triggered.connect(self.alerts_asked)
        self._add(self.tr("Ports and limits of everything…")).triggered.connect(self.limits_asked)
        self._add(self.tr("Connect this computer to…")).triggered.connect(self.servers_asked)
        self.addSeparator()
        self._add(self.tr("Mini window")).triggered.connect(self.mini_asked)
        self.pause = self._add(self.tr("Pause all"))
        self.pause.setCheckable(True)
        self.pause.triggered.connect(self.pause_chosen)
        self.addSeparator()
        self._add(self.tr("Help"), "F1").triggered.connect(self.help_asked)
        self._add(self.tr("Tour of the window")).triggered.connect(self.tour_asked)
        self.addSeparator()
        self._add(self.tr("Quit"), "Ctrl+Q").triggered.connect(self.quit_asked)
        self.addSeparator()
        self.addAction(f"npsgui {__version__}").setEnabled(False)

    def lead_with(self, actions: Sequence[QAction]) -> None:
        """Put these above all others."""
        first = self.actions()[0]
        self.insertActions(first, actions)
        self.insertSeparator(first)

    def _add(self, text: str, key: str = "") -> QAction:
        action = self.addAction(text)
        # the window acts on the key: this one is for the menu to show
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setShortcut(key)
        return action
