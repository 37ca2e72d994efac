"""The first page: what needs the user, what moves now, and who carried most today."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from npsgui.app.rows_in_parts import rows_in_parts
from npsgui.model.entities import GLOBAL_KEY, OwnerKind
from npsgui.model.peers import OTHERS, PeerUsage
from npsgui.model.views import FlowRow, Sentence, Usage
from npsgui.ui.amounts import DASH, amount, rate
from npsgui.ui.attention import Attention
from npsgui.ui.attention_card import MOST, AttentionCard
from npsgui.ui.card import Card
from npsgui.ui.chart.bar import ChartBar
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.chart.sources import HistorySource
from npsgui.ui.inquiry import Inquiry
from npsgui.ui.moments import clock_text
from npsgui.ui.peer_rows import Days, peer_lines
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme
from npsgui.ui.top_list import TOP, TopEntry, TopList

_TALL = 680
_LOW_TOP = 2
"""How many are listed where it is lower than that."""

_PEERS_EVERY = 5.0
"""How often the ledger is asked who came today, s."""


class OverviewSource(HistorySource, Protocol):
    """The part of Program that the page needs."""

    def bridge(self) -> Sentence | bool:
        """Whether agents can connect; why not, when they should and cannot."""

    def today(self) -> Usage:
        """All bytes since local midnight."""


class OverviewPage(QWidget):
    """Follows everything: ``refresh`` once a second while it is visible."""

    owner_chosen = Signal(object)
    """The OwnerKey of a client or a tunnel that was clicked."""
    peer_chosen = Signal(object)
    """The address of a peer that was clicked."""
    matter_chosen = Signal(object)
    """The Matter that is to be put right."""

    def __init__(
        self,
        program: OverviewSource,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._program, self._clock = program, clock
        self._sentences, self._attention = Sentences(self), Attention(self)
        self._fine = QLabel(self.tr("Nothing needs your attention."), self)
        self._fine.setObjectName("good")
        self._fine.hide()
        self._inlet, self._export = Card(self.tr("Inlet now"), self), Card(self.tr("Export now"), self)
        self._inlet.setToolTip(self.tr("Inlet: from visitors to targets"))
        self._export.setToolTip(self.tr("Export: from targets to visitors"))
        self._today, self._connections = Card(self.tr("Today"), self), Card(self.tr("Connections"), self)
        self.matters = AttentionCard(theme, self)
        self.matters.chosen.connect(self.matter_chosen)
        self.chart = TrafficChart(theme, self)
        self.chart.strip.shown.connect(self._give_way)
        self._feed = ChartFeed(program, self.chart)
        self.bar = ChartBar(theme, self.chart, self._feed, self)
        clients = self.tr("There are no clients yet. Ctrl+2, then Ctrl+N makes one.")
        tunnels = self.tr("There are no tunnels yet. Ctrl+3, then Ctrl+N makes one.")
        since = self._peers_since()
        nobody = self.tr("Nobody has come since {time}.").format(time=since)
        self.clients = TopList(self.tr("Clients"), clients, theme, self, rates=True)
        self.tunnels = TopList(self.tr("Tunnels"), tunnels, theme, self)
        day = self.tr("Since {time}").format(time=since)
        self.peers = TopList(self.tr("Peers"), nobody, theme, self, since=day)
        said = self.tr("Peers are counted by days of UTC: since {time}")
        self.peers.setToolTip(said.format(time=since))
        for part in (self.clients, self.tunnels):
            part.chosen.connect(self.owner_chosen)
        self.peers.chosen.connect(self.peer_chosen)
        self._rows: Inquiry[list[FlowRow]] = Inquiry(self, self._show_rows)
        self._peers: Inquiry[list[PeerUsage]] = Inquiry(self, self._show_peers)
        self._peers_asked = 0.0
        self._lay_out()
        self._feed.show_owner(GLOBAL_KEY)
        self.refresh()

    def refresh(self) -> None:
        """Pull the newest counters and samples."""
        all_, today = self._program.flow(GLOBAL_KEY), self._program.today()
        self._inlet.show_texts(rate(all_.inlet_now), self._in_all(all_.inlet))
        self._export.show_texts(rate(all_.export_now), self._in_all(all_.export))
        both = self.tr("{inlet} inlet, {export} export")
        self._today.show_texts(
            amount(today.inlet + today.export),
            both.format(inlet=amount(today.inlet), export=amount(today.export))
            if today.inlet or today.export
            else self.tr("Nothing yet"),
        )
        self._feed.refresh()
        self._rows.ask(None, partial(rows_in_parts, self._program))
        self._ask_for_peers()

    def _in_all(self, count: int) -> str:
        return self.tr("{total} in all").format(total=amount(count)) if count else self.tr("Nothing yet")

    def _show_rows(self, rows: list[FlowRow]) -> None:
        matters = self._attention.of(rows, self._program.configuration, self._program.bridge())
        self.matters.show_matters(matters)
        self._fine.setVisible(not matters)
        clients = [row for row in rows if row.kind is OwnerKind.CLIENT]
        self.clients.show_entries(self._heaviest(clients, rates=True))
        self.tunnels.show_entries(self._heaviest([row for row in rows if row.kind is OwnerKind.TUNNEL]))
        open_now = [row.connections for row in clients if row.connections]
        self._connections.show_texts(
            f"{sum(open_now):,}" if open_now else DASH,
            self.tr("From clients: {count}").format(count=len(open_now))
            if open_now
            else self.tr("Nobody is connected."),
        )

    def _heaviest(self, rows: Sequence[FlowRow], *, rates: bool = False) -> list[TopEntry]:
        """Those that carried most today; where nobody did, those that are fast now or had most ever."""
        first = heapq.nsmallest(
            TOP, rows, key=lambda row: (-row.today, -_speed(row), -_total(row), row.owner.id)
        )
        return [
            TopEntry(
                row.owner,
                self._sentences.name(row.remark, row.owner),
                row.today_inlet,
                row.today_export,
                _speed(row) if rates else None,
            )
            for row in first
        ]

    def _ask_for_peers(self) -> None:
        if self._clock() - self._peers_asked >= _PEERS_EVERY:
            self._peers_asked = self._clock()
            span = Days.TODAY.span(self._clock())
            self._peers.ask(span, partial(self._program.peers, GLOBAL_KEY, *span))

    def _show_peers(self, usages: list[PeerUsage]) -> None:
        lines = sorted(peer_lines(usages), key=lambda line: (line.peer == OTHERS, -line.both, line.peer))
        told = [line for line in lines[:TOP] if line.peer != OTHERS]
        self.peers.show_entries([TopEntry(line.peer, line.peer, line.inlet, line.export) for line in told])

    def _peers_since(self) -> str:
        begin, _ = Days.TODAY.span(self._clock())
        return clock_text(begin)

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 16, 20, 20)
        rows.setSpacing(12)
        title = QLabel(self.tr("Overview"), self)
        title.setObjectName("title")
        title.setMinimumHeight(32)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        top.addWidget(self._fine)
        rows.addLayout(top)
        cards = QHBoxLayout()
        cards.setSpacing(12)
        for card in (self._inlet, self._export, self._today, self._connections):
            cards.addWidget(card, 1)
        rows.addLayout(cards)
        rows.addWidget(self.matters)
        frame = QFrame(self)
        frame.setObjectName("card")
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(16, 12, 16, 12)
        head = QHBoxLayout()
        name = QLabel(self.tr("All traffic"), frame)
        name.setObjectName("strong")
        head.addWidget(name, 1)
        head.addWidget(self.bar)
        inner.addLayout(head)
        inner.addWidget(self.chart, 1)
        rows.addWidget(frame, 1)
        lists = QHBoxLayout()
        lists.setSpacing(12)
        for part, stretch in ((self.clients, 5), (self.tunnels, 3), (self.peers, 3)):
            lists.addWidget(part, stretch)
        rows.addLayout(lists)

    def _give_way(self) -> None:
        """The lists give way to what is selected on the chart, where there is little room."""
        for part in (self.clients, self.tunnels, self.peers):
            part.setVisible(self.chart.strip.isHidden() or self.height() >= _TALL)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chart keeps its room."""
        super().resizeEvent(event)
        tall = self.height() >= _TALL
        for part in (self.clients, self.tunnels, self.peers):
            part.show_most(TOP if tall else _LOW_TOP)
        self.matters.show_most(MOST if tall else 1)
        self._give_way()
        self.refresh()


def _total(row: FlowRow) -> int:
    return row.inlet + row.export


def _speed(row: FlowRow) -> float:
    return row.inlet_now + row.export_now
