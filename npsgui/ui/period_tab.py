"""The tab of an owner's periods: the running one, those before it, and what can be done. It only asks."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from npsgui.model.entities import OwnerKey
from npsgui.model.hours import zone_of
from npsgui.model.periods import Period
from npsgui.model.views import FlowRow
from npsgui.ui.amounts import DASH, format_bytes, format_limit
from npsgui.ui.balance import OPENING, TOP_UP
from npsgui.ui.course import Course, amount_of
from npsgui.ui.detail_source import DetailSource
from npsgui.ui.facts import Fact, ShareBar
from npsgui.ui.inquiry import Inquiry
from npsgui.ui.moments import Moments
from npsgui.ui.period_rows import PeriodColumns
from npsgui.ui.table import Table
from npsgui.ui.table_view import TableView
from npsgui.ui.theme import Theme


class PeriodTab(QWidget):
    """Follows one owner; the ledger is asked each time it is shown a row."""

    reset_asked = Signal(object)
    """The OwnerKey whose next period is to begin now."""
    word_asked = Signal(object, str)
    """The OwnerKey to edit, and the word to begin at."""

    def __init__(self, program: DetailSource, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._owner: OwnerKey | None = None
        self._running: Period | None = None
        self._moments, self._course = Moments(self), Course(self)
        self._columns = PeriodColumns(self)
        self.view = TableView(Table(self._columns.all(), lambda period: period.start, self), self)
        self.view.setAccessibleName(self.tr("Periods"))
        self.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self.view.menu_asked.connect(self._show_menu)
        self._bar = ShareBar(theme, self)
        self._span, self._used = Fact(self.tr("Running period"), self), Fact(self.tr("Used"), self)
        self._left = Fact(self.tr("Left"), self, bar=self._bar)
        self._forecast = Fact(self.tr("Expected"), self)
        self._inquiry: Inquiry[list[Period]] = Inquiry(self, self._show_periods)
        self._lay_out()

    def show_row(self, row: FlowRow) -> None:
        """Show the running period of the owner of ``row`` as it is now, and ask for those before it."""
        if row.owner != self._owner:
            self._owner, self._running = row.owner, None
            self.view.table.show([])
        configuration = self._program.configuration
        usual, rule = configuration.everything.timezone, configuration.find(row.owner).limits.period
        self._columns.zone = zone = zone_of(rule.zone or usual)
        since, until = rule.span(time.time(), usual)
        # a reset begins a period before its time
        since = self._running.start if self._running is not None else since
        begin = self._moments.day(since, zone) if since else self.tr("the beginning")
        end = self._moments.day(until, zone) if until is not None else ""
        self._span.show_texts(
            f"{begin} – {end}" if end else self.tr("since {begin}").format(begin=begin),
            self.tr("the next begins {moment}").format(moment=self._moments.moment(until, zone))
            if until is not None
            else self.tr("it never ends by itself"),
        )
        self._show_use(row)
        self._inquiry.ask(row.owner, partial(self._program.periods, row.owner))

    def _show_use(self, row: FlowRow) -> None:
        exact = self.tr("{count} B").format(count=f"{row.used:,}")
        self._used.show_texts(format_bytes(row.used) if row.used else DASH, exact)
        self._bar.setVisible(bool(row.quota))
        self._bar.show_share(row.share, row.near)
        if row.quota:
            quota = format_limit(row.quota)
            self._left.show_texts(
                format_bytes(max(row.quota - row.used, 0)), self.tr("of {quota}").format(quota=quota)
            )
        else:
            self._left.show_texts(self.tr("unlimited"), self.tr("It has no quota"))
        forecast = self._program.forecast(row.owner)
        zone = self._columns.zone
        if forecast is None:
            self._forecast.show_texts(DASH, self.tr("known after a day of traffic"))
            return
        amount = DASH if forecast.until is None else amount_of(forecast.low, forecast.high)
        if forecast.earliest is not None:
            self._forecast.show_texts(amount, self._course.of(forecast, zone))
        elif forecast.until is not None:
            day = self._moments.day(forecast.until, zone)
            self._forecast.show_texts(amount, self.tr("by {day}").format(day=day))
        else:
            self._forecast.show_texts(DASH, "")

    def _show_periods(self, periods: list[Period]) -> None:
        self._running = periods[-1]
        first = periods[0]
        # an owner that was made within a period has an empty one before it
        empty = first.until is not None and not (first.inlet or first.export or first.opening)
        self.view.table.show(periods[1:] if empty else periods)

    def _lay_out(self) -> None:
        facts = QHBoxLayout()
        facts.setSpacing(16)
        for fact, stretch in ((self._span, 3), (self._used, 2), (self._left, 2), (self._forecast, 3)):
            facts.addWidget(fact, stretch)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        for text, slot in (
            (self.tr("Reset now…"), self._on_reset),
            (self.tr("Top up…"), partial(self._on_word, TOP_UP)),
            (self.tr("Opening balance…"), partial(self._on_word, OPENING)),
            (self.tr("Edit the period…"), partial(self._on_word, "period")),
        ):
            button = QPushButton(text, self)
            button.clicked.connect(slot)
            actions.addWidget(button)
        actions.addStretch(1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 4, 0, 0)
        rows.setSpacing(8)
        rows.addLayout(facts)
        rows.addLayout(actions)
        rows.addWidget(self.view, 1)

    def _on_reset(self) -> None:
        if self._owner is not None:
            self.reset_asked.emit(self._owner)

    def _on_word(self, word: str) -> None:
        if self._owner is not None:
            self.word_asked.emit(self._owner, word)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy"), self.view.copy).setEnabled(bool(self.view.selected()))
        menu.popup(at)
