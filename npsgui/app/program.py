"""The program without a face: what the window, the command line and the control socket hold."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from npsgui.app.alerts import Alerts
from npsgui.app.beat import keep_beat
from npsgui.app.desk import Adoption
from npsgui.app.engine import Engine
from npsgui.app.instance import InstanceLock
from npsgui.app.keys import new_key
from npsgui.app.many import Many
from npsgui.app.nps_conf.exchange import import_nps
from npsgui.app.periods import Periods
from npsgui.app.readings import Readings
from npsgui.app.settings import Settings
from npsgui.app.undo import UndoStack
from npsgui.ledger.ledger import Ledger
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Host, Owner, OwnerKey, OwnerKind, Tunnel
from npsgui.model.errors import NotFound, NpsError
from npsgui.model.events import LedgerHealthChanged
from npsgui.model.gate import Cause
from npsgui.model.rules import check
from npsgui.model.views import LedgerHealth, Sentence, Steps
from npsgui.model.words import edited
from npsgui.tasks import spawn

log = logging.getLogger(__name__)


class Program(Readings):
    """Runs the tunnels, keeps the books, takes edits. Everything runs on the loop that opened it."""

    def __init__(self, ledger: Ledger, lock: InstanceLock, settings: Settings, *, relay: bool) -> None:
        super().__init__(ledger, settings, relay=relay)
        self._lock = lock
        self._undo = UndoStack(self._desk, self._periods)
        self.many = Many(self._undo)
        self.alerts = Alerts(self, settings, lambda key: self._periods.running(key).start)
        self._beat: asyncio.Task[None] | None = None
        settings.follow(partial(_retain, self))
        self.turned = asyncio.Event()
        """Set when the running second's counters and rates are there; every second has its own."""

    @classmethod
    async def open(cls, folder: Path, *, relay: bool = True, ledger: str = "") -> Program:
        """Open a data folder; every enabled listener is open or has failed when it returns.

        Without ``relay`` nothing listens: for edits and reports while no npsgui runs. ``ledger``: the URL of
        a ledger elsewhere, before the one in the settings. Raises LedgerError, and AlreadyRunning when
        another npsgui holds the folder.
        """
        lock = InstanceLock.acquire(folder)
        program: Program | None = None
        books: Ledger | None = None

        def on_health(health: LedgerHealth) -> None:
            if program is not None:
                program.health = health
                program.events.push(LedgerHealthChanged(health))

        try:
            settings = Settings(folder)
            place = ledger or settings["ledger"] or folder
            books = await Ledger.open(place, on_health, settings.retention, settings["node"])
            program = cls(books, lock, settings, relay=relay)
            await program._books.begin_day(time.time())
            await program._periods.turn(time.time())
        except BaseException:
            try:
                if books is not None:
                    await books.close()
            finally:
                lock.release()
            raise
        if program._engine is not None:
            program._auditor.begin()
            program.alerts.begin()
            program._engine.apply(program.configuration)
            program._guests.dismiss_all()
            program._beat = spawn(keep_beat(partial(program._turn, program._engine)), "seconds")
        return program

    async def add(self, kind: OwnerKind, values: Mapping[str, str]) -> Owner:
        """Add an owner from the words of the command line. Raises FieldError, LedgerError."""
        added: list[Owner] = []

        def change(configuration: Configuration) -> Configuration:
            owner = edited(_blank(kind, configuration), values)
            check(configuration, owner)
            added.append(owner)
            return configuration.with_owner(owner)

        await self._undo.edit(change)
        return added[0]

    async def set(self, owner: OwnerKey, values: Mapping[str, str]) -> Owner:
        """Edit an owner with the words of the command line. Raises NotFound, FieldError, LedgerError."""

        def change(configuration: Configuration) -> Configuration:
            wanted = edited(configuration.find(owner), values)
            check(configuration, wanted)
            return configuration.with_owner(wanted)

        await self._undo.edit(change)
        return self.configuration.find(owner)

    async def put(self, owner: Owner) -> None:
        """Add an owner, or put it in the place of the one with its key. Raises FieldError, LedgerError."""

        def change(configuration: Configuration) -> Configuration:
            check(configuration, owner)
            return configuration.with_owner(owner)

        await self._undo.edit(change)

    async def remove(self, owner: OwnerKey) -> None:
        """Remove an owner, and a client's tunnels with it; the ledger keeps their bytes. Raises NotFound."""
        await self._undo.edit(lambda configuration: configuration.without(owner))

    async def enable(self, owner: OwnerKey, wanted: bool) -> None:
        """Start or stop a client, tunnel or host. Raises NotFound, LedgerError."""

        def change(configuration: Configuration) -> Configuration:
            found = configuration.find(owner)
            if isinstance(found, Everything):
                raise NotFound("Only clients, tunnels and hosts are started and stopped.")
            return configuration.with_owner(replace(found, enabled=wanted))

        await self._undo.edit(change)

    async def reset(self, owner: OwnerKey) -> None:
        """Begin a new period: its quota counts from nothing again. Raises NotFound, LedgerError."""
        await self._undo.reset(owner)

    async def adjust(self, owner: OwnerKey, *, opening: int | None = None, top_up: int | None = None) -> None:
        """Say what the running period has used elsewhere, or what tops its quota up; None leaves it, bytes.

        Raises NotFound, LedgerError.
        """
        await self._undo.adjust(owner, opening, top_up)

    def steps(self) -> Steps:
        """What ``undo`` and ``redo`` would do."""
        return self._undo.steps()

    async def undo(self) -> OwnerKey:
        """Take back the last edit, reset or adjustment; whom it was about.

        Removed owners come back with all they carried. Raises NpsError: then nothing has changed.
        """
        return await self._undo.undo()

    async def redo(self) -> OwnerKey:
        """Do again what was taken back last; whom it is about. Raises NpsError: then nothing has changed."""
        return await self._undo.redo()

    async def adopt(self, change: Adoption) -> None:
        """Put in force what ``change`` makes of the Configuration, with what new tunnels and hosts carried.

        Raises what ``change`` raises, or LedgerError; then nothing has changed.
        """
        await self._desk.adopt(change)

    async def import_nps(self, folder: Path) -> tuple[Sentence, ...]:
        """Take what NPS's conf folder has; what was taken and what left. Raises ImportFailed, LedgerError."""
        return await import_nps(self, folder)

    async def back_up(self, target: Path) -> None:
        """Copy the whole ledger into a new file, while it is written. Raises LedgerError."""
        self._books.settle(time.time())
        await self._ledger.back_up(target)

    def close_connections(self, ids: Iterable[int]) -> int:
        """Close sessions; how many there were."""
        return 0 if self._engine is None else self._engine.close_connections(ids, Cause.CLOSED)

    async def drain(self, seconds: float) -> None:
        """Listen no more and let sessions end by themselves, for at most ``seconds``; ``close`` follows."""
        if self._engine is not None:
            await self._engine.drain(seconds)

    def abort(self) -> None:
        """Whoever waits for sessions to end waits no longer: end them at once."""
        if self._engine is not None:
            self._engine.abort()

    async def close(self) -> None:
        """Close every session and listener, write the last counts, end. Raises LedgerError if it cannot."""
        if self._beat is not None:
            self._beat.cancel()
            await asyncio.wait([self._beat])  # a turn under way would go on with what is closed here
        self.alerts.close()
        try:
            if self._engine is not None:
                await self._engine.close()
                async with self._desk.one_at_a_time:  # an edit may hold the books up
                    self._books.turn(time.time(), time.monotonic())
                self._auditor.end()
            await self._ledger.close()
        finally:
            self._lock.release()

    async def _turn(self, engine: Engine) -> None:
        """Once a second: count, and do what the time asks for."""
        self._books.begin(time.time(), time.monotonic())
        while self._books.go_on():  # noqa: ASYNC110  # not waiting: letting others have their turn
            await asyncio.sleep(0)
        engine.sweep()
        self._auditor.turn()
        self.alerts.turn()
        turned, self.turned = self.turned, asyncio.Event()
        turned.set()
        await _turn_periods(self._periods, time.time())
        if self._books.is_another_day(time.time()):
            await self._books.begin_day(time.time())


async def _retain(program: Program, name: str) -> None:
    """Have the ledger keep what it has for as long as the settings say now."""
    if name.startswith("keep_"):
        program.retention = program.settings.retention
        program._ledger.retain(program.retention)


async def _turn_periods(periods: Periods, wall: float) -> None:
    if not periods.due(wall):
        return
    try:
        await periods.turn(wall)
    except NpsError as error:
        log.warning("Periods are begun as soon as they can be: %s", error)


def _blank(kind: OwnerKind, configuration: Configuration) -> Owner:
    """A new owner with the next id and nothing set; the rules say what it still needs."""
    if kind is OwnerKind.CLIENT:
        return Client(id=configuration.next_id(kind), key=new_key())
    if kind is OwnerKind.TUNNEL:
        return Tunnel(id=configuration.next_id(kind), client=0)
    if kind is OwnerKind.HOST:
        return Host(id=configuration.next_id(kind), client=0)
    raise NotFound("Only clients, tunnels and hosts are added.")
