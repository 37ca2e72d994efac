"""What the window does to the owners that were selected: edits several at once, makes another of one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from npsgui.app.front import Front
from npsgui.app.keys import new_key
from npsgui.model.copying import copy_of
from npsgui.model.entities import Client, Host, OwnerKey, Tunnel
from npsgui.ui.client_dialog import ClientDialog
from npsgui.ui.host_dialog import HostDialog
from npsgui.ui.several_dialog import SeveralDialog
from npsgui.ui.theme import Theme
from npsgui.ui.tunnel_dialog import TunnelDialog

Work = Coroutine[Any, Any, Any]


class OwnerCommands(QObject):
    """``start`` runs what waits for the user, ``add`` shows what was made, ``edit`` asks for one alone."""

    def __init__(
        self,
        program: Front,
        theme: Theme,
        window: QWidget,
        start: Callable[[Work], None],
        add: Callable[[Coroutine[Any, Any, Client | Tunnel | Host | None]], Work],
        edit: Callable[[OwnerKey], None],
    ) -> None:
        super().__init__(window)
        self._program = program
        self._theme = theme
        self._window = window
        self._start = start
        self._add = add
        self._edit = edit

    def edit(self, owners: tuple[OwnerKey, ...]) -> None:
        """Ask for new values of an owner, or of several together."""
        if len(owners) == 1:
            self._edit(owners[0])
        else:
            self._start(self._edit_several(owners))

    def duplicate(self, owner: OwnerKey) -> None:
        """Ask for another that begins as this one is."""
        self._start(self._add(self._duplicate(owner)))

    async def _edit_several(self, owners: tuple[OwnerKey, ...]) -> None:
        await SeveralDialog(self._program, self._theme, owners, self._window).ask()

    async def _duplicate(self, owner: OwnerKey) -> Client | Tunnel | Host | None:
        configuration = self._program.configuration
        made = copy_of(configuration, configuration.find(owner), new_key())
        place = (self._program, self._theme, self._window)
        if isinstance(made, Client):
            return await ClientDialog(*place).ask(made)
        if isinstance(made, Tunnel):
            return await TunnelDialog(*place).ask(made)
        return await HostDialog(*place).ask(made)
