"""A process: npsgui with its window open, as ``python -m npsgui`` opens it, with instruments inside.

Says when it has painted first; then answers each line on stdin with the ticks of a 16 ms timer since the
line before.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from npsgui.app.control import ControlServer
from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.ui.application import make_application, run_window
from npsgui.ui.loop import new_event_loop
from npsgui.ui.window import Window
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
        for window in self._app.topLevelWidgets():
            if isinstance(window, Window):
                window.pages.clients.detail.refresh()

    def _on_line(self) -> None:
        if not sys.stdin.readline():
            self._ear.setEnabled(False)
            return
        if not self._redraw.isActive():
            self._redraw.start()
        tell(self._ticks.take())

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, Window):
            self._app.removeEventFilter(self)
            QTimer.singleShot(0, self._on_painted)
        return False


def tell(answer: object) -> None:
    """Say it to the bench."""
    print(json.dumps(answer), flush=True)


async def show(app: QApplication, folder: Path) -> None:
    """As ``npsgui.__main__`` does it."""
    program = await Program.open(folder)
    control = ControlServer(program)
    await control.start()
    gc.collect()
    gc.freeze()
    try:
        await run_window(app, program, Settings(folder))
    finally:
        await control.close()


if __name__ == "__main__":
    made = make_application(sys.argv[:1])
    instruments = Instruments(made)
    with asyncio.Runner(loop_factory=lambda: new_event_loop(made)) as runner:
        runner.run(show(made, Path(sys.argv[1])))
