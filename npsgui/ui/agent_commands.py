"""What the window can do about agents: show how one is connected, connect this computer elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from npsgui.app.front import Front
from npsgui.app.servers import Servers
from npsgui.ui.connect_dialog import ConnectDialog
from npsgui.ui.limits_dialog import LimitsDialog
from npsgui.ui.sentences import Sentences
from npsgui.ui.servers_dialog import ServersDialog
from npsgui.ui.theme import Theme


class AgentCommands(QObject):
    """``start`` runs what waits for the user, and tells what failed."""

    def __init__(
        self,
        program: Front,
        theme: Theme,
        window: QWidget,
        start: Callable[[Coroutine[Any, Any, Any]], None],
        servers: Servers,
    ) -> None:
        super().__init__(window)
        self._program = program
        self._theme = theme
        self._window = window
        self._start = start
        self._servers = servers

    def connect_agent(self, client: int) -> None:
        """Show how an agent is connected for a client."""
        configuration = self._program.configuration
        found = configuration.clients.get(client)
        if found is not None:
            dialog = ConnectDialog(found, configuration.everything, self._window)
            dialog.finished.connect(dialog.deleteLater)
            dialog.port_asked.connect(partial(self._on_port, dialog, client))
            dialog.open()

    def connect_this_computer(self) -> None:
        """Show the servers that this computer is an agent of."""
        dialog = ServersDialog(self._servers, Sentences(self), self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_port(self, dialog: ConnectDialog, client: int) -> None:
        dialog.reject()
        self._start(self._set_port(client))

    async def _set_port(self, client: int) -> None:
        dialog = LimitsDialog(self._program, self._theme, self._window, "bridge_port")
        if await dialog.ask() is not None:
            self.connect_agent(client)
