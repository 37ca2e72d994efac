"""The durable ledger, as the loop's thread sees it: one writer thread behind it owns the database.

Never waits for the disk on the loop's thread, and never imports SQLAlchemy there: that costs 0.3 s, and the
window wants to be painted first.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from npsgui.ledger.backlog import Backlog, Batch, Delta
from npsgui.ledger.records import Changes, Opened, Store
from npsgui.model.entities import GLOBAL_KEY, OwnerKey
from npsgui.model.errors import LedgerError
from npsgui.model.retention import AS_DESIGNED, Retention
from npsgui.model.units import format_bytes, format_time
from npsgui.model.views import Health, LedgerHealth, Sentence, Step, Usage

__all__ = ["Batch", "Changes", "Delta", "Ledger", "Opened"]

log = logging.getLogger(__name__)
T = TypeVar("T")

RETRY_SECONDS = 1.0
"""A flush that failed is tried again this often, and with the next one."""

CLOSE_SECONDS = 3.0
"""How long ``close`` keeps trying to write what is left."""


class Ledger:
    """Counts and configuration on disk. Everything is called on the loop that opened it."""

    def __init__(
        self,
        store: Store,
        thread: ThreadPoolExecutor,
        on_health: Callable[[LedgerHealth], None],
        retention: Retention,
    ) -> None:
        self.opened: Opened = store.opened
        """What was on disk when it was opened."""
        self.retention = retention
        self._store = store
        self._thread = thread
        self._on_health = on_health
        self._loop = asyncio.get_running_loop()
        self._retry: asyncio.TimerHandle | None = None
        self._handed_over: deque[Batch] = deque()
        """The loop's thread puts batches in at one end, the writer thread takes them at the other."""
        self._writing = Backlog(store.sequence)
        """What the writer thread tries to write. After a failure it stays as it is, for it may be on disk."""
        self._waiting = Backlog(store.sequence)
        """What came after it."""
        self._health = LedgerHealth()
        self._tidying = False
        """Whether the writer thread has a little of the roll-up before it."""
        self._closing = False

    @classmethod
    async def open(
        cls,
        folder: Path,
        on_health: Callable[[LedgerHealth], None],
        retention: Retention = AS_DESIGNED,
    ) -> Ledger:
        """Open the ledger in ``folder``, making both if need be; ``on_health`` is told of every change.

        Raises LedgerError: the folder cannot be written, the disk is full, another program holds the file, or
        a newer npsgui wrote it. A damaged file is set aside and ``opened.notes`` says so.
        """
        thread = ThreadPoolExecutor(1, "ledger")
        try:
            store = await asyncio.wrap_future(thread.submit(_open_store, folder, retention))
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(store, thread, on_health, retention)

    def flush(self, batch: Batch) -> None:
        """Hand over what moved. Never blocks; applied once or not at all, and tried until it is."""
        self._handed_over.append(batch)
        self._submit_write()

    async def save(self, changes: Changes) -> None:
        """Save an edit, behind what was flushed before it; on disk when it returns.

        Raises LedgerError: when it, or what was flushed before, cannot be saved; nothing has changed then.
        """

        def save() -> None:
            failure = self._try_to_write()
            if failure is not None:
                raise failure
            self._store.save(changes)

        await self._in_thread(save)

    async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        """The buckets of ``step``, in UTC, that overlap [since, until) and moved, the oldest first.

        Each is given in full. A client and the global owner have minutes of their own; so have owners that
        were removed. Raises LedgerError, and NotFound when there never was such an owner.
        """
        return await self._in_thread(lambda: self._store.history(owner, since, until, step))

    async def coverage(self, since: int, until: int) -> list[tuple[int, int]]:
        """The spans [from, until) of whole minutes in which the program ran. Raises LedgerError."""
        return await self._in_thread(lambda: self._store.coverage(since, until))

    async def verify(self) -> list[Sentence]:
        """What does not add up; empty is good. Raises LedgerError: when it cannot be read."""
        return await self._in_thread(self._store.verify)

    async def close(self) -> None:
        """Write what is left, let go of the file, end the thread.

        Raises LedgerError: when something could not be written within CLOSE_SECONDS, naming what.
        """
        self._closing = True
        if self._retry is not None:
            self._retry.cancel()
        deadline = self._loop.time() + CLOSE_SECONDS
        try:
            while (failure := await self._in_thread(self._try_to_write)) is not None:
                if self._loop.time() >= deadline:
                    raise self._not_saved(failure) from failure
                await asyncio.sleep(RETRY_SECONDS / 5)
        finally:
            try:
                await self._in_thread(self._store.close)
            finally:
                self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._thread.submit(work))

    def _submit_write(self) -> None:
        self._retry = None
        self._thread.submit(self._try_to_write).add_done_callback(self._report_bug)

    def _report_bug(self, done: Future[Any]) -> None:
        error = done.exception()
        if error is not None:
            self._on_loop(
                lambda: self._loop.call_exception_handler(
                    {"message": "The ledger failed", "exception": error}
                )
            )

    def _on_loop(self, call: Callable[[], object]) -> None:
        """From the writer thread: run ``call`` on the loop's thread, if the loop is still there."""
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            log.warning("The loop ended before the ledger was closed")

    def _retry_later(self) -> None:
        if self._retry is None:
            self._retry = self._loop.call_later(RETRY_SECONDS, self._submit_write)

    def _not_saved(self, reason: LedgerError) -> LedgerError:
        lost = [backlog.carried(GLOBAL_KEY) for backlog in (self._writing, self._waiting)]
        return LedgerError(
            "{inlet} in and {export} out, counted since {since}, could not be saved. {reason}",
            inlet=format_bytes(sum(totals.inlet for totals in lost)),
            export=format_bytes(sum(totals.export for totals in lost)),
            since=format_time(self._health.unsaved_since),
            reason=reason,
        )

    # What follows runs in the writer thread.

    def _try_to_write(self) -> LedgerError | None:
        """Write what was handed over; returns why not. Tells how the ledger is when that changes."""
        try:
            self._write()
        except LedgerError as error:
            reason = Sentence(error.template, tuple(error.values.items()))
            self._tell(LedgerHealth(Health.BEHIND, reason, self._writing.since))
            self._on_loop(self._retry_later)
            return error
        self._tell(LedgerHealth())
        self._tidy_later()
        return None

    def _tidy_later(self) -> None:
        """Behind whatever waits already: a flush waits for one step of the roll-up at most."""
        if not (self._tidying or self._closing):
            self._tidying = True
            self._thread.submit(self._tidy).add_done_callback(self._report_bug)

    def _tidy(self) -> None:
        self._tidying = False
        if self._closing:
            return
        try:
            more = self._store.tidy()
        except LedgerError as error:
            log.warning("The roll-up is tried again after the next flush: %s", error)
            return
        if more:
            self._tidy_later()

    def _tell(self, health: LedgerHealth) -> None:
        if health != self._health:
            self._health = health
            self._on_loop(lambda: self._on_health(health))

    def _write(self) -> None:
        """Raises LedgerError: when not everything that was handed over is on disk."""
        while self._handed_over:
            self._waiting.add(self._handed_over.popleft())
        for _ in range(2):
            if self._writing:
                self._store.write(self._writing)
            self._writing, self._waiting = self._waiting, Backlog(self._waiting.last)


def _open_store(folder: Path, retention: Retention) -> Store:
    # the one import at run time: here, in the writer thread, SQLAlchemy is first imported
    store: Store = importlib.import_module("npsgui.ledger.opening").open_store(folder, retention)
    return store
