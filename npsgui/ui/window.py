"""The main window: pages, sidebar, status bar. Shows what the program tells, and nothing for hidden pages."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from npsgui.app.all_settings import alert_switch
from npsgui.app.front import Front
from npsgui.app.servers import Servers
from npsgui.app.settings import Settings
from npsgui.model.alerts import AlertKind
from npsgui.model.entities import GLOBAL_KEY, OwnerKey
from npsgui.model.events import (
    ConfigurationChanged,
    Event,
    LedgerHealthChanged,
    NewVersion,
    ServiceChanged,
    ShowWindow,
)
from npsgui.ui.agent_notices import AgentNotices
from npsgui.ui.commands import Commands
from npsgui.ui.connections_page import ConnectionsPage
from npsgui.ui.events_page import EventsPage
from npsgui.ui.first_run_page import FirstRunPage
from npsgui.ui.flow_page import FlowPage
from npsgui.ui.guide import Guide
from npsgui.ui.layouts import Layouts
from npsgui.ui.notices import NoticeBar
from npsgui.ui.overview_page import OverviewPage
from npsgui.ui.pages import PAGES, Pages
from npsgui.ui.sentences import Sentences
from npsgui.ui.settings_dialog import SettingsDialog
from npsgui.ui.settings_menu import SettingsMenu
from npsgui.ui.sidebar import Page, Sidebar
from npsgui.ui.status_bar import StatusBar
from npsgui.ui.theme import Theme
from npsgui.ui.undo_actions import UndoActions

SECOND = 1000
FIRST_ALERT = alert_switch(AlertKind.WARNED)
"""The setting at which the rules of alerts begin."""
AFTER_THE_BEAT = 0.03
"""The window looks this long after the program's beat, s, so that it shows the second just ended."""


