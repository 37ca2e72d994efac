"""Brings a chart its data: live samples once a second, history when another span is shown or a minute turns.

Never shows an answer for an owner or a span that is no longer wanted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QTimer

from npsgui.model.entities import OwnerKey
from npsgui.model.errors import NpsError
from npsgui.model.events import Event, Events, MinuteTurned
from npsgui.model.retention import Retention
from npsgui.model.views import Sample, Step, Usage
from npsgui.tasks import spawn
from npsgui.ui.chart import TrafficChart
from npsgui.ui.chart_data import History, Range, fitting_step

_PAUSE = 60
"""How long the view must rest before history is loaded, ms."""


class HistorySource(Protocol):
    """The part of Program that a chart needs."""

    events: Events
    retention: Retention

    def live(self, owner: OwnerKey) -> list[Sample]:
        """The last five minutes."""

    async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        """The buckets that moved."""

    async def coverage(self, since: int, until: int) -> list[tuple[int, int]]:
        """The spans in which the program ran."""


class ChartFeed:
    """Keeps ``chart`` at the owner that was chosen last."""

    def __init__(
        self, program: HistorySource, chart: TrafficChart, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._program, self._chart, self._clock = program, chart, clock
        self._owner: OwnerKey | None = None
        self._history: History | None = None
        self._asked = 0
        self._range = chart.range
        self._rest = QTimer(chart)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE)
        self._rest.timeout.connect(self.load)
        chart.view_changed.connect(self._on_view_changed)
        chart.destroyed.connect(program.events.subscribe(self._on_event))

    def show_owner(self, owner: OwnerKey | None) -> None:
        """Show another owner; what was on its way for the one before is dropped."""
        if owner == self._owner:
            return
        self._owner = owner
        self._asked += 1
        self._history = None
        self._chart.show_history(None)
        self._chart.set_range(self._chart.range)
        self.refresh()

    def refresh(self) -> None:
        """Bring the newest samples; called once a second while the chart is visible."""
        if self._chart.range is Range.LIVE:
            self._chart.show_live(self._program.live(self._owner) if self._owner is not None else [])

    def load(self) -> None:
        """Load the history around what is shown."""
        self._rest.stop()
        if self._owner is None or self._chart.range is Range.LIVE:
            return
        view, step = self._chart.view, self._step()
        margin, now = view.span / 2, self._clock()
        since = int(view.left - margin) // step.seconds * step.seconds
        until = int(min(view.right + margin, now))
        self._asked += 1
        spawn(self._bring(self._asked, self._owner, since, until, step), "chart history")

    def load_newest(self) -> None:
        """Load what came since the last time, and no more, where the rest is here already."""
        held, step = self._history, self._step()
        if self._owner is None or held is None or held.step != step.seconds:
            self.load()
            return
        # the bucket that was growing then
        since = int(held.until) // step.seconds * step.seconds
        bring = self._bring(self._asked, self._owner, since, int(self._clock()), step, held)
        spawn(bring, "chart history")

    def _step(self) -> Step:
        return fitting_step(self._chart.view, self._clock() - self._program.retention.minutes)

    async def _bring(
        self, asked: int, owner: OwnerKey, since: int, until: int, step: Step, before: History | None = None
    ) -> None:
        try:
            usages: Sequence[Usage] = await self._program.history(owner, since, until, step)
            coverage = await self._program.coverage(since, until)
        except NpsError as error:
            if asked == self._asked:
                self._chart.say(str(error))
            return
        if asked == self._asked and self._history is (before or self._history):
            brought = History.of(since, until, step, usages, coverage)
            self._history = brought if before is None else before.continued(brought)
            self._chart.show_history(self._history)

    def _on_view_changed(self) -> None:
        before, self._range = self._range, self._chart.range
        if self._range is Range.LIVE and before is not Range.LIVE:
            self.refresh()
        if self._owner is None or self._chart.range is Range.LIVE:
            return
        view, held = self._chart.view, self._history
        fits = held is not None and held.step == self._step().seconds
        # the end of what is held lags behind the clock until the minute turns
        if held is None or not fits or not held.holds(view.left, min(view.right, self._clock() - 60)):
            self._rest.start()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, MinuteTurned) and self._chart.follows and self._chart.range is not Range.LIVE:
            self.load_newest()
