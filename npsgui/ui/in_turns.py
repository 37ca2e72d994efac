"""Long work of the window, a step in each turn of Qt's loop: sessions and the painting go on in between."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer

_DONE = object()


class InTurns(QObject):
    """One work at a time; each ``yield`` of it ends a step."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: Iterator[None] = iter(())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)

    def begin(self, work: Iterator[None]) -> None:
        """Take the first step of ``work`` now; what is left of the work before it is dropped."""
        self._work = work
        self._step()

    def finish(self) -> None:
        """Take all steps that are left now."""
        for _ in self._work:
            pass

    def _step(self) -> None:
        work = self._work
        done = next(work, _DONE) is _DONE
        if work is not self._work:
            return  # the step has begun another work
        if done:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
