"""Runs the demo: fills an empty Program and keeps its targets and visitors alive.

Real are the sockets, tunnels, limits, counters and the ledger; made up are the people and what the owners
have carried before, which is an opening balance as of an import. History begins with the demo.
"""

from __future__ import annotations

import asyncio
import functools
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from npsgui.app.demo.household import CLIENTS, PLACES, Place
from npsgui.app.demo.traffic import Pause, Visitor, answer
from npsgui.app.instance import is_abandoned
from npsgui.app.program import Program
from npsgui.model.configuration import Configuration
from npsgui.model.entities import OwnerKey, Target, Tunnel
from npsgui.model.errors import BindFailed
from npsgui.model.flow import Flow
from npsgui.model.views import Sentence
from npsgui.relay.sockets import listen
from npsgui.tasks import spawn

HOME = "127.0.0.1"
PREFIX = "npsgui-demo-"

NOTE = Sentence(
    "This is the demo: the clients are made up, the traffic is real. All of it is thrown away when it closes."
)
"""What the window says at the start."""


@contextmanager
def throw_away_folder() -> Iterator[Path]:
    """A new data folder that is removed at the end; those of demos that were killed are removed first."""
    for left in Path(gettempdir()).glob(f"{PREFIX}*"):
        if is_abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class Demo:
    """The people around one Program. They go on until ``close``, which comes after the Program's."""

    def __init__(self, program: Program, pause: Pause) -> None:
        self.seen: Mapping[OwnerKey, Flow] = {place.tunnel.owner: Flow() for place in PLACES}
        """What has arrived: inlet at a tunnel's targets, export at its visitors."""
        self._program = program
        self._pause = pause
        self._servers: list[asyncio.Server] = []
        self._visitors: list[asyncio.Task[None]] = []
        self._serving: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, program: Program, pause: Pause = asyncio.sleep) -> Demo:
        """Give an empty Program its owners, their targets and visitors. Raises LedgerError."""
        demo = cls(program, pause)
        try:
            tunnels = [await demo._open_target(place) for place in PLACES]
            carried = {place.tunnel.owner: place.carried for place in PLACES}
            await program.adopt(lambda _nothing: (_configuration(tunnels), carried))
        except BaseException:
            await demo.close()
            raise
        demo._invite()
        return demo

    async def close(self) -> None:
        """Send the visitors home and close the targets."""
        for visitor in self._visitors:
            visitor.cancel()
        await asyncio.gather(*self._visitors, return_exceptions=True)
        for server in self._servers:
            server.close()
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _open_target(self, place: Place) -> Tunnel:
        """Listen as the target of a tunnel; the Tunnel that leads there, on a port that is free."""
        owner = place.tunnel.owner
        server = await asyncio.start_server(functools.partial(self._serve, owner), sock=listen(HOME, 0))
        self._servers.append(server)
        target = Target(HOME, server.sockets[0].getsockname()[1])
        return replace(place.tunnel, ports=(_free_port(place.tunnel.ports[0]),), targets=(target,))

    def _serve(self, owner: OwnerKey, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = spawn(answer(reader, writer, self.seen[owner]), f"target of {owner}")
        # even when it is cancelled before its first step
        serving.add_done_callback(lambda _: writer.transport.abort())
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    def _invite(self) -> None:
        number = 0
        for place in PLACES:
            owner = place.tunnel.owner
            for _ in range(place.habit.visitors):
                number += 1
                visitor = Visitor(
                    number, place.habit, functools.partial(self._port, owner), self.seen[owner], self._pause
                )
                self._visitors.append(spawn(visitor.live(), f"visitor of {owner}"))

    def _port(self, owner: OwnerKey) -> int | None:
        """Where a tunnel listens now: the user may have moved or removed it."""
        tunnel = self._program.configuration.tunnels.get(owner.id)
        return tunnel.ports[0] if tunnel is not None and tunnel.ports else None


def _configuration(tunnels: Sequence[Tunnel]) -> Configuration:
    return Configuration(
        clients={client.id: client for client in CLIENTS}, tunnels={tunnel.id: tunnel for tunnel in tunnels}
    )


def _free_port(wanted: int) -> int:
    """The port that is wanted, or another where it is taken."""
    try:
        probe = listen(HOME, wanted)
    except BindFailed:
        probe = listen(HOME, 0)
    with probe:
        return int(probe.getsockname()[1])
