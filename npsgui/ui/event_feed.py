"""Brings a table of events its rows: the newest portion, older ones as they are asked for, news as they come.

Never shows an answer to a question that is no longer asked.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from npsgui.app.front import TrailSource
from npsgui.model.audit import EVER, AuditEvent, Happening, Search
from npsgui.model.entities import OwnerKey
from npsgui.model.errors import NpsError
from npsgui.tasks import spawn

PORTION = 500
MOST = 5_000
"""More are not held: a table of them can still be sorted. A search finds the older ones."""
_FRESH = 120.0
"""News are looked for among the last seconds: refusals are still counted in theirs, s."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which events are wanted: of the last ``seconds`` (0: all), of ``owner``, holding ``text``."""

    seconds: float = 0.0
    owner: OwnerKey | None = None
    text: str = ""
    kinds: tuple[Happening, ...] = ()


class EventFeed(QObject):
    """Holds the events that answer the question asked last, the newest first."""

    changed = Signal()
    failed = Signal(object)
    """An NpsError."""

    def __init__(
        self,
        program: TrailSource,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._program, self._clock = program, clock
        self.question = Question()
        self.events: list[AuditEvent] = []
        self.complete = False
        """Whether there are no older ones."""
        self._asked = 0
        self._busy = False

    def ask(self, question: Question) -> None:
        """Show the answer to another question."""
        self.question = question
        self._asked += 1
        self._busy = False
        self.events, self.complete = [], False
        self.changed.emit()
        self.more()

    def more(self) -> None:
        """Load the next portion of older events, unless one is on its way."""
        if not self.complete and not self._busy and len(self.events) < MOST:
            self._busy = True
            spawn(self._bring_older(self._asked), "older events")

    def news(self) -> None:
        """Look for what happened since the last time; once a second while it is in sight."""
        if not self._busy and (self.events or self.complete):
            self._busy = True
            spawn(self._bring_news(self._asked), "newest events")

    def _since(self) -> float:
        return self._clock() - self.question.seconds if self.question.seconds else 0.0

    async def _read(self, asked: int, since: float, until: float, skip: int) -> list[AuditEvent] | None:
        """A portion, the newest first; None when it is no longer wanted, or failed."""
        question, found = self.question, None
        search = Search(since, until, question.owner, question.text, question.kinds, PORTION, skip)
        try:
            found = await self._program.audit(search)
        except NpsError as error:
            if self._is_wanted(asked):
                self.complete = True
                self.failed.emit(error)
        if not self._is_wanted(asked):
            return None
        self._busy = False
        return None if found is None else found[::-1]

    def _is_wanted(self, asked: int) -> bool:
        """Whether nothing else was asked since, and the window is still there."""
        return asked == self._asked and isValid(self)

    async def _bring_older(self, asked: int) -> None:
        held = self.events
        # those of one moment may be divided between two portions
        until = math.nextafter(held[-1].at, math.inf) if held else EVER
        skip = sum(event.at == held[-1].at for event in held) if held else 0
        found = await self._read(asked, self._since(), until, skip)
        if found is not None:
            self.events = held + found
            self.complete = len(found) < PORTION
            self.changed.emit()

    async def _bring_news(self, asked: int) -> None:
        held = self.events
        since = max(self._clock() - _FRESH, self._since())
        found = await self._read(asked, since, EVER, 0)
        if found is None:
            return
        if len(found) == PORTION and (not held or held[0].at < found[-1].at):
            self.events, self.complete = found, False  # more has happened since than a portion holds
        else:
            since = found[-1].at if len(found) == PORTION else math.nextafter(since, -math.inf)
            self.events = [event for event in found if event.at > since]
            self.events += [event for event in held if event.at <= since]
        if self.events != held:
            self.changed.emit()
