"""What the window does to visitors: closes their connections, lets them in no more."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from npsgui.app.front import Front
from npsgui.model.entities import GLOBAL_KEY
from npsgui.ui.confirm import ConfirmDialog


class VisitorCommands(QObject):
    """Acts on whom it is given: who was selected when the user clicked, whatever the table shows by now."""

    def __init__(self, program: Front, window: QWidget, tell: Callable[[str], None]) -> None:
        super().__init__(window)
        self._program = program
        self._window = window
        self._tell = tell

    async def close(self, ids: tuple[int, ...]) -> None:
        """Close these sessions; many only once the user has agreed."""
        if len(ids) == 1 or await ConfirmDialog(self._window).ask(
            self.tr("Close {count} connections?").format(count=len(ids)),
            self.tr("Their visitors are cut off at once; they may connect again."),
            [],
            self.tr("Close"),
        ):
            self._program.close_connections(ids)

    async def block(self, peers: tuple[str, ...]) -> None:
        """Let these addresses in nowhere any more; what they have open is closed. Raises NpsError."""
        blocked = self._program.configuration.everything.limits.blocked
        await self._program.set(GLOBAL_KEY, {"blocked": ",".join((*blocked, *peers))})
        self._tell(self.tr("Blocked everywhere: {peers}. Ctrl+Z undoes it.").format(peers=", ".join(peers)))
