"""What the window does to the periods of owners: begins the next one, once the user has agreed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from npsgui.app.front import Front
from npsgui.model.entities import OwnerKey
from npsgui.ui.amounts import format_bytes
from npsgui.ui.confirm import ConfirmDialog
from npsgui.ui.sentences import Sentences


class PeriodCommands(QObject):
    """``start`` runs what waits for the user, and tells what failed."""

    def __init__(
        self,
        program: Front,
        sentences: Sentences,
        window: QWidget,
        start: Callable[[Coroutine[Any, Any, Any]], None],
    ) -> None:
        super().__init__(window)
        self._program = program
        self._sentences = sentences
        self._window = window
        self._start = start

    def reset(self, owner: OwnerKey) -> None:
        """Begin a new period of this owner now."""
        self._start(self._reset(owner))

    async def _reset(self, owner: OwnerKey) -> None:
        row = self._program.flow(owner)
        running = (await self._program.periods(owner))[-1]
        carried = format_bytes(running.inlet + running.export)
        ends = [self.tr("The running period ends with {amount} and is kept.").format(amount=carried)]
        if running.opening or running.top_up:
            ends.append(self.tr("Its opening balance and its top-up end with it."))
        if await ConfirmDialog(self._window).ask(
            self.tr("Reset {name}?").format(name=self._sentences.name(row.remark, owner)),
            self.tr("A new period begins now, and the quota counts from nothing. Ctrl+Z takes it back."),
            ends,
            self.tr("Reset"),
        ):
            await self._program.reset(owner)
