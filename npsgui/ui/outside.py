"""What is seen of the program besides its window: tray, mini window, notifications, the window's title."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

from npsgui.app.front import Front
from npsgui.app.notifications import Notifications
from npsgui.app.settings import Settings
from npsgui.model.entities import GLOBAL_KEY, OwnerKey
from npsgui.model.errors import NpsError
from npsgui.tasks import spawn
from npsgui.ui.alert_teller import AlertTeller
from npsgui.ui.amounts import rate
from npsgui.ui.closing import Closing
from npsgui.ui.mini_window import MiniWindow, stays_above
from npsgui.ui.pages import PAGES
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme
from npsgui.ui.tray import Tray
from npsgui.ui.window import Window

SECOND = 1000

MINI_SHOWN = "mini_shown"
"""Among the layouts: whether the mini window was there at the end."""

TRAY_SECONDS = 10
"""How long a tray is waited for while nothing is seen: at login the desktop is just starting, too."""


class Outside(QObject):
    """Lives as long as its window, and decides what closing that means."""

    def __init__(self, program: Front, theme: Theme, settings: Settings, window: Window) -> None:
        super().__init__(window)
        self._program, self._theme, self._settings, self._window = program, theme, settings, window
        self._sentences = Sentences(self)
        self._patience = TRAY_SECONDS
        self._mini: MiniWindow | None = None
        self.tray = Tray(self)
        self.closing = Closing(window, settings, lambda: self.tray.is_shown)
        self._teller = AlertTeller(program, settings, Notifications(), self.tray, window.notices, self)
        self._unfollow = settings.follow(self._on_setting)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._connect()

    def begin(self, *, hidden: bool = False) -> None:
        """Show the tray, the window unless it is ``hidden`` in it, and the mini window if it was there."""
        if not hidden:
            self._window.show()
        if self._settings.layout(MINI_SHOWN):
            self.show_mini()
        self._timer.start(SECOND)
        self.refresh()

    def close(self) -> None:
        """Take all of it away."""
        self._timer.stop()
        self._unfollow()
        self._teller.close()
        self._settings.keep_layout({MINI_SHOWN: self._mini is not None and self._mini.isVisible()})
        if self._mini is not None:
            self._mini.close()
            self._mini.deleteLater()
        self.tray.show(False)

    def show_mini(self) -> None:
        """Show the mini window, or close it if it is there."""
        if self._mini is None:
            self._mini = MiniWindow(self._program, self._theme, self._settings)
            self._mini.window_asked.connect(self._window.raise_window)
        if self._mini.isVisible():
            self._mini.close()
        else:
            self._mini.show()

    def refresh(self) -> None:
        """Once a second: pull what is shown."""
        self.tray.show(self._settings.is_on("tray"))
        if self.tray.is_shown or self._window.isVisible():
            self._patience = TRAY_SECONDS
        else:
            self._wait_for_tray()
        everything = self._program.configuration.everything
        self._window.menu.pause.setChecked(everything.paused)
        flow = self._program.flow(GLOBAL_KEY)
        rates = f"↓ {rate(flow.inlet_now)}   ↑ {rate(flow.export_now)}   "
        self._window.setWindowTitle((rates if self._settings.is_on("title_rates") else "") + "npsgui")
        if self.tray.is_shown:
            self.tray.show_flow(flow, everything)
        if self._mini is not None and self._mini.isVisible():
            self._mini.refresh()

    def _connect(self) -> None:
        self.tray.window_asked.connect(self._on_window_asked)
        self.tray.mini_asked.connect(self._on_mini_asked)
        self.tray.pause_chosen.connect(self._on_pause)
        self.tray.alternative_chosen.connect(self._window.commands.choose_alternative)
        self.tray.quit_asked.connect(self.closing.quit)
        self._window.quit_asked.connect(self.closing.quit)
        self._window.menu.mini_asked.connect(self._on_mini_asked)
        self._window.menu.pause_chosen.connect(self._on_pause)
        self._teller.open_asked.connect(self._on_owner_asked)

    def _wait_for_tray(self) -> None:
        self._patience -= 1
        if self._patience <= 0:
            self._window.show()
            self._window.notices.tell(self.tr("There is no tray to be hidden in: the window stays."))

    def _on_window_asked(self) -> None:
        if self._window.isVisible() and self._window.isActiveWindow():
            self._window.hide()
        else:
            self._window.raise_window()

    def _on_mini_asked(self) -> None:
        self.show_mini()
        if (
            self._mini is not None
            and self._mini.isVisible()
            and not stays_above(QGuiApplication.platformName())
        ):
            self._window.notices.tell(
                self.tr("On Wayland a window cannot put itself above the others: its title's menu may do it.")
            )

    def _on_owner_asked(self, owner: OwnerKey) -> None:
        self._window.raise_window()
        if owner.kind in PAGES:
            self._window.show_owner(owner)

    def _on_pause(self, wanted: bool) -> None:
        spawn(self._pause(wanted), "pause")

    async def _pause(self, wanted: bool) -> None:
        try:
            await self._program.set(GLOBAL_KEY, {"paused": "yes" if wanted else "no"})
        except NpsError as error:
            self._window.notices.tell(self._sentences.of(error))
        self.refresh()

    async def _on_setting(self, name: str) -> None:
        if name in ("tray", "title_rates"):
            self.refresh()
