"""What the window can do to the program: asks where it must, does it, tells what failed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from npsgui.app.front import Front
from npsgui.app.servers import Servers
from npsgui.model.entities import GLOBAL_KEY, Alternative, Client, Host, OwnerKey, Tunnel
from npsgui.model.errors import NpsError
from npsgui.tasks import spawn
from npsgui.ui.agent_commands import AgentCommands
from npsgui.ui.client_dialog import ClientDialog
from npsgui.ui.host_dialog import HostDialog
from npsgui.ui.import_dialog import FolderDialog, ImportReport
from npsgui.ui.limits_dialog import LimitsDialog
from npsgui.ui.owner_commands import OwnerCommands
from npsgui.ui.period_commands import PeriodCommands
from npsgui.ui.removal import Removal
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme
from npsgui.ui.tunnel_dialog import TunnelDialog
from npsgui.ui.visitor_commands import VisitorCommands


class Commands(QObject):
    """Each public method starts its command and returns; ``tell`` shows what failed, ``done`` comes after."""

    added = Signal(object)
    """The OwnerKey of a client, tunnel or host that was made or put back."""

    def __init__(
        self,
        program: Front,
        theme: Theme,
        sentences: Sentences,
        window: QWidget,
        tell: Callable[[str], None],
        done: Callable[[], None],
        servers: Servers,
    ) -> None:
        super().__init__(window)
        self._program = program
        self._theme = theme
        self._sentences = sentences
        self._window = window
        self.tell = tell
        """Shows the user a sentence."""
        self._done = done
        self._removal = Removal(program, sentences, window)
        self._visitors = VisitorCommands(program, window, tell)
        self.agents = AgentCommands(program, theme, window, self._start, servers)
        self.owners = OwnerCommands(program, theme, window, self._start, self._add, self.edit)
        self.periods = PeriodCommands(program, sentences, window, self._start)

    def new_client(self) -> None:
        """Ask for a new client."""
        self._start(self._add(ClientDialog(self._program, self._theme, self._window).ask(None)))

    def new_tunnel(self, client: int | None = None) -> None:
        """Ask for a new tunnel, of this client where one is given."""
        self._start(self._add(TunnelDialog(self._program, self._theme, self._window).ask(None, client)))

    def new_host(self, client: int | None = None) -> None:
        """Ask for a new host, of this client where one is given."""
        self._start(self._add(HostDialog(self._program, self._theme, self._window).ask(None, client)))

    def edit(self, owner: OwnerKey, at: str = "") -> None:
        """Ask for the new values of an owner, where one is given at this word of its dialog."""
        self._start(self._edit(owner, at))

    def import_nps(self) -> None:
        """Ask for NPS's conf folder, take what is in it and show what came of it."""
        self._start(self._import_nps())

    def edit_limits(self) -> None:
        """Ask for the limits of everything together."""
        self._start(LimitsDialog(self._program, self._theme, self._window).ask())

    def choose_alternative(self, wanted: Alternative) -> None:
        """Turn the alternative limits on or off, or leave that to the schedule."""
        self._start(self._program.set(GLOBAL_KEY, {"alternative": wanted}))

    def undo(self, *, again: bool = False) -> None:
        """Take back what was done last, or do it ``again``, and show whom it was about."""
        self._start(self._step(self._program.redo() if again else self._program.undo()))

    def remove(self, owners: tuple[OwnerKey, ...]) -> None:
        """Remove these owners, once the user has agreed to what it costs."""
        self._start(self._remove(owners))

    def enable(self, owners: tuple[OwnerKey, ...], wanted: bool) -> None:
        """Start or stop these owners."""
        self._start(self._program.many.enable(owners, wanted))

    def close_connections(self, ids: tuple[int, ...]) -> None:
        """Close these sessions; many only once the user has agreed."""
        self._start(self._visitors.close(ids))

    def block(self, peers: tuple[str, ...]) -> None:
        """Let these addresses in nowhere any more, and close what they have open."""
        self._start(self._visitors.block(peers))

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        spawn(self._run(work), "command")

    async def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except NpsError as error:
            self.tell(self._sentences.of(error))
        self._done()

    async def _edit(self, owner: OwnerKey, at: str) -> None:
        found = self._program.configuration.find(owner)
        place = (self._program, self._theme, self._window, at)
        if isinstance(found, Client):
            await ClientDialog(*place).ask(found)
        elif isinstance(found, Tunnel):
            await TunnelDialog(*place).ask(found)
        elif isinstance(found, Host):
            await HostDialog(*place).ask(found)
        else:
            await LimitsDialog(*place).ask()

    async def _add(self, asked: Coroutine[Any, Any, Client | Tunnel | Host | None]) -> None:
        added = await asked
        if added is not None:
            self.added.emit(added.owner)

    async def _step(self, work: Coroutine[Any, Any, OwnerKey]) -> None:
        owner = await work
        there = {found.owner for found in self._program.configuration.of_kind(owner.kind)}
        if owner in there:
            self.added.emit(owner)

    async def _remove(self, owners: tuple[OwnerKey, ...]) -> None:
        if await self._removal.is_wanted(owners):
            await self._program.many.remove(owners)

    async def _import_nps(self) -> None:
        folder = await FolderDialog(self._window).ask()
        if folder is not None:
            said = await self._program.import_nps(folder)
            ImportReport([self._sentences.of(sentence) for sentence in said], self._window).open()
