"""Brings a chart its marks: what the audit trail says of the span in sight."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from npsgui.model.audit import AuditEvent, Happening, Search
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.tasks import loop_runs
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.marks import marks_of
from npsgui.ui.chart.sources import HistorySource
from npsgui.ui.event_rows import EventColumns, Group
from npsgui.ui.inquiry import Inquiry
from npsgui.ui.sentences import Sentences

MOST = 300
"""More are not marked: the newest of a span."""
AT_FIRST = frozenset(Group) - {Group.VISITORS}
"""What is marked unless chosen otherwise: visitors would cover the rest."""
_EVERYBODYS = frozenset(
    {
        Happening.BEGAN,
        Happening.ENDED,
        Happening.RECOVERED,
        Happening.CLOCK_JUMPED,
        Happening.ALTERNATIVE_ON,
        Happening.ALTERNATIVE_OFF,
    }
)
"""What concerns every owner, whoever's chart it is."""
_PAUSE = 120
"""How long the view must rest, ms."""
_AGAIN = 3.0
"""How often news are looked for while the chart follows, s."""


class MarkFeed(QObject):
    """Keeps the marks at the owner and the span that are seen."""

    def __init__(
        self, program: HistorySource, chart: TrafficChart, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(chart)
        self._program, self._chart, self._clock = program, chart, clock
        self._columns = EventColumns(Sentences(self), self)
        self._owner: OwnerKey | None = None
        self.groups = AT_FIRST
        """What is marked."""
        self._asked_at = 0.0
        self._inquiry: Inquiry[list[AuditEvent]] = Inquiry(self, self._show)
        self._rest = QTimer(self, singleShot=True, interval=_PAUSE)
        self._rest.timeout.connect(self._on_rest)
        chart.view_changed.connect(self._rest.start)

    def show_owner(self, owner: OwnerKey | None) -> None:
        """Mark what concerns another owner."""
        self._owner = owner
        self._inquiry.drop()
        self._chart.pointer.show_marks([])
        self._asked_at = 0.0

    def choose(self, group: Group, wanted: bool) -> None:
        """Mark events of this group too, or no more."""
        self.groups = self.groups | {group} if wanted else self.groups - {group}
        self._rest.start()

    def refresh(self) -> None:
        """Look for news now and then; called once a second while the chart is visible."""
        if self._chart.follows and self._clock() - self._asked_at >= _AGAIN:
            self._rest.start()

    def load(self) -> None:
        """Load what is marked around the span in sight."""
        self._rest.stop()
        if self._owner is None:
            return
        self._asked_at = self._clock()
        owner, view, kinds = self._owner, self._chart.view, self._kinds()
        since, until = view.left - view.span / 2, view.right + view.span / 2
        self._inquiry.ask((owner, since, kinds), lambda: self._read(owner, since, until, kinds))

    def _on_rest(self) -> None:
        if self._chart.isVisible() and loop_runs():
            self.load()

    def _kinds(self) -> tuple[Happening, ...]:
        return tuple(what for group in Group if group in self.groups for what in group.value)

    async def _read(
        self, owner: OwnerKey, since: float, until: float, kinds: tuple[Happening, ...]
    ) -> list[AuditEvent]:
        if not kinds:
            return []
        program = self._program
        if owner == GLOBAL_KEY:
            return await program.audit(Search(since, until, kinds=kinds, most=MOST))
        client = OwnerKey(OwnerKind.CLIENT, program.flow(owner).client)
        told = await program.audit(Search(since, until, client, kinds=kinds, most=MOST))
        if owner != client:
            told = [event for event in told if event.owner in (owner, client)]
        if everybodys := tuple(what for what in kinds if what in _EVERYBODYS):
            told += await program.audit(Search(since, until, kinds=everybodys, most=MOST))
        return told

    def _show(self, events: list[AuditEvent]) -> None:
        self._chart.pointer.show_marks(marks_of(events, self._columns))
