"""A Program that runs in another process, as the window attached to it holds it.

Reads from what the service told last, at most a second ago; edits there. Closing it leaves the service alone.
"""

from __future__ import annotations

import contextlib
import inspect
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from npsgui.app import wire
from npsgui.app.outlook import Outlook
from npsgui.app.program import Program
from npsgui.app.remote_alerts import RemoteAlerts
from npsgui.app.remote_many import RemoteMany
from npsgui.app.tether import UNWATCHED_SECONDS, Tether
from npsgui.model.agents import AgentRow
from npsgui.model.configuration import Configuration
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import NotFound, NpsError
from npsgui.model.forecast import Forecast
from npsgui.model.views import ConnectionRow, FlowRow, Sample, Sentence, Steps, Usage
from npsgui.tasks import spawn

P = ParamSpec("P")
T = TypeVar("T")


def forwarded(
    function: Callable[Concatenate[Program, P], Awaitable[T]],
) -> Callable[Concatenate[RemoteProgram, P], Coroutine[Any, Any, T]]:
    """The same, done by the service. Raises what it raises there, and NpsError when the service ends."""
    name = next(name for name, known in wire.CALLS.items() if known is function)
    signature = inspect.signature(function)

    async def ask(self: RemoteProgram, /, *args: P.args, **kwargs: P.kwargs) -> T:
        _program, *given = signature.bind(self, *args, **kwargs).arguments.items()
        result: T = await self.line.call(name, dict(given))
        return result

    ask.__doc__ = function.__doc__
    return ask


class RemoteProgram(Tether):
    """The service on a data folder. ``open`` makes one."""

    def __init__(self, folder: Path, silence_seconds: float) -> None:
        super().__init__(folder, silence_seconds)
        self._outlook = Outlook(self.foresee)
        self.alerts = RemoteAlerts(lambda: self.line)
        self.many = RemoteMany(lambda: self.line)

    add = forwarded(Program.add)
    set = forwarded(Program.set)
    put = forwarded(Program.put)
    remove = forwarded(Program.remove)
    enable = forwarded(Program.enable)
    reset = forwarded(Program.reset)
    adjust = forwarded(Program.adjust)
    undo = forwarded(Program.undo)
    redo = forwarded(Program.redo)
    history = forwarded(Program.history)
    coverage = forwarded(Program.coverage)
    periods = forwarded(Program.periods)
    peers = forwarded(Program.peers)
    audit = forwarded(Program.audit)
    verify = forwarded(Program.verify)
    foresee = forwarded(Program.foresee)
    import_nps = forwarded(Program.import_nps)

    @property
    def configuration(self) -> Configuration:
        """What is in force there."""
        return self._shown.configuration

    @property
    def alternative(self) -> bool:
        """Whether the alternative limits are in force."""
        return self._shown.second.alternative

    def steps(self) -> Steps:
        """What ``undo`` and ``redo`` would do there."""
        return self._shown.second.steps

    def flows(self, kind: OwnerKind | None = None) -> list[FlowRow]:
        """The rows of all clients, tunnels and hosts, or of one kind; without the global owner."""
        return self._shown.flows(kind)

    def flow(self, owner: OwnerKey) -> FlowRow:
        """One owner's row. Raises NotFound."""
        row = self._shown.rows.get(owner)
        if row is None:
            raise NotFound("There is no {owner}.", owner=owner)
        return row

    def connections(self) -> list[ConnectionRow]:
        """The open sessions; from the second after the first call on, if nobody has called for some time."""
        if self._unwatched >= UNWATCHED_SECONDS:
            self.line.watch(True)
        self._unwatched = 0
        now = time.monotonic()
        return [row._replace(seconds=now - row.seconds) for row in self._shown.links.values()]

    def agents(self) -> list[AgentRow]:
        """The agents that are online, by client."""
        return self._shown.second.agents

    def bridge(self) -> Sentence | bool:
        """Whether agents can connect; why not, when they should and cannot."""
        return self._shown.second.bridge

    def live(self, owner: OwnerKey) -> list[Sample]:
        """The rates of the last five minutes; those from before it was attached come a moment later."""
        if owner not in self._earlier:
            self._earlier[owner] = []
            spawn(self._bring_earlier(owner), "earlier rates")
        return self._shown.samples(owner, self._earlier[owner])

    def today(self) -> Usage:
        """All bytes since local midnight."""
        return self._shown.second.today

    def forecast(self, owner: OwnerKey) -> Forecast | None:
        """What to expect of the running period; the first one comes a moment later. Raises NotFound."""
        return self._outlook.of(self.flow(owner), time.time())

    def close_connections(self, ids: Iterable[int]) -> int:
        """Close sessions; how many of them are known."""
        wanted = [*ids]
        spawn(self._close_connections(wanted), "close connections")
        return sum(id_ in self._shown.links for id_ in wanted)

    async def _close_connections(self, ids: list[int]) -> None:
        with contextlib.suppress(NpsError):  # the window is told that the service has ended
            await self.line.call("close_connections", {"ids": ids})

    async def _bring_earlier(self, owner: OwnerKey) -> None:
        with contextlib.suppress(NpsError):
            brought = await self.line.call("live", {"owner": owner})
            self._earlier[owner] = [Sample(*sample) for sample in brought]
