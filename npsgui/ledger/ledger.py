"""The durable ledger, as the loop's thread sees it: one writer thread behind it owns the database.

Never waits for the disk on the loop's thread, and never imports SQLAlchemy there: that costs 0.3 s, and the
window wants to be painted first.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from npsgui.ledger.backlog import Batch, Delta
from npsgui.ledger.records import Changes, Opened, Store
from npsgui.ledger.writer import Writer
from npsgui.model.accounts import Totals
from npsgui.model.audit import AuditEvent, Search
from npsgui.model.entities import OwnerKey
from npsgui.model.errors import LedgerError
from npsgui.model.minutes import minute_of
from npsgui.model.peers import PeerUsage
from npsgui.model.periods import Period
from npsgui.model.retention import AS_DESIGNED, Retention
from npsgui.model.views import LedgerHealth, Sentence, Step, Usage

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
        self._loop = asyncio.get_running_loop()
        self._retry: asyncio.TimerHandle | None = None
        self._writer = Writer(
            store,
            lambda health: self._on_loop(lambda: on_health(health)),
            lambda: self._on_loop(self._retry_later),
            self._submit,
        )

    @classmethod
    async def open(
        cls,
        place: Path | str,
        on_health: Callable[[LedgerHealth], None],
        retention: Retention = AS_DESIGNED,
        node: str = "",
    ) -> Ledger:
        """Open the ledger in a data folder, making both if need be; ``on_health`` is told of every change.

        Or that of ``node``, by default the machine's name, in the PostgreSQL database that a URL names.

        Raises LedgerError: the folder cannot be written, the disk is full, another program holds the file, or
        a newer npsgui wrote it. A damaged file is set aside and ``opened.notes`` says so.
        """
        thread = ThreadPoolExecutor(1, "ledger")
        opening = thread.submit(_open_store, place, retention, node)
        try:
            store = await asyncio.wrap_future(opening)
        except BaseException:
            opening.add_done_callback(_close_unwanted)
            thread.shutdown(wait=False)
            raise
        return cls(store, thread, on_health, retention)

    def flush(self, batch: Batch) -> None:
        """Hand over what moved. Never blocks; applied once or not at all, and tried until it is."""
        self._writer.hand_over(batch)
        self._submit(self._writer.write)

    def retain(self, retention: Retention) -> None:
        """Keep rows for so long from now on: what is past it goes after the next flush."""
        self.retention = retention
        self._submit(lambda: self._store.retain(retention))

    def record(self, event: AuditEvent) -> None:
        """Put an event into the audit trail, on disk with the next flush or when the ledger is closed."""
        self._writer.hand_over(Batch(minute_of(event.at), event.at, (), (event,)))

    async def save(self, changes: Changes) -> None:
        """Save an edit, behind what was flushed before it; on disk when it returns.

        Raises LedgerError: when it, or what was flushed before, cannot be saved; nothing has changed then.
        """
        await self._in_thread(lambda: self._writer.save(changes))

    async def erase(self, client: OwnerKey) -> None:
        """Forget a removed client and all that it owned, with what the trail says of them.

        Nothing happens where one of them has carried a byte. Raises LedgerError, and NotFound when there
        never was such a client.
        """
        await self._in_thread(lambda: self._writer.erase(client))

    async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        """The buckets of ``step``, in UTC, that overlap [since, until) and moved, the oldest first.

        Each is given in full. A client and the global owner have minutes of their own; so have owners that
        were removed. Raises LedgerError, and NotFound when there never was such an owner.
        """
        return await self._in_thread(lambda: self._store.history(owner, since, until, step))

    async def events(self, search: Search) -> list[AuditEvent]:
        """What happened, as far as it is searched for, the oldest first. Raises LedgerError."""

        def read() -> list[AuditEvent]:
            self._writer.write()
            return self._store.events(search)

        return await self._in_thread(read)

    async def peers(self, owner: OwnerKey, since: int, until: int) -> list[PeerUsage]:
        """Whom an owner carried bytes for, on each day (UTC) that overlaps [since, until).

        The heaviest of a day first; their sums are the day's. A client's are those of its tunnels and hosts.
        Raises LedgerError, and NotFound when there never was such an owner.
        """
        return await self._in_thread(lambda: self._store.peers(owner, since, until))

    async def periods(self, owner: OwnerKey) -> list[Period]:
        """The periods of an owner, the oldest first; the last of them runs. Raises NotFound, LedgerError."""
        return await self._in_thread(lambda: self._store.periods(owner))

    async def carried(self, since: int, until: int) -> dict[OwnerKey, Totals]:
        """What each owner that is there carried in the minutes of [since, until). Raises LedgerError."""
        return await self._in_thread(lambda: self._store.carried(since, until))

    async def coverage(self, since: int, until: int) -> list[tuple[int, int]]:
        """The spans [from, until) of whole minutes in which the program ran. Raises LedgerError."""
        return await self._in_thread(lambda: self._store.coverage(since, until))

    async def verify(self) -> list[Sentence]:
        """What does not add up; empty is good. Flushes go on meanwhile: years of history take seconds.

        Raises LedgerError: when it cannot be read.
        """
        await self._in_thread(lambda: None)  # what was flushed before is written, or has failed
        return await asyncio.to_thread(self._store.verify)

    async def back_up(self, target: Path) -> None:
        """Copy the whole ledger into a new file, with what was flushed before as far as it can be written.

        Flushes go on meanwhile.

        Raises LedgerError: when it is on PostgreSQL, or ``target`` is there already or cannot be written.
        """
        await self._in_thread(self._writer.write)
        await asyncio.to_thread(self._store.back_up, target)

    async def close(self) -> None:
        """Write what is left, let go of the file, end the thread.

        Raises LedgerError: when something could not be written within CLOSE_SECONDS, naming what.
        """
        self._writer.closing = True
        if self._retry is not None:
            self._retry.cancel()
        deadline = self._loop.time() + CLOSE_SECONDS
        try:
            while (failure := await self._in_thread(self._writer.write)) is not None:
                if self._loop.time() >= deadline:
                    raise self._writer.not_saved(failure) from failure
                await asyncio.sleep(RETRY_SECONDS / 5)
        finally:
            letting_go = self._thread.submit(self._store.close)
            # nothing comes behind it: a read would open the file again, and leave it open
            self._thread.shutdown(wait=False)
            await asyncio.wrap_future(letting_go)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            submitted = self._thread.submit(work)
        except RuntimeError as error:
            raise LedgerError("The ledger is closed.") from error
        return await asyncio.wrap_future(submitted)

    def _submit(self, work: Callable[[], object]) -> None:
        def report_bug(done: Future[object]) -> None:
            error = done.exception()
            if error is not None:
                context = {"message": "The ledger failed", "exception": error}
                self._on_loop(lambda: self._loop.call_exception_handler(context))

        self._thread.submit(work).add_done_callback(report_bug)

    def _on_loop(self, call: Callable[[], object]) -> None:
        """From the writer thread: run ``call`` on the loop's thread, if the loop is still there."""
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            log.warning("The loop ended before the ledger was closed")

    def _retry_later(self) -> None:
        def write_again() -> None:
            self._retry = None
            self._submit(self._writer.write)

        if self._retry is None and not self._writer.closing:
            self._retry = self._loop.call_later(RETRY_SECONDS, write_again)


async def restore(folder: Path, source: Path) -> Path | None:
    """Put a backup in the place of a folder's ledger, which nobody has open; where that one was set aside.

    Raises LedgerError: when the backup is none or does not add up; then nothing has changed.
    """
    restoring = importlib.import_module("npsgui.ledger.restoring")
    aside: Path | None = await asyncio.to_thread(restoring.restore, folder, source)
    return aside


def _open_store(place: Path | str, retention: Retention, node: str) -> Store:
    # the one import at run time: here, in the writer thread, SQLAlchemy is first imported
    store: Store = importlib.import_module("npsgui.ledger.opening").open_store(place, retention, node)
    return store


def _close_unwanted(opening: Future[Store]) -> None:
    """Who wanted the store was cancelled while the thread opened it."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
