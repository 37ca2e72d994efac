"""A window's hold on a service: keeps what is shown up to date, and finds a service that has ended again."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Self

from npsgui.app import wire
from npsgui.app.line import GONE, SILENCE_SECONDS, Line
from npsgui.app.snapshot import Snapshot
from npsgui.model.entities import OwnerKey
from npsgui.model.errors import NpsError
from npsgui.model.events import ConfigurationChanged, Event, Events, LedgerHealthChanged, ServiceChanged
from npsgui.model.retention import AS_DESIGNED
from npsgui.model.views import LedgerHealth, Sample, Sentence
from npsgui.tasks import spawn

RETRY_SECONDS = 1.0
"""How often a service that has ended is looked for."""

UNWATCHED_SECONDS = 5
"""After so many seconds in which nobody asked for connections they are not sent any more."""

ENDED = Sentence(
    "The npsgui service that runs the tunnels has ended or does not answer. "
    "Once it runs again, it is shown here again."
)


class Tether:
    """The half of ``RemoteProgram`` that hears; the other half shows and asks."""

    def __init__(self, folder: Path, silence_seconds: float) -> None:
        self.folder = folder
        self._silence_seconds = silence_seconds
        self.events = Events()
        self.health = LedgerHealth()
        self.notes: tuple[Sentence, ...] = ()
        self.retention = AS_DESIGNED
        self.line: Line
        """To the service; another one once it was lost and is back."""
        self._shown = self._arriving = Snapshot()
        """What is read; and what a service that has just been found tells, until it has told all."""
        self._told = asyncio.Event()
        self._unwatched = 0
        self._earlier: dict[OwnerKey, list[Sample]] = {}
        """Of owners whose chart was looked at: what moved before we were attached."""
        self._coming_back: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, folder: Path, silence_seconds: float = SILENCE_SECONDS) -> Self:
        """Attach to what runs on a data folder; it has told all when this returns. Raises NpsError."""
        remote = cls(folder, silence_seconds)
        await remote._attach()
        return remote

    async def close(self) -> None:
        """Hang up; the service goes on."""
        if self._coming_back is not None:
            self._coming_back.cancel()
        self.line.close()

    async def _attach(self) -> None:
        self._arriving, self._earlier, self._unwatched = Snapshot(), {}, 0
        self._told.clear()
        self.line = await Line.open(self.folder, self._on_frame, self._on_lost, self._silence_seconds)
        await self._told.wait()
        if self.line.lost:
            raise NpsError(GONE)

    def _on_frame(self, frame: wire.Frame | wire.Welcome) -> None:
        if isinstance(frame, wire.Welcome):
            self.notes = frame.notes
            return
        self._arriving.apply(frame)
        if frame.second is not None:
            self._shown = self._arriving
        for name, event in frame.events:
            self._push(wire.unpacked(event, wire.EVENTS[name]))
        if frame.second is not None:
            self._on_second(frame.second)

    def _push(self, event: Event) -> None:
        if isinstance(event, LedgerHealthChanged):
            self.health = event.health
        self.events.push(event)

    def _on_second(self, second: wire.Second) -> None:
        self.retention = second.retention
        if self.health != second.health:
            self._push(LedgerHealthChanged(second.health))
        self._told.set()
        self._unwatched += 1
        if self._unwatched == UNWATCHED_SECONDS:
            self.line.watch(False)

    def _on_lost(self) -> None:
        waited_for, shown = not self._told.is_set(), self._shown
        self._told.set()
        if waited_for:
            return
        shown.stop()
        self.events.push(ServiceChanged(False, ENDED))
        self._coming_back = spawn(self._come_back(), "look for the service")

    async def _come_back(self) -> None:
        while self.line.lost:
            await asyncio.sleep(RETRY_SECONDS)
            with contextlib.suppress(NpsError):
                await self._attach()
        self.events.push(ServiceChanged(True, ENDED))
        self.events.push(ConfigurationChanged())
