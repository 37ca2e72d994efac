"""The tab of an owner's traffic: its facts, its chart, and what that means for its quota. Edits nothing."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from npsgui.model.entities import OwnerKey
from npsgui.model.hours import zone_of
from npsgui.model.views import FlowRow, State
from npsgui.ui.amounts import format_bytes, format_limit
from npsgui.ui.chart.bar import ChartBar
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.course import Course
from npsgui.ui.detail_source import DetailSource
from npsgui.ui.facts import Facts
from npsgui.ui.theme import Theme

_ROOMY = 280
"""From this height on, px, there is room for facts above the chart."""


class TrafficTab(QWidget):
    """Follows one owner; ``bar`` can stand elsewhere, and come back into ``line``."""

    def __init__(self, program: DetailSource, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._course = Course(self)
        self._facts = Facts(theme, self)
        self.chart = TrafficChart(theme, self)
        self._feed = ChartFeed(program, self.chart)
        self.bar = ChartBar(theme, self.chart, self._feed, self)
        self.line = QHBoxLayout()
        self.line.addStretch(1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(12)
        rows.addLayout(self.line)
        rows.addWidget(self._facts)
        rows.addWidget(self.chart, 1)
        self.chart.strip.shown.connect(self.fit)

    def show_owner(self, owner: OwnerKey | None) -> None:
        """Draw another owner's traffic, or nobody's."""
        self._feed.show_owner(owner)

    def show_row(self, row: FlowRow) -> None:
        """Show the counters and samples of this second."""
        self._facts.show_row(row)
        self._feed.refresh()
        self.chart.say(self._meaning(row))

    def fit(self) -> None:
        """The facts give way to what is selected, and to the chart where ``bar`` leaves little room."""
        room = self.height() - (self.bar.height() if self.line.indexOf(self.bar) >= 0 else 0)
        self._facts.setVisible(self.chart.brush.is_empty and room >= _ROOMY)

    def _meaning(self, row: FlowRow) -> str:
        quota = format_limit(row.quota)
        if row.state is State.OVER_QUOTA:
            return self.tr("Cut at {quota}: new connections are refused.").format(quota=quota)
        if row.state is State.EXPIRED:
            return self.tr("Expired: new connections are refused.")
        if row.state is State.STOPPED:
            return self.tr("Stopped: it takes no connections.")
        if row.quota:
            left = format_bytes(max(row.quota - row.used, 0))
            meaning = self.tr("{left} of {quota} left").format(left=left, quota=quota)
        else:
            used = format_bytes(row.inlet + row.export)
            meaning = self.tr("No quota, {used} used so far").format(used=used)
        zone = zone_of(self._program.configuration.everything.timezone)
        course = self._course.of(self._program.forecast(row.owner), zone)
        return f"{meaning} · {course}" if course else meaning

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another height may have room for more."""
        super().resizeEvent(event)
        self.fit()
