"""Brings a chart its data: live samples once a second, history when another span is shown or a minute turns.

Never shows an answer for an owner or a span that is no longer wanted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QTimer

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import NotFound, NpsError
from npsgui.model.events import Event, MinuteTurned
from npsgui.model.views import Step
from npsgui.tasks import loop_runs, spawn
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.data import Range, fitting_step
from npsgui.ui.chart.mark_feed import MarkFeed
from npsgui.ui.chart.sources import Brought, HistorySource, Wish, bring, owned_parts
from npsgui.ui.chart.stack import Stacking
from npsgui.ui.sentences import Sentences

BY_DAY = frozenset({Range.WEEK, Range.MONTH})
"""The ranges that can be stacked by peer: the ledger keeps peers by day, and a year of them is too many."""
_PAUSE = 60
"""How long the view must rest before history is loaded, ms."""


class ChartFeed:
    """Keeps ``chart`` at the owner that was chosen last."""

    def __init__(
        self, program: HistorySource, chart: TrafficChart, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._program, self._chart, self._clock = program, chart, clock
        self._sentences = Sentences(chart)
        self.owner: OwnerKey | None = None
        """Whose traffic is drawn."""
        self.wished = Stacking.DIRECTION
        """What is to be stacked, where that is offered."""
        self._held: Brought | None = None
        self._parts: Mapping[str, OwnerKey] = {}
        self.marks = MarkFeed(program, chart, clock=clock)
        self._asked = 0
        self._range = chart.range
        self._rest = QTimer(chart)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE)
        self._rest.timeout.connect(self._on_rest)
        chart.view_changed.connect(self._on_view_changed)
        chart.destroyed.connect(program.events.subscribe(self._on_event))

    def show_owner(self, owner: OwnerKey | None) -> None:
        """Show another owner; what was on its way for the one before is dropped."""
        if owner == self.owner:
            return
        self.owner = owner
        self._asked += 1
        self._forget()
        self.marks.show_owner(owner)
        self._chart.set_range(self._chart.range)
        self.refresh()

    @property
    def name(self) -> str:
        """What the user calls whose traffic is drawn; empty where he has not named it."""
        try:
            return self._program.flow(self.owner).remark if self.owner is not None else ""
        except NotFound:
            return ""

    @property
    def stacking(self) -> Stacking:
        """What is stacked."""
        return self.wished if self.wished in self.offered() else Stacking.DIRECTION

    def offered(self) -> set[Stacking]:
        """What the traffic in sight can be stacked from."""
        offered = {Stacking.DIRECTION}
        if self.owner is not None and self.owner.kind in (OwnerKind.CLIENT, OwnerKind.GLOBAL):
            offered.add(Stacking.OWNED)
        if self._chart.range in BY_DAY:
            offered.add(Stacking.PEER)
        return offered

    def stack_by(self, stacking: Stacking) -> None:
        """Stack the bars from something else, where that is offered."""
        self.wished = stacking
        self._asked += 1
        self._forget()
        self.load()
        self.refresh()

    def refresh(self) -> None:
        """Bring the newest samples and marks; called once a second while the chart is visible."""
        self.marks.refresh()
        if self._chart.range is Range.LIVE:
            program = self._program
            samples = program.live(self.owner) if self.owner is not None else []
            parts = {name: program.live(part) for name, part in self._owned().items()}
            self._chart.show_live(samples, parts)

    def load(self) -> None:
        """Load the history around what is shown."""
        self._rest.stop()
        if self.owner is None or self._chart.range is Range.LIVE:
            return
        view, step = self._chart.view, self._step()
        # peers are many: only what is seen
        margin = 0.0 if step is Step.DAY else view.span / 2
        since = int(view.left - margin) // step.seconds * step.seconds
        until = int(min(view.right + margin, self._clock()))
        self._asked += 1
        self._parts = self._owned()
        wish = Wish(self.owner, since, until, step, self.stacking, self._parts)
        spawn(self._bring(self._asked, wish), "chart history")

    def load_newest(self) -> None:
        """Load what came since the last time, and no more, where the rest is here already."""
        held, step = self._held, self._step()
        known = held is not None and held.whole.step == step.seconds and self._parts == self._owned()
        if self.owner is None or held is None or not known or self.stacking is Stacking.PEER:
            self.load()
            return
        # the bucket that was growing then
        since = int(held.whole.until) // step.seconds * step.seconds
        wish = Wish(self.owner, since, int(self._clock()), step, self.stacking, self._parts)
        spawn(self._bring(self._asked, wish, held), "chart history")

    def _forget(self) -> None:
        self._held = None
        self._chart.show_history(None)

    def _owned(self) -> dict[str, OwnerKey]:
        if self.owner is None or self.stacking is not Stacking.OWNED:
            return {}
        return owned_parts(self._program, self.owner, self._sentences)

    def _step(self) -> Step:
        if self.stacking is Stacking.PEER:
            return Step.DAY
        return fitting_step(self._chart.view, self._clock() - self._program.retention.minutes)

    async def _bring(self, asked: int, wish: Wish, before: Brought | None = None) -> None:
        try:
            brought = await bring(self._program, wish)
        except NpsError as error:
            if asked == self._asked:
                self._chart.plot.show_empty(self._sentences.of(error))
            return
        if asked == self._asked and self._held is (before or self._held):
            self._held = brought if before is None else before.continued(brought)
            self._chart.show_history(self._held.whole, self._held.stack)

    def _on_view_changed(self) -> None:
        before, self._range = self._range, self._chart.range
        if self._range is Range.LIVE and before is not Range.LIVE:
            self.refresh()
        if self.owner is None or self._range is Range.LIVE:
            return
        view, held = self._chart.view, self._held.whole if self._held is not None else None
        fits = held is not None and held.step == self._step().seconds
        # the end of what is held lags behind the clock until the minute turns
        if held is None or not fits or not held.holds(view.left, min(view.right, self._clock() - 60)):
            self._rest.start()

    def _on_rest(self) -> None:
        if loop_runs():
            self.load()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, MinuteTurned) and self._chart.follows and self._chart.range is not Range.LIVE:
            self.load_newest()
