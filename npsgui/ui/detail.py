"""The pane of the owner that is selected, in tabs; each is in its own file. It asks for edits."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from functools import cached_property

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import NotFound
from npsgui.model.views import FlowRow
from npsgui.ui.agent_line import AgentLine
from npsgui.ui.badge import Badge
from npsgui.ui.detail_source import DetailSource
from npsgui.ui.elided import ElidedLabel
from npsgui.ui.events_view import EventsView
from npsgui.ui.limits_view import LimitsView
from npsgui.ui.links_tab import LinksTab
from npsgui.ui.owned_tab import OwnedTab
from npsgui.ui.peers_tab import PeersTab
from npsgui.ui.period_tab import PeriodTab
from npsgui.ui.route_words import RouteWords
from npsgui.ui.sentences import Sentences
from npsgui.ui.tabs import Tabs
from npsgui.ui.theme import Theme
from npsgui.ui.together import Together
from npsgui.ui.traffic_tab import TrafficTab

_MARGIN, _GAP = 16, 12


class Tab(enum.Enum):
    """What the pane can show of an owner."""

    TRAFFIC = enum.auto()
    CONNECTIONS = enum.auto()
    TUNNELS = enum.auto()
    PERIOD = enum.auto()
    PEERS = enum.auto()
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
        self._sentences = Sentences(self)
        self.setObjectName("card")
        self._name, self._badge = ElidedLabel(self), Badge(theme, self)
        self._name.setObjectName("heading")
        self._name.setMaximumWidth(240)
        self.agent, self._route = AgentLine(self), ElidedLabel(self)
        self._route.setObjectName("muted")
        self._routes = RouteWords(self._sentences, self)
        self._why = QLabel(self)
        self._why.setObjectName("warn")
        self._why.setWordWrap(True)
        titles = {
            Tab.TRAFFIC: self.tr("Traffic"),
            Tab.CONNECTIONS: self.tr("Connections"),
            Tab.TUNNELS: self.tr("Tunnels and hosts"),
            Tab.PERIOD: self.tr("Period"),
            Tab.PEERS: self.tr("Peers"),
            Tab.LIMITS: self.tr("Limits"),
            Tab.EVENTS: self.tr("Events"),
        }
        self.tabs = Tabs(titles, self)
        self._full = QWidget(self)
        self._stack = QStackedWidget(self._full)
        self.traffic = TrafficTab(program, theme, self._stack)
        self.links = LinksTab(program, self._sentences, self._stack)
        self.tunnels = OwnedTab(program, theme, self._sentences, self._stack)
        self.period = PeriodTab(program, theme, self._stack)
        self.peers = PeersTab(program, theme, self._stack)
        self._limits = LimitsView(theme, self._stack)
        self.events = EventsView(program, theme, self._stack)
        self._tabs: dict[Tab, tuple[QWidget, Callable[[FlowRow], None]]] = {
            Tab.TRAFFIC: (self.traffic, self.traffic.show_row),
            Tab.CONNECTIONS: (self.links, self.links.show_row),
            Tab.TUNNELS: (self.tunnels, self.tunnels.show_row),
            Tab.PERIOD: (self.period, self.period.show_row),
            Tab.PEERS: (self.peers, self.peers.show_row),
            Tab.LIMITS: (self._limits, self._show_limits),
            Tab.EVENTS: (self.events, self._show_events),
        }
        """The widget of each, and how it is shown the row of this second, while it is in sight."""
        self._lay_out()
        self.tabs.chosen.connect(self._on_tab_chosen)
        self.links.close_asked.connect(self.close_asked)
        self.tunnels.owner_asked.connect(self.edit_asked)
        self._limits.edit_asked.connect(self._on_edit)

    def show_owner(self, owner: OwnerKey | None) -> None:
        """Show another owner, or that none is chosen."""
        self._owner = owner
        self.traffic.show_owner(owner)
        self.refresh()

    def show_together(self, rows: Sequence[FlowRow]) -> None:
        """Show what several rows come to, as they are now."""
        if self._owner is not None:
            self.show_owner(None)
        self._together.show_rows(rows)
        self._pages.setCurrentWidget(self._together)

    def refresh(self) -> None:
        """Pull what the chosen tab shows. An owner that is no more is let go."""
        row = self._row()
        self._pages.setCurrentIndex(0 if row is None else 1)
        if row is None:
            return
        self._name.setText(self._sentences.name(row.remark, row.owner))
        reason = self._sentences.of(row.reason) if row.reason is not None else ""
        self._badge.show_state(row.state, self._sentences.state(row.state), reason)
        self._why.setText(reason)
        self._why.setVisible(bool(reason))
        is_client, configuration = row.kind is OwnerKind.CLIENT, self._program.configuration
        owned = configuration.owned_by(row.owner.id) if is_client else []
        self.tabs.show_tab(Tab.TUNNELS, is_client)
        self._aside.setCurrentWidget(self.agent if is_client else self._route)
        self.agent.show_agent(next((one for one in self._program.agents() if one.client == row.client), None))
        self._route.setText(self._routes.of(row.owner, configuration))
        self.tabs.show_count(Tab.TUNNELS, len(owned))
        self.tabs.show_count(Tab.CONNECTIONS, row.connections)
        self._place_bar()
        _, show_row = self._tabs[self.tabs.current]
        show_row(row)

    @cached_property
    def _together(self) -> Together:
        """Made when several rows are selected for the first time: the way to first paint is one page."""
        made = Together(self)
        self._pages.addWidget(made)
        return made

    def _show_limits(self, row: FlowRow) -> None:
        self._limits.show_row(row, self._program.configuration)

    def _show_events(self, row: FlowRow) -> None:
        self.events.show_owner(row.owner)
        self.events.refresh()

    def _row(self) -> FlowRow | None:
        if self._owner is None:
            return None
        try:
            return self._program.flow(self._owner)
        except NotFound:
            self._owner = None
            self.traffic.show_owner(None)
            return None

    def _lay_out(self) -> None:
        empty = QLabel(self.tr("Choose a row to see its traffic."), self)
        empty.setObjectName("muted")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget, _ in self._tabs.values():
            self._stack.addWidget(widget)
        self._head = QHBoxLayout()
        self._head.setSpacing(_GAP)
        self._head.addWidget(self.tabs)
        self._head.addStretch(1)
        self._head.addWidget(self.traffic.bar)
        name = QHBoxLayout()
        name.setSpacing(_GAP)
        name.addWidget(self._name)
        name.addWidget(self._badge)
        self._aside = QStackedWidget(self)
        self._aside.addWidget(self.agent)
        self._aside.addWidget(self._route)
        self._aside.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        name.addWidget(self._aside, 1)
        whole = QVBoxLayout(self._full)
        whole.setContentsMargins(_MARGIN, 8, _MARGIN, 12)
        whole.setSpacing(4)
        whole.addLayout(name)
        whole.addWidget(self._why)
        whole.addLayout(self._head)
        whole.addSpacing(4)
        whole.addWidget(self._stack, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(empty)
        self._pages.addWidget(self._full)
        self.setMinimumSize(600, 280)

    def _on_tab_chosen(self, tab: Tab) -> None:
        self._stack.setCurrentWidget(self._tabs[tab][0])
        self.traffic.bar.setVisible(tab is Tab.TRAFFIC)
        self.refresh()

    def _on_edit(self) -> None:
        if self._owner is not None:
            self.edit_asked.emit(self._owner)

    def _place_bar(self) -> None:
        """The chart's bar stands beside the tabs, or beneath them where there is no room."""
        bar = self.traffic.bar
        wanted = self.tabs.sizeHint().width() + _GAP + bar.sizeHint().width()
        line = self._head if self.width() - 2 * _MARGIN >= wanted else self.traffic.line
        if line.indexOf(bar) < 0:
            line.addWidget(bar)
            self.traffic.fit()

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for more."""
        super().resizeEvent(event)
        self._place_bar()