class Window(QMainWindow):
    """Owns the pages and the timer that refreshes the visible one."""

    closed = Signal()
    quit_asked = Signal()
    """The program is to end, whatever closing the window means."""
    demo_asked = Signal()
    run_here_asked = Signal()
    """The service has ended that it was attached to: its tunnels are to run in this process."""

    def __init__(
        self, program: Front, theme: Theme, settings: Settings, servers: Servers | None = None
    ) -> None:
        """``servers``: those that this computer is an agent of, with agents that outlive the window."""
        super().__init__()
        self._program = program
        self._theme = theme
        self._settings = settings
        self._sentences = Sentences(self)
        self._page = Page.CLIENTS
        self._first_run_over = True
        self.setWindowTitle("npsgui")
        self.notices = NoticeBar(theme, self)
        self._agent_notices = AgentNotices(self.notices, self)
        servers = servers or Servers(settings.folder)
        tell, refresh = self.notices.tell, self.refresh
        self.commands = Commands(program, theme, self._sentences, self, tell, refresh, servers)
        self._layouts = Layouts(settings, self)
        self.pages = Pages(program, theme, self.commands, self._layouts, self)
        self._first_run = FirstRunPage(program, theme, self)
        self.menu = SettingsMenu(self)
        self.steps = UndoActions(self._sentences, self)
        self.menu.lead_with([self.steps.undo, self.steps.redo])
        self.sidebar = Sidebar(theme, self.menu, self)
        self.status = StatusBar(theme, self._sentences, self)
        self.guide = Guide(self, settings, self.sidebar, self.pages, self.status)
        self._lay_out()
        self._connect()
        last = self._layouts.restore()
        self.show_page(Page(last) if last in list(Page) else Page.CLIENTS)
        self._first_run_over = False
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
            self.pages.setCurrentWidget(self._first_run)
            self.sidebar.show_page(None, filters=False)
        elif self.pages.currentWidget() is self._first_run:
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
        self.steps.show_steps(program.steps())
        self.pages.refresh()
        self.sidebar.show_counts(counts, self.pages.counts())

    def show_page(self, page: Page) -> None:
        """Bring a page to the front, without filters."""
        if self.pages.currentWidget() is self._first_run:
            self._first_run_over = True
        self._page = page
        shown = self.pages.of(page)
        self.pages.setCurrentWidget(shown)
        self.sidebar.clear_filter()
        self.pages.show_states(None)
        self.sidebar.show_page(page, isinstance(shown, FlowPage))
        self.refresh()
        shown.setFocus()  # by now it is known whether there are rows to hand it to

    def show_owner(self, owner: OwnerKey) -> None:
        """Bring the page of this client, tunnel or host to the front, with it selected."""
        self.show_page(PAGES[owner.kind])
        shown = self.pages.of(PAGES[owner.kind])
        if isinstance(shown, FlowPage):
            shown.choose(owner)

    def show_settings(self, name: str = "") -> None:
        """Open the settings, at the one of this name where one is given."""
        dialog = SettingsDialog(self._program, self._settings, self._theme, self)
        if name:
            dialog.show_setting(name)  # before open(), which gives the caret to what has the keys
        dialog.open()

    def offer_demo(self) -> None:
        """Offer demo data on the first page; ``demo_asked`` tells when it is wanted."""
        self._first_run.offer_demo()

    def raise_window(self) -> None:
        """Bring the window before the others."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _lay_out(self) -> None:
        self.pages.addWidget(self._first_run)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.notices)
        right.addWidget(self.pages, 1)
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
        self.sidebar.filter_chosen.connect(self.pages.show_states)
        self.status.limits_asked.connect(self.commands.edit_limits)
        self.status.alternative.chosen.connect(self.commands.choose_alternative)
        self.pages.owner_chosen.connect(self.show_owner)
        self.pages.page_asked.connect(self.show_page)
        self.commands.added.connect(self.show_owner)
        self._first_run.finished.connect(self._on_first_run_over)
        self._first_run.import_asked.connect(self.commands.import_nps)
        self._first_run.demo_asked.connect(self.demo_asked)
        self.menu.settings_asked.connect(lambda: self.show_settings())
        self.menu.limits_asked.connect(self.commands.edit_limits)
        self.menu.servers_asked.connect(self.commands.agents.connect_this_computer)
        self.notices.accepted.connect(self.run_here_asked)
        self.menu.alerts_asked.connect(lambda: self.show_settings(FIRST_ALERT))
        self.menu.help_asked.connect(self._on_help)
        self.menu.tour_asked.connect(self.guide.tour)
        self.menu.quit_asked.connect(self.quit_asked)
        self.steps.undo.triggered.connect(lambda: self.commands.undo())
        self.steps.redo.triggered.connect(lambda: self.commands.undo(again=True))
        QShortcut(QKeySequence("Ctrl+N"), self, self._on_new)
        QShortcut(QKeySequence("Ctrl+F"), self, self._on_find)
        QShortcut(QKeySequence("Esc"), self, self._on_clear)
        QShortcut(QKeySequence("F1"), self, self._on_help)
        QShortcut(QKeySequence("Ctrl+,"), self, self.show_settings)
        QShortcut(QKeySequence("Ctrl+Q"), self, self.quit_asked.emit)
        for number in Page:
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self, lambda number=number: self.show_page(number))

    def _on_second(self) -> None:
        if self._timer.isActive():
            return
        if self.isVisible() and not self.isMinimized():
            self.refresh()
        wait = 1.0 - (time.time() - AFTER_THE_BEAT) % 1.0
        self._timer.start(max(1, round(wait * SECOND)))

    def _on_event(self, event: Event) -> None:
        self._agent_notices.take(event, self._program.configuration)
        if isinstance(event, ConfigurationChanged):
            self.refresh()
        elif isinstance(event, LedgerHealthChanged):
            self.status.show_health(event.health)
            if event.health.reason is not None:
                self.notices.tell(self._sentences.of(event.health.reason))
        elif isinstance(event, NewVersion):
            self.notices.tell(self.tr("There is a newer npsgui: {version}").format(version=event.version))
        elif isinstance(event, ServiceChanged):
            self.status.show_relay(event.running)
            said = self._sentences.of(event.said)
            if event.running:
                self.notices.withdraw(said)
            else:
                self.notices.tell(said, self.tr("Run the tunnels here"))
        elif isinstance(event, ShowWindow):
            self.raise_window()

    def _on_new(self) -> None:
        self.pages.new(self._page)

    def _on_find(self) -> None:
        if isinstance(self.pages.currentWidget(), OverviewPage):
            self.show_page(Page.CLIENTS)
        page = self.pages.currentWidget()
        if isinstance(page, FlowPage | ConnectionsPage | EventsPage):
            page.header.search.setFocus()
            page.header.search.selectAll()

    def _on_clear(self) -> None:
        page = self.pages.currentWidget()
        if isinstance(page, FlowPage | ConnectionsPage | EventsPage):
            page.header.search.clear()
            page.setFocus()
        if isinstance(page, FlowPage):
            self.sidebar.clear_filter()
            page.show_states(None)

    def _on_help(self) -> None:
        self.guide.help(self._page)

    def _on_first_run_over(self) -> None:
        self.show_page(Page.CLIENTS)
        self.guide.tour_once()

    # Qt overrides

    def closeEvent(self, event: QCloseEvent) -> None:
        self._layouts.keep(int(self._page))
        self._timer.stop()
        self._unsubscribe()
        self.closed.emit()
        event.accept()
