"""Makes the Qt application and keeps the window open until the user, or a signal, ends it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence

from PySide6.QtCore import QBuffer, QLibraryInfo, QLocale, QObject, QProcess, Qt, QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QDialog

from npsgui.app.front import Front
from npsgui.app.servers import Servers
from npsgui.app.settings import Settings
from npsgui.app.vault import Keyring
from npsgui.model.units import Units
from npsgui.tasks import spawn
from npsgui.ui.amounts import show_in
from npsgui.ui.crash import CrashDialog, CrashWatch
from npsgui.ui.icons import app_icon
from npsgui.ui.loop import QtLoop
from npsgui.ui.outside import Outside
from npsgui.ui.recolouring import Recolouring
from npsgui.ui.style import font, put_on, style_sheet
from npsgui.ui.theme import Theme, ThemeMode
from npsgui.ui.translation import Translation
from npsgui.ui.window import Window

BETWEEN = 0.01
"""Between the making of a window and of its dialog, s: sessions go on, and the window is painted."""


def make_application(arguments: Sequence[str]) -> QApplication:
    """The one QApplication, in our style; it does not quit by itself with its last window."""
    app = QApplication(list(arguments))
    app.setApplicationName("npsgui")
    app.setDesktopFileName("npsgui")
    app.setStyle("Fusion")
    app.setFont(font())
    app.setWindowIcon(app_icon())
    # Qt has no need to look for its own icons in the themes of the desktop: 30 ms where one has no cache.
    QIcon.setThemeSearchPaths([":/icons"])
    app.setQuitOnLastWindowClosed(False)
    return app


def open_demo() -> bool:
    """Open the demo in a process, a window and a throw-away folder of its own; whether it began."""
    arguments = ["--demo"] if getattr(sys, "frozen", False) else ["-m", "npsgui", "--demo"]
    return QProcess.startDetached(sys.executable, arguments)[0]


def picture(app: QApplication) -> bytes:
    """The window as it looks now, as PNG."""
    window = next(found for found in app.topLevelWidgets() if isinstance(found, Window) and found.isVisible())
    buffer = QBuffer()
    window.grab().save(buffer, "PNG")
    return bytes(buffer.data().data())


async def run_window(
    app: QApplication,
    program: Front,
    settings: Settings,
    on_demo: Callable[[], bool] | None = None,
    *,
    hidden: bool = False,
) -> bool:
    """Show the window until it is closed, a signal comes or its display goes; then close the program.

    Another language is put in force by building the window anew. ``on_demo``: the user asks for the
    demo; whether it opens. ``hidden``: in the tray at first, where there is one. True: the user asks that
    the tunnels of a service that has ended run here. Raises LedgerError.
    """
    looks = Looks(app, settings)
    loop = asyncio.get_running_loop()
    watch = CrashWatch(app)
    watch.install(loop)
    ended = _ended(app, loop)
    window: Window | None = None
    again = run_here = False
    servers = Servers(settings.folder, Keyring())
    servers.start()
    try:
        while not ended.is_set():
            looks.speak()
            window = Window(program, looks.theme, settings, servers)
            turn = _Turn(window, settings, watch, ended, on_demo)
            outside = Outside(program, looks.theme, settings, window)
            outside.begin(hidden=hidden)
            hidden = False
            if again:
                await asyncio.sleep(BETWEEN)
                window.show_settings("language")
            again = await turn.over(outside)
            if again:
                window.deleteLater()
            run_here = turn.run_here
    finally:
        if window is not None:
            window.status.show_saving()
            window.hide()
        await servers.close()
        await program.close()
        if window is not None:
            window.deleteLater()
        looks.deleteLater()
    return run_here


def _ended(app: QApplication, loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    """Set once a signal tells the program to end, its display is gone, or its terminal without nohup."""
    ended = asyncio.Event()
    app.aboutToQuit.connect(ended.set)
    if isinstance(loop, QtLoop) and loop.alone:
        ended.set()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        try:
            loop.add_signal_handler(number, ended.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
    return ended


class _Turn(QObject):
    """One window's life: until the program ends, or another language wants another window."""

    def __init__(
        self,
        window: Window,
        settings: Settings,
        watch: CrashWatch,
        ended: asyncio.Event,
        on_demo: Callable[[], bool] | None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._ended = ended
        self._again = self._closed = False
        self.run_here = False
        """Whether the tunnels of a service that has ended are to run in this process."""
        self._over = asyncio.Event()
        window.closed.connect(self._on_closed)
        window.run_here_asked.connect(self._on_run_here)
        self._unfollow = settings.follow(self._on_setting)
        watch.crashed.connect(self._on_crash)
        self._open_demo = on_demo
        if on_demo is not None:
            window.demo_asked.connect(self._on_demo)
            window.offer_demo()

    async def over(self, outside: Outside) -> bool:
        """Wait for the end, also of what is ``outside``; True when another window is to follow."""
        waits = [spawn(event.wait(), "end of the window") for event in (self._ended, self._over)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self._unfollow()
        # who awaits an open dialog goes on, and does not meet it deleted
        for dialog in self._window.findChildren(QDialog):
            dialog.reject()
        outside.close()
        if not self._closed:
            outside.closing.quit()
        if not self._again:
            self._ended.set()
        return self._again

    def _on_closed(self) -> None:
        self._closed = True
        self._over.set()

    def _on_run_here(self) -> None:
        self.run_here = True
        self._over.set()

    async def _on_setting(self, name: str) -> None:
        if name == "language":
            self._again = True
            self._over.set()

    def _on_demo(self) -> None:
        if self._open_demo is not None and not self._open_demo():
            self._window.notices.tell(self.tr("The demo could not be started."))

    def _on_crash(self, report: str) -> None:
        CrashDialog(report, self._window).open()


class Looks(QObject):
    """The theme and the language in force, as the settings and the system want them."""

    def __init__(self, app: QApplication, settings: Settings) -> None:
        super().__init__(app)
        self._app = app
        self._settings = settings
        self._translators: list[QTranslator] = []
        self.theme = Theme(self._wants_dark(), self)
        self._recolouring = Recolouring(app, self)
        self.theme.changed.connect(self._paint)
        app.styleHints().colorSchemeChanged.connect(self.dress)
        settings.follow(self._on_setting)
        self._measure()
        app.setStyleSheet(style_sheet())
        put_on(app, self.theme.colors)

    def dress(self) -> None:
        """Put the wanted theme in force."""
        self.theme.set_dark(self._wants_dark())

    def speak(self) -> None:
        """Put the wanted language in force, for windows made from now on; Qt's own texts, too."""
        for translator in self._translators:
            self._app.removeTranslator(translator)
        wanted = self._settings["language"]
        locale = QLocale.system() if wanted == "system" else QLocale(wanted)
        QLocale.setDefault(locale)
        ours = Translation(locale.name(), self)
        qts = QTranslator(self)
        qts.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        self._translators = [one for one in (ours, qts) if not one.isEmpty()]
        for translator in self._translators:
            self._app.installTranslator(translator)

    async def _on_setting(self, name: str) -> None:
        if name == "theme":
            self.dress()
        elif name == "units":
            self._measure()
            self.theme.changed.emit()

    def _measure(self) -> None:
        """Tell amounts in the wanted units, wherever they are painted from now on."""
        wanted = self._settings["units"]
        show_in(Units(wanted) if wanted in list(Units) else Units.IEC)

    def _wants_dark(self) -> bool:
        wanted = self._settings["theme"]
        if wanted == ThemeMode.SYSTEM:
            return self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return wanted == ThemeMode.DARK

    def _paint(self) -> None:
        put_on(self._app, self.theme.colors)
        self._recolouring.begin()
