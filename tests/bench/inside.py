"""A process: npsgui with its window open, as ``python -m npsgui`` opens it, with instruments inside.

Says when it has painted first; then answers each line on stdin with the ticks of a 16 ms timer since the
line before. A line ``ticks`` has the clients' chart redrawn from then on; ``ticks PAGE`` has that page shown.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from npsgui.__main__ import in_qt, run
from tests.bench.ticks import Ticks

REDRAWS = 10
"""How often the chart is redrawn while ticks are counted, 1/s."""


class Instruments(QObject):
    """Watches one Window."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._ticks = Ticks(16, self)
        self._redraw = QTimer(self, interval=1000 // REDRAWS)
        self._redraw.timeout.connect(self._on_redraw)
        self._ear = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._ear.activated.connect(self._on_line)
        app.installEventFilter(self)

    def _on_painted(self) -> None:
        tell(time.time())

    def _on_redraw(self) -> None:
        for window in filter(is_ours, self._app.topLevelWidgets()):
            vars(window)["pages"].clients.detail.refresh()

    def _on_line(self) -> None:
        line = sys.stdin.readline()
        if not line:
            self._ear.setEnabled(False)
            return
        words = json.loads(line).split()
        if len(words) > 1:
            self._redraw.stop()
            self._show_page(words[1])
        elif not self._redraw.isActive():
            self._redraw.start()
        tell(self._ticks.take())

    def _show_page(self, name: str) -> None:
        page = importlib.import_module("npsgui.ui.sidebar").Page[name]
        window: Any
        for window in filter(is_ours, self._app.topLevelWidgets()):
            window.show_page(page)

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and is_ours(watched):
            self._app.removeEventFilter(self)
            QTimer.singleShot(0, self._on_painted)
        return False


def is_ours(watched: QObject) -> bool:
    """Whether it is the window. Its class is not imported here: it would be loaded ahead of its time."""
    return type(watched).__name__ == "Window"


def tell(answer: object) -> None:
    """Say it to the bench."""
    print(json.dumps(answer), flush=True)


async def show(application: Any, app: QApplication, folder: Path) -> int:
    """The window, with instruments."""
    instruments = Instruments(app)
    try:
        return await run(application, app, folder)
    finally:
        instruments.deleteLater()


if __name__ == "__main__":
    sys.exit(in_qt(lambda application, app: show(application, app, Path(sys.argv[1]))))
