"""The main window: pages, sidebar, status bar. Shows what the program tells, and nothing for hidden pages."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.events import ConfigurationChanged, Event, LedgerHealthChanged, ShowWindow
from npsgui.ui.commands import Commands
from npsgui.ui.connections_page import ConnectionsPage
from npsgui.ui.first_run_page import FirstRunPage
from npsgui.ui.flow_page import FlowPage
from npsgui.ui.layouts import Layouts
from npsgui.ui.notices import NoticeBar
from npsgui.ui.overview_page import OverviewPage
from npsgui.ui.sentences import Sentences
from npsgui.ui.settings_menu import SettingsMenu
from npsgui.ui.sidebar import Page, Sidebar, StateFilter
from npsgui.ui.status_bar import StatusBar
from npsgui.ui.table_view import TableView
from npsgui.ui.theme import Theme

SECOND = 1000
AFTER_THE_BEAT = 0.03
"""The window looks this long after the program's beat, s, so that it shows the second just ended."""

PAGES = {OwnerKind.CLIENT: Page.CLIENTS, OwnerKind.TUNNEL: Page.TUNNELS, OwnerKind.HOST: Page.HOSTS}
"""Where the owners of a kind are shown."""


class Window(QMainWindow):
    """Owns the pages and the timer that refreshes the visible one."""

    closed = Signal()
    language_chosen = Signal(str)
    demo_asked = Signal()

    def __init__(self, program: Program, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self._program = program
        self._theme = theme
        self._settings = settings
        self._sentences = Sentences(self)
        self._page = Page.CLIENTS
        self._first_run_over = False
        self.setWindowTitle("npsgui")
        self.notices = NoticeBar(theme, self)
        self.commands = Commands(program, theme, self._sentences, self, self.notices.tell, self.refresh)
        self._make_pages()
        self.menu = SettingsMenu(settings, self)
        self.sidebar = Sidebar(theme, self.menu, self)
        self.status = StatusBar(theme, self._sentences, self)
        self._lay_out()
        self._connect()
        self._restore()
        self._unsubscribe = program.events.subscribe(self._on_event)
        self.status.show_health(program.health)
        for note in program.notes:
            self.notices.tell(self._sentences.of(note))
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer, singleShot=True)
        self._timer.timeout.connect(self._on_second)
        self.refresh()
        self._on_second()

    def refresh(self) -> None:
        """Pull what the visible page shows, and the status bar."""
        program, configuration = self._program, self._program.configuration
        if not self._first_run_over and (not configuration.clients or self._first_run.is_busy):
            self._stack.setCurrentWidget(self._first_run)
            self.sidebar.show_page(None, filters=False)
        elif self._stack.currentWidget() is self._first_run:
            self.show_page(self._page)
            return
        everything = program.flow(GLOBAL_KEY)
        self.status.show_flow(everything, everything.connections, program.today())
        self.status.alternative.show_alternative(program.alternative, configuration.everything.alternative)
        counts = {
            Page.CLIENTS: len(configuration.clients),
            Page.TUNNELS: len(configuration.tunnels),
            Page.HOSTS: len(configuration.hosts),
            Page.CONNECTIONS: everything.connections,
        }
        ports = (("HTTP", configuration.everything.http_port), ("HTTPS", configuration.everything.https_port))
        open_now = " · ".join(f"{name} {port}" for name, port in ports if port)
        self._ports.setText(open_now or self.tr("Set the ports…"))
        page = self._stack.currentWidget()
        if isinstance(page, FlowPage | ConnectionsPage | OverviewPage):
            page.refresh()
        self.sidebar.show_counts(counts, page.counts() if isinstance(page, FlowPage) else {})

    def show_page(self, page: Page) -> None:
        """Bring a page to the front, without filters."""
        if self._stack.currentWidget() is self._first_run:
            self._first_run_over = True
        self._page = page
        self._stack.setCurrentWidget(self._pages[page])
        self._pages[page].setFocus()
        self.sidebar.clear_filter()
        for flow_page in self._flow_pages.values():
            flow_page.show_states(None)
        self.sidebar.show_page(page, isinstance(self._pages[page], FlowPage))
        self.refresh()

    def show_owner(self, owner: OwnerKey) -> None:
        """Bring the page of this client, tunnel or host to the front, with it selected."""
        self.show_page(PAGES[owner.kind])
        self._flow_pages[owner.kind].choose(owner)

    def offer_demo(self) -> None:
        """Offer demo data on the first page; ``demo_asked`` tells when it is wanted."""
        self._first_run.offer_demo()

    def raise_window(self) -> None:
        """Bring the window before the others."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _make_pages(self) -> None:
        program, theme = self._program, self._theme
        self._add_client = QAction(self.tr("New client"), self)
        self._import = QAction(self.tr("Import…"), self)
        self._import.setToolTip(self.tr("Take clients and tunnels from NPS's conf folder"))
        self._add_tunnel = QAction(self.tr("New tunnel"), self)
        self._add_host = QAction(self.tr("New host"), self)
        self._ports = QAction(self)
        self._ports.setToolTip(self.tr("The ports and the address that all hosts share"))
        self.overview = OverviewPage(program, theme, self)
        self.clients = FlowPage(program, theme, OwnerKind.CLIENT, self._add_client, self, self._import)
        self.tunnels = FlowPage(program, theme, OwnerKind.TUNNEL, self._add_tunnel, self)
        self.hosts = FlowPage(program, theme, OwnerKind.HOST, self._add_host, self, self._ports)
        self.connections = ConnectionsPage(program, theme, self)
        self._first_run = FirstRunPage(program, theme, self)
        self._flow_pages = {
            OwnerKind.CLIENT: self.clients,
            OwnerKind.TUNNEL: self.tunnels,
            OwnerKind.HOST: self.hosts,
        }
        self._pages: dict[Page, QWidget] = {
            Page.OVERVIEW: self.overview,
            **{PAGES[kind]: page for kind, page in self._flow_pages.items()},
            Page.CONNECTIONS: self.connections,
        }

    def _lay_out(self) -> None:
        self._stack = QStackedWidget(self)
        for page in (*self._pages.values(), self._first_run):
            self._stack.addWidget(page)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.notices)
        right.addWidget(self._stack, 1)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.sidebar)
        top.addLayout(right, 1)
        body = QWidget(self)
        whole = QVBoxLayout(body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top, 1)
        whole.addWidget(self.status)
        self.setCentralWidget(body)
        self.setMinimumSize(960, 600)

    def _connect(self) -> None:
        self.sidebar.page_chosen.connect(self.show_page)
        self.sidebar.filter_chosen.connect(self._on_filter)
        self.status.limits_asked.connect(self.commands.edit_limits)
        self.status.alternative.chosen.connect(self.commands.choose_alternative)
        self._add_client.triggered.connect(self.commands.new_client)
        self._import.triggered.connect(self.commands.import_nps)
        self._add_tunnel.triggered.connect(partial(self._on_new_owned, OwnerKind.TUNNEL))
        self._add_host.triggered.connect(partial(self._on_new_owned, OwnerKind.HOST))
        self._ports.triggered.connect(self.commands.edit_limits)
        for page in self._flow_pages.values():
            page.edit_asked.connect(self.commands.edit)
            page.remove_asked.connect(self.commands.remove)
            page.enable_asked.connect(self.commands.enable)
            page.close_asked.connect(self.commands.close_connections)
        self.overview.owner_chosen.connect(self.show_owner)
        self.commands.added.connect(self.show_owner)
        self.clients.tunnel_asked.connect(self.commands.new_tunnel)
        self.clients.host_asked.connect(self.commands.new_host)
        self.connections.close_asked.connect(self.commands.close_connections)
        self._first_run.finished.connect(self._on_first_run_over)
        self._first_run.import_asked.connect(self.commands.import_nps)
        self._first_run.demo_asked.connect(self.demo_asked)
        self.menu.limits_asked.connect(self.commands.edit_limits)
        self.menu.language_chosen.connect(self.language_chosen)
        self.menu.quit_asked.connect(self.close)
        QShortcut(QKeySequence("Ctrl+N"), self, self._on_new)
        QShortcut(QKeySequence("Ctrl+F"), self, self._on_find)
        QShortcut(QKeySequence("Esc"), self, self._on_clear)
        QShortcut(QKeySequence("Ctrl+,"), self, self.sidebar.show_menu)
        QShortcut(QKeySequence("Ctrl+Q"), self, self.close)
        for number in Page:
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self, lambda number=number: self.show_page(number))

    def _restore(self) -> None:
        pages = {"clients": self.clients, "tunnels": self.tunnels, "hosts": self.hosts}
        views: dict[str, TableView[Any]] = {"connections": self.connections.view}
        for name, page in pages.items():
            views |= {
                name: page.view,
                f"{name}.connections": page.detail.links,
                f"{name}.tunnels": page.detail.tunnels,
            }
        splitters = {name: page.splitter for name, page in pages.items()}
        self._layouts = Layouts(self._settings, self, splitters, views)
        last = self._layouts.restore()
        self.show_page(Page(last) if last in list(Page) else Page.CLIENTS)

    def _on_second(self) -> None:
        if self._timer.isActive():
            return
        if self.isVisible() and not self.isMinimized():
            self.refresh()
        wait = 1.0 - (time.time() - AFTER_THE_BEAT) % 1.0
        self._timer.start(max(1, round(wait * SECOND)))

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ConfigurationChanged):
            self.refresh()
        elif isinstance(event, LedgerHealthChanged):
            self.status.show_health(event.health)
            if event.health.reason is not None:
                self.notices.tell(self._sentences.of(event.health.reason))
        elif isinstance(event, ShowWindow):
            self.raise_window()

    def _on_filter(self, state: StateFilter | None) -> None:
        page = self._stack.currentWidget()
        if isinstance(page, FlowPage):
            page.show_states(state)

    def _on_new_owned(self, kind: OwnerKind) -> None:
        chosen = self.clients.owners()
        ask = self.commands.new_tunnel if kind is OwnerKind.TUNNEL else self.commands.new_host
        ask(chosen[0].id if len(chosen) == 1 else None)

    def _on_new(self) -> None:
        adds = {Page.TUNNELS: self._add_tunnel, Page.HOSTS: self._add_host}
        adds.get(self._page, self._add_client).trigger()

    def _on_find(self) -> None:
        if self._stack.currentWidget() is self.overview:
            self.show_page(Page.CLIENTS)
        page = self._stack.currentWidget()
        if isinstance(page, FlowPage | ConnectionsPage):
            page.header.search.setFocus()
            page.header.search.selectAll()

    def _on_clear(self) -> None:
        page = self._stack.currentWidget()
        if isinstance(page, FlowPage | ConnectionsPage):
            page.header.search.clear()
            page.setFocus()
        if isinstance(page, FlowPage):
            self.sidebar.clear_filter()
            page.show_states(None)

    def _on_first_run_over(self) -> None:
        self.show_page(Page.CLIENTS)

    # Qt overrides

    def closeEvent(self, event: QCloseEvent) -> None:
        self._layouts.keep(int(self._page))
        self._timer.stop()
        self._unsubscribe()
        self.closed.emit()
        event.accept()
