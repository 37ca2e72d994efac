"""A precise Qt timer that notes how late it comes: how long the window would have stood still."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer


class Ticks(QObject):
    """Ticks every ``period`` ms."""

    def __init__(self, period: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=period, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()
        self._gaps: list[float] = []
        self._last = time.perf_counter()

    def take(self) -> list[float]:
        """The times from tick to tick, ms, since the last call."""
        gaps, self._gaps = self._gaps, []
        return gaps

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self._gaps.append((now - self._last) * 1000)
        self._last = now
