"""What explains the window: its help at the page in sight, and the tour."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow, QWidget

from npsgui.app.settings import Settings
from npsgui.ui.help_dialog import TOPICS, show_help
from npsgui.ui.sidebar import Page
from npsgui.ui.tour import Stop, Tour

TOURED = "toured"
"""The name in the kept layout that says that the tour was offered."""


class Guide(QObject):
    """Knows what is where in a window."""

    def __init__(
        self, window: QMainWindow, settings: Settings, sidebar: QWidget, pages: QWidget, status: QWidget
    ) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._tour: Tour | None = None
        self._stops = (
            Stop(
                sidebar,
                self.tr("The way around"),
                self.tr(
                    "Pages with their counts, Ctrl+1 to Ctrl+6; beneath them filters for the rows that are "
                    "shown. Ctrl+F searches, Ctrl+N adds, Ctrl+, opens the settings."
                ),
            ),
            Stop(
                pages,
                self.tr("Rows, and what is behind them"),
                self.tr(
                    "Choose a row: beneath it stand its traffic, connections, limits and events. Enter "
                    "edits, a right click offers all that can be done, Ctrl+Z takes it back."
                ),
            ),
            Stop(
                status,
                self.tr("Always in sight"),
                self.tr(
                    "Whether tunnels run and the ledger is up to date; both rates, where a click sets their "
                    "limits. F1 explains the page that you are at."
                ),
            ),
        )

    def help(self, page: Page) -> None:
        """Open the help at a page."""
        show_help(TOPICS[page], self._window)

    def tour(self) -> None:
        """Begin the tour."""
        if self._tour is None:
            self._tour = Tour(self._stops, self._window)
            self._tour.ended.connect(self._on_ended)

    def tour_once(self) -> None:
        """Begin the tour, if it was never begun by itself on this folder."""
        if not self._settings.layout(TOURED):
            self._settings.keep_layout({TOURED: True})
            self.tour()

    def _on_ended(self) -> None:
        self._tour = None
