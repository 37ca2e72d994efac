"""The pane of the owner that is selected: its traffic, connections, tunnels and limits. It asks for edits."""

from __future__ import annotations

import enum
from typing import Protocol

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from npsgui.model.agents import AgentRow
from npsgui.model.configuration import Configuration
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import NotFound
from npsgui.model.forecast import Forecast
from npsgui.model.hours import zone_of
from npsgui.model.units import format_bytes, format_limit
from npsgui.model.views import ConnectionRow, FlowRow, State
from npsgui.ui.agent_line import AgentLine
from npsgui.ui.badge import Badge
from npsgui.ui.chart import TrafficChart
from npsgui.ui.chart_data import Range
from npsgui.ui.chart_feed import ChartFeed, HistorySource
from npsgui.ui.chart_legend import RangeBar
from npsgui.ui.connection_rows import LinkColumns, links
from npsgui.ui.course import Course
from npsgui.ui.delegates import show_flows
from npsgui.ui.elided import ElidedLabel
from npsgui.ui.event_feed import TrailSource
from npsgui.ui.events_view import EventsView
from npsgui.ui.facts import Facts
from npsgui.ui.flow_rows import FlowColumns, lines
from npsgui.ui.limits_view import LimitsView
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Table
from npsgui.ui.table_view import TableView
from npsgui.ui.tabs import Tabs
from npsgui.ui.theme import Theme

_ROOMY = 980
"""From this width on, px, the range buttons stand beside the tabs."""


class DetailSource(HistorySource, TrailSource, Protocol):
    """The part of Program that the pane needs."""

    @property
    def configuration(self) -> Configuration:
        """What is in force."""

    def flow(self, owner: OwnerKey) -> FlowRow:
        """One owner's row. Raises NotFound."""

    def flows(self, kind: OwnerKind | None = None) -> list[FlowRow]:
        """The rows of one kind."""

    def connections(self) -> list[ConnectionRow]:
        """The open sessions."""

    def agents(self) -> list[AgentRow]:
        """The agents that are online."""

    def forecast(self, owner: OwnerKey) -> Forecast | None:
        """What to expect of the running period, where that is known by now."""


class Tab(enum.Enum):
    """What the pane can show of an owner."""

    TRAFFIC = enum.auto()
    CONNECTIONS = enum.auto()
    TUNNELS = enum.auto()
    LIMITS = enum.auto()
    EVENTS = enum.auto()


