"""What closing the window means where there is a tray: asked once, and remembered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from npsgui.app.settings import Settings
from npsgui.tasks import spawn
from npsgui.ui.dialog_parts import button, column_in, default_button, row_of, title_label

SETTING = "close_to_tray"
ASK, KEEP, QUIT = "ask", "yes", "no"


class Closing(QObject):
    """Stands between the window and its close button, and lets through what is to end the program."""

    def __init__(self, window: QWidget, settings: Settings, has_tray: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window, self._settings, self._has_tray = window, settings, has_tray
        self._quitting = False
        self._dialog: CloseDialog | None = None
        window.installEventFilter(self)

    def quit(self) -> None:
        """Close the window for good."""
        self._quitting = True
        self._window.close()

    def _ask(self) -> None:
        if self._dialog is None:
            self._window.show()
            self._dialog = CloseDialog(self._window)
            self._dialog.finished.connect(self._on_answered)
            self._dialog.open()

    def _on_answered(self, result: int) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is None or result == QDialog.DialogCode.Rejected:
            return
        wanted = KEEP if dialog.keeps else QUIT
        spawn(self._settings.choose(SETTING, wanted), "close to tray")
        if wanted == KEEP:
            self._window.hide()
        else:
            self.quit()

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide the window, or ask, instead of closing it."""
        if event.type() is not QEvent.Type.Close or self._quitting or not self._has_tray():
            return False
        wanted = self._settings[SETTING]
        if wanted == QUIT:
            return False
        event.ignore()
        if wanted == KEEP:
            self._window.hide()
        else:
            self._ask()
        return True


class CloseDialog(QDialog):
    """Whether npsgui goes on in the tray. Rejected: the window stays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keeps = False
        self.setMinimumWidth(440)
        self.setWindowTitle(self.tr("Keep npsgui in the tray?"))
        head = title_label(self.windowTitle(), self)
        text = QLabel(
            self.tr("There it goes on and tells you of alerts. A click on its icon brings this window back."),
            self,
        )
        text.setWordWrap(True)
        hint = QLabel(self.tr("The answer is remembered; the settings can change it."), self)
        hint.setObjectName("hint")
        self.leave = button(self.tr("Quit"), self, self.accept)
        self.keep = default_button(self.tr("Keep in the tray"), self, self._on_keep)
        layout = column_in(self, 8)
        for line in (head, text, hint):
            layout.addWidget(line)
        layout.addSpacing(12)
        layout.addLayout(row_of(self.leave, self.keep))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.keep.setFocus()

    def _on_keep(self) -> None:
        self.keeps = True
        self.accept()
