"""The pages of the window. Each is made when it is first asked for: one with a chart takes 55 ms and 3 MB."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QWidget

from npsgui.app.front import Front
from npsgui.model.entities import GLOBAL_KEY, OwnerKind
from npsgui.ui.attention import Cure, Matter
from npsgui.ui.commands import Commands
from npsgui.ui.connections_page import ConnectionsPage
from npsgui.ui.events_page import EventsPage
from npsgui.ui.flow_page import FlowPage
from npsgui.ui.layouts import Layouts
from npsgui.ui.overview_page import OverviewPage
from npsgui.ui.sidebar import Page, StateFilter
from npsgui.ui.theme import Theme

PAGES = {OwnerKind.CLIENT: Page.CLIENTS, OwnerKind.TUNNEL: Page.TUNNELS, OwnerKind.HOST: Page.HOSTS}
"""Where the owners of a kind are shown."""


class Pages(QStackedWidget):
    """All pages, one of them in sight, laid out as they were left; what they ask for, ``commands`` do."""

    owner_chosen = Signal(object)
    """The OwnerKey whose row is to be shown on its page."""
    page_asked = Signal(object)
    """The Page that is to be shown."""

    def __init__(
        self, program: Front, theme: Theme, commands: Commands, layouts: Layouts, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._program = program
        self._theme = theme
        self._commands = commands
        self._layouts = layouts
        self._import = QAction(self.tr("Import…"), self)
        self._import.setToolTip(self.tr("Take clients and tunnels from NPS's conf folder"))
        self._import.triggered.connect(commands.import_nps)
        self._ports = QAction(self)
        self._ports.setToolTip(self.tr("The ports and the address that all hosts share"))
        self._ports.triggered.connect(commands.edit_limits)
        self._adds = {
            Page.CLIENTS: QAction(self.tr("New client"), self),
            Page.TUNNELS: QAction(self.tr("New tunnel"), self),
            Page.HOSTS: QAction(self.tr("New host"), self),
        }
        self._adds[Page.CLIENTS].triggered.connect(commands.new_client)
        self._adds[Page.TUNNELS].triggered.connect(partial(self._on_new_owned, commands.new_tunnel))
        self._adds[Page.HOSTS].triggered.connect(partial(self._on_new_owned, commands.new_host))

    def of(self, page: Page) -> OverviewPage | FlowPage | ConnectionsPage | EventsPage:
        """The page, which is made if need be."""
        match page:
            case Page.OVERVIEW:
                return self.overview
            case Page.CLIENTS:
                return self.clients
            case Page.TUNNELS:
                return self.tunnels
            case Page.HOSTS:
                return self.hosts
            case Page.CONNECTIONS:
                return self.connections
            case Page.EVENTS:
                return self.events

    @cached_property
    def overview(self) -> OverviewPage:
        """What moves now."""
        page = OverviewPage(self._program, self._theme, self)
        page.owner_chosen.connect(self.owner_chosen)
        self._layouts.add("overview.chart", page.bar.menu)
        page.bar.saver.failed.connect(self._commands.tell)
        page.peer_chosen.connect(self._on_peer)
        page.matter_chosen.connect(self._on_matter)
        self.addWidget(page)
        return page

    @cached_property
    def clients(self) -> FlowPage:
        """The clients."""
        page = self._flow_page("clients", OwnerKind.CLIENT, self._import)
        page.acts.tunnel_asked.connect(self._commands.new_tunnel)
        page.acts.host_asked.connect(self._commands.new_host)
        page.acts.connect_asked.connect(self._commands.agents.connect_agent)
        return page

    @cached_property
    def tunnels(self) -> FlowPage:
        """The tunnels."""
        return self._flow_page("tunnels", OwnerKind.TUNNEL)

    @cached_property
    def hosts(self) -> FlowPage:
        """The hosts."""
        return self._flow_page("hosts", OwnerKind.HOST, self._ports)

    @cached_property
    def connections(self) -> ConnectionsPage:
        """Who is connected."""
        page = ConnectionsPage(self._program, self._theme, self)
        page.close_asked.connect(self._commands.close_connections)
        page.block_asked.connect(self._commands.block)
        self._layouts.add("connections", page.view)
        self.addWidget(page)
        return page

    @cached_property
    def events(self) -> EventsPage:
        """What happened."""
        page = EventsPage(self._program, self._theme, self)
        page.owner_chosen.connect(self.owner_chosen)
        self._layouts.add("events", page.events.view)
        self.addWidget(page)
        return page

    def refresh(self) -> None:
        """Pull what the page in sight shows."""
        everything = self._program.configuration.everything
        ports = (("HTTP", everything.http_port), ("HTTPS", everything.https_port))
        open_now = " · ".join(f"{name} {port}" for name, port in ports if port)
        self._ports.setText(open_now or self.tr("Set the ports…"))
        page = self.currentWidget()
        if isinstance(page, FlowPage | ConnectionsPage | OverviewPage | EventsPage):
            page.refresh()

    def counts(self) -> dict[StateFilter, int]:
        """How many rows of the page in sight each filter would leave; empty where there are none."""
        page = self.currentWidget()
        return page.counts() if isinstance(page, FlowPage) else {}

    def show_states(self, state: StateFilter | None) -> None:
        """Show only the lines in these states on the page in sight; with None all, on every page."""
        for page in self._made() if state is None else [self.currentWidget()]:
            if isinstance(page, FlowPage):
                page.show_states(state)

    def new(self, page: Page) -> None:
        """Ask for another of what a page shows; for another client where nothing of it can be made."""
        self._adds.get(page, self._adds[Page.CLIENTS]).trigger()

    def _on_peer(self, peer: str) -> None:
        """Show what an address has open."""
        self.page_asked.emit(Page.CONNECTIONS)
        self.connections.header.search.setText(peer)

    def _on_matter(self, matter: Matter) -> None:
        """Show whom it is about, and where it is put right."""
        if matter.owner != GLOBAL_KEY:
            self.owner_chosen.emit(matter.owner)
        if matter.cure is Cure.AGENT:
            self._commands.agents.connect_agent(matter.owner.id)
        else:
            self._commands.edit(matter.owner, matter.cure.value)

    def _made(self) -> Iterator[QWidget | None]:
        return map(self.widget, range(self.count()))

    def _flow_page(self, name: str, kind: OwnerKind, second: QAction | None = None) -> FlowPage:
        page = FlowPage(self._program, self._theme, kind, self._adds[PAGES[kind]], self, second)
        page.edit_asked.connect(self._commands.edit)
        page.acts.edit_asked.connect(self._commands.owners.edit)
        page.acts.duplicate_asked.connect(self._commands.owners.duplicate)
        page.acts.remove_asked.connect(self._commands.remove)
        page.acts.enable_asked.connect(self._commands.enable)
        page.close_asked.connect(self._commands.close_connections)
        page.detail.period.word_asked.connect(self._commands.edit)
        page.detail.period.reset_asked.connect(self._commands.periods.reset)
        page.detail.peers.block_asked.connect(self._commands.block)
        for part in (page.detail.events, page.detail.tunnels):
            part.owner_chosen.connect(self.owner_chosen)
        page.acts.client_asked.connect(self.owner_chosen)
        self._layouts.add(f"{name}.chart", page.detail.traffic.bar.menu)
        page.detail.traffic.bar.saver.failed.connect(self._commands.tell)
        self._layouts.add_splitter(name, page.splitter)
        self._layouts.add(name, page.view)
        self._layouts.add(f"{name}.connections", page.detail.links)
        self._layouts.add(f"{name}.tunnels", page.detail.tunnels)
        self._layouts.add(f"{name}.periods", page.detail.period.view)
        self._layouts.add(f"{name}.peers", page.detail.peers.view)
        self._layouts.add(f"{name}.events", page.detail.events.view)
        self.addWidget(page)
        return page

    def _on_new_owned(self, ask: Callable[[int | None], None]) -> None:
        """For the client that is selected, where one is."""
        chosen = self.clients.owners()
        ask(chosen[0].id if len(chosen) == 1 else None)
