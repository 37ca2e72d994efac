"""The menu of settings: theme, language, limits of everything, quit. Emits; the window decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from npsgui import __version__
from npsgui.app.settings import Settings
from npsgui.ui.theme import ThemeMode


class SettingsMenu(QMenu):
    """Writes the theme and the language into the settings as they are chosen, then tells."""

    theme_chosen = Signal(str)
    language_chosen = Signal(str)
    limits_asked = Signal()
    servers_asked = Signal()
    """To connect this computer to other servers, as their agent."""
    quit_asked = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._choice(
            self.tr("Theme"),
            "theme",
            {
                ThemeMode.SYSTEM: self.tr("As the system"),
                ThemeMode.LIGHT: self.tr("Light"),
                ThemeMode.DARK: self.tr("Dark"),
            },
            self.theme_chosen.emit,
        )
        self._choice(
            self.tr("Language"),
            "language",
            {"system": self.tr("As the system"), "en": "English", "zh_CN": "简体中文"},
            self.language_chosen.emit,
        )
        self.addSeparator()
        self.addAction(self.tr("Ports and limits of everything…")).triggered.connect(self.limits_asked)
        self.addAction(self.tr("Connect this computer to…")).triggered.connect(self.servers_asked)
        self.addSeparator()
        leave = self.addAction(self.tr("Quit"))
        # the window acts on the key: this one is for the menu to show
        leave.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        leave.setShortcut("Ctrl+Q")
        leave.triggered.connect(self.quit_asked)
        self.addSeparator()
        self.addAction(f"npsgui {__version__}").setEnabled(False)

    def lead_with(self, actions: Sequence[QAction]) -> None:
        """Put these above all others."""
        first = self.actions()[0]
        self.insertActions(first, actions)
        self.insertSeparator(first)

    def _choice(
        self, title: str, setting: str, values: Mapping[str, str], chosen: Callable[[str], None]
    ) -> None:
        menu = self.addMenu(title)
        group = QActionGroup(menu)
        for value, text in values.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(self._settings[setting] == value)
            action.setData(value)
            group.addAction(action)

        def choose() -> None:
            value = str(group.checkedAction().data())
            self._settings[setting] = value
            chosen(value)

        group.triggered.connect(choose)
