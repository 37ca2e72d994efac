"""What the writer thread does: write what was handed over, tell how that goes, tidy up in between."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from npsgui.ledger.backlog import Backlog, Batch
from npsgui.ledger.records import Changes, Store
from npsgui.model.entities import GLOBAL_KEY, OwnerKey
from npsgui.model.errors import LedgerError
from npsgui.model.units import format_bytes, format_time
from npsgui.model.views import Health, LedgerHealth, Sentence

log = logging.getLogger(__name__)


class Writer:
    """Everything runs in the writer thread but ``hand_over``.

    ``on_health`` is told of every change, ``on_failure`` of every write that has to be tried again;
    ``submit`` gives the thread something to do when it has done what waits already.
    """

    def __init__(
        self,
        store: Store,
        on_health: Callable[[LedgerHealth], None],
        on_failure: Callable[[], None],
        submit: Callable[[Callable[[], object]], None],
    ) -> None:
        self.closing = False
        """While it is, nothing is tidied up, and nobody is told to try again later."""
        self._store = store
        self._on_health = on_health
        self._on_failure = on_failure
        self._submit = submit
        self._handed_over: deque[Batch] = deque()
        """The loop's thread puts batches in at one end, the writer thread takes them at the other."""
        self._writing = Backlog(store.sequence)
        """What the writer thread tries to write. After a failure it stays as it is, for it may be on disk."""
        self._waiting = Backlog(store.sequence)
        """What came after it."""
        self._health = LedgerHealth()
        self._tidying = False
        """Whether the thread has a little of the roll-up before it."""

    def hand_over(self, batch: Batch) -> None:
        """Leave a batch for the next write; from any thread."""
        self._handed_over.append(batch)

    def write(self) -> LedgerError | None:
        """Write what was handed over; returns why not. Tells how the ledger is when that changes."""
        try:
            self._write_all()
        except LedgerError as error:
            reason = Sentence.of(error)
            self._tell(LedgerHealth(Health.BEHIND, reason, self._writing.since))
            self._on_failure()
            return error
        self._tell(LedgerHealth())
        self._tidy_later()
        return None

    def save(self, changes: Changes) -> None:
        """Save an edit behind what was handed over. Raises LedgerError: when either cannot be written."""
        self._write_or_raise()
        self._store.save(changes)

    def erase(self, client: OwnerKey) -> None:
        """Forget a client, and what was handed over of it. Raises LedgerError, NotFound."""
        self._write_or_raise()
        self._store.erase(client)

    def not_saved(self, reason: LedgerError) -> LedgerError:
        """How much could not be written, and why."""
        lost = [backlog.carried(GLOBAL_KEY) for backlog in (self._writing, self._waiting)]
        return LedgerError(
            "{inlet} in and {export} out, counted since {since}, could not be saved. {reason}",
            inlet=format_bytes(sum(totals.inlet for totals in lost)),
            export=format_bytes(sum(totals.export for totals in lost)),
            since=format_time(self._health.unsaved_since),
            reason=reason,
        )

    def _write_or_raise(self) -> None:
        failure = self.write()
        if failure is not None:
            raise failure

    def _write_all(self) -> None:
        """Raises LedgerError: when not everything that was handed over is on disk."""
        while self._handed_over:
            self._waiting.add(self._handed_over.popleft())
        for _ in range(2):
            if self._writing:
                self._store.write(self._writing)
            self._writing, self._waiting = self._waiting, Backlog(self._waiting.last)

    def _tell(self, health: LedgerHealth) -> None:
        if health != self._health:
            self._health = health
            self._on_health(health)

    def _tidy_later(self) -> None:
        """Behind whatever waits already: a flush waits for one step of the roll-up at most."""
        if not (self._tidying or self.closing):
            self._tidying = True
            self._submit(self._tidy)

    def _tidy(self) -> None:
        self._tidying = False
        if self.closing:
            return
        try:
            more = self._store.tidy()
        except LedgerError as error:
            log.warning("The roll-up is tried again after the next flush: %s", error)
            return
        if more:
            self._tidy_later()