class DetailPane(QFrame):
    """Follows one owner: ``refresh`` once a second while it is visible."""

    edit_asked = Signal(object)
    """The OwnerKey to edit."""
    close_asked = Signal(object)
    """A tuple of session ids, as they were selected at that moment."""

    def __init__(self, program: DetailSource, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._owner: OwnerKey | None = None
        self._sentences, self._course = Sentences(self), Course(self)
        self.setObjectName("card")
        self._name, self._badge = ElidedLabel(self), Badge(theme, self)
        self._name.setStyleSheet("font-size: 15px; font-weight: 600;")
        self._name.setMaximumWidth(240)
        self.agent = AgentLine(self)
        self._why = QLabel(self)
        self._why.setObjectName("warn")
        self._why.setWordWrap(True)
        self.tabs = Tabs(
            {
                Tab.TRAFFIC: self.tr("Traffic"),
                Tab.CONNECTIONS: self.tr("Connections"),
                Tab.TUNNELS: self.tr("Tunnels and hosts"),
                Tab.LIMITS: self.tr("Limits"),
                Tab.EVENTS: self.tr("Events"),
            },
            self,
        )
        self._ranges, self._facts = RangeBar(theme, self), Facts(theme, self)
        self.chart = TrafficChart(theme, self)
        self._feed = ChartFeed(program, self.chart)
        self._ranges.set_range(Range.LIVE)
        self.links = TableView(
            Table(LinkColumns(self._sentences, self).of_client(), lambda link: link.row.id, self), self
        )
        self.links.nothing = self.tr("Nobody is connected.")
        columns = FlowColumns(self._sentences, self).of_owned()
        self.tunnels = TableView(Table(columns, lambda line: line.flow.owner, self), self)
        self.tunnels.nothing = self.tr("This client has no tunnels and hosts yet.")
        show_flows(self.tunnels, theme, lambda line: line.flow)
        self._limits = LimitsView(theme, self)
        self.events = EventsView(program, theme, self)
        self._lay_out()
        self.tabs.chosen.connect(self._on_tab_chosen)
        self._ranges.chosen.connect(self._on_range_chosen)
        self.links.remove_asked.connect(self._on_close)
        self.links.menu_asked.connect(self._show_links_menu)
        self.tunnels.menu_asked.connect(self._show_tunnels_menu)
        self.tunnels.edit_asked.connect(self._on_edit_tunnel)
        self._limits.edit_asked.connect(self._on_edit)

    def show_owner(self, owner: OwnerKey | None) -> None:
        """Show another owner, or that none is chosen."""
        self._owner = owner
        self._feed.show_owner(owner)
        self.refresh()

    def refresh(self) -> None:
        """Pull what the chosen tab shows. An owner that is no more is let go."""
        row = self._row()
        self._pages.setCurrentIndex(0 if row is None else 1)
        if row is None:
            return
        self._name.setText(row.remark or self._sentences.owner(row.owner))
        reason = self._sentences.of(row.reason) if row.reason is not None else ""
        self._badge.show_state(row.state, self._sentences.state(row.state), reason)
        self._why.setText(reason)
        self._why.setVisible(bool(reason))
        owned = self._program.configuration.owned_by(row.owner.id) if row.kind is OwnerKind.CLIENT else []
        self.tabs.show_tab(Tab.TUNNELS, row.kind is OwnerKind.CLIENT)
        self.agent.setVisible(row.kind is OwnerKind.CLIENT)
        self.agent.show_agent(next((one for one in self._program.agents() if one.client == row.client), None))
        self.tabs.show_count(Tab.TUNNELS, len(owned))
        self.tabs.show_count(Tab.CONNECTIONS, row.connections)
        self._refresh_tab(row)
        self.chart.say(self._meaning(row))

    def _refresh_tab(self, row: FlowRow) -> None:
        program, tab = self._program, self.tabs.current
        if tab is Tab.TRAFFIC:
            self._facts.show_row(row)
            self._feed.refresh()
        elif tab is Tab.CONNECTIONS:
            mine = [one for one in program.connections() if row.owner in (one.owner, _client_key(one))]
            self.links.table.show(links(mine, program.configuration))
        elif tab is Tab.TUNNELS:
            kinds = (OwnerKind.TUNNEL, OwnerKind.HOST)
            flows = [one for kind in kinds for one in program.flows(kind) if one.client == row.client]
            self.tunnels.table.show(lines(flows, program.configuration))
        elif tab is Tab.LIMITS:
            self._limits.show_row(row, program.configuration)
        else:
            self.events.show_owner(row.owner)
            self.events.refresh()

    def _row(self) -> FlowRow | None:
        if self._owner is None:
            return None
        try:
            return self._program.flow(self._owner)
        except NotFound:
            self._owner = None
            self._feed.show_owner(None)
            return None

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
            meaning = self.tr("No quota. {used} used so far").format(used=used)
        zone = zone_of(self._program.configuration.everything.timezone)
        course = self._course.of(self._program.forecast(row.owner), zone)
        return f"{meaning} · {course}" if course else meaning

    def _lay_out(self) -> None:
        empty = QLabel(self.tr("Choose a row to see its traffic."), self)
        empty.setObjectName("muted")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        traffic = QWidget(self)
        self._narrow = QHBoxLayout()
        self._narrow.addStretch(1)
        rows = QVBoxLayout(traffic)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(12)
        rows.addLayout(self._narrow)
        rows.addWidget(self._facts)
        rows.addWidget(self.chart, 1)
        self._stack = QStackedWidget(self)
        for part in (traffic, self.links, self.tunnels, self._limits, self.events):
            self._stack.addWidget(part)
        self._head = QHBoxLayout()
        self._head.setSpacing(12)
        for part in (self._name, self._badge, self.tabs):
            self._head.addWidget(part)
        self._head.addStretch(1)
        self._head.addWidget(self._ranges)
        full = QWidget(self)
        whole = QVBoxLayout(full)
        whole.setContentsMargins(16, 8, 16, 12)
        whole.setSpacing(8)
        whole.addLayout(self._head)
        whole.addWidget(self._why)
        whole.addWidget(self.agent)
        whole.addWidget(self._stack, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(empty)
        self._pages.addWidget(full)
        self.setMinimumSize(600, 280)

    def _on_tab_chosen(self, tab: Tab) -> None:
        self._stack.setCurrentIndex(list(Tab).index(tab))
        self._ranges.setVisible(tab is Tab.TRAFFIC)
        self.refresh()

    def _on_range_chosen(self, span: Range) -> None:
        self.chart.set_range(span)
        self._feed.refresh()

    def _on_close(self) -> None:
        chosen = tuple(link.row.id for link in self.links.selected())
        if chosen:
            self.close_asked.emit(chosen)

    def _on_edit(self) -> None:
        if self._owner is not None:
            self.edit_asked.emit(self._owner)

    def _on_edit_tunnel(self) -> None:
        chosen = self.tunnels.selected()
        if len(chosen) == 1:
            self.edit_asked.emit(chosen[0].flow.owner)

    def _show_links_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Close connection"), self._on_close).setEnabled(bool(self.links.selected()))
        menu.addAction(self.tr("Copy"), self.links.copy)
        menu.popup(at)

    def _show_tunnels_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Edit…"), self._on_edit_tunnel).setEnabled(len(self.tunnels.selected()) == 1)
        menu.addAction(self.tr("Copy"), self.tunnels.copy)
        menu.popup(at)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The range buttons move down where there is no room beside the tabs."""
        super().resizeEvent(event)
        line = self._head if self.width() >= _ROOMY else self._narrow
        if line.indexOf(self._ranges) < 0:
            line.addWidget(self._ranges)


def _client_key(row: ConnectionRow) -> OwnerKey:
    return OwnerKey(OwnerKind.CLIENT, row.client)
