"""The pane of the owner that is selected: its facts, its chart, and what they mean. Edits nothing."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from npsgui.model.entities import OwnerKey
from npsgui.model.errors import NotFound
from npsgui.model.units import format_bytes, format_rate
from npsgui.model.views import NEAR_QUOTA_SHARE, FlowRow, State
from npsgui.ui.badge import Badge
from npsgui.ui.chart import TrafficChart
from npsgui.ui.chart_data import Range
from npsgui.ui.chart_feed import ChartFeed, HistorySource
from npsgui.ui.chart_legend import RangeBar
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme

DASH = "–"


class DetailSource(HistorySource, Protocol):
    """The part of Program that the pane needs."""

    def flow(self, owner: OwnerKey) -> FlowRow:
        """One owner's row. Raises NotFound."""


class ShareBar(QWidget):
    """How much of a quota is used."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share = 0.0
        self.setFixedSize(72, 16)
        theme.changed.connect(self.update)

    def show_share(self, share: float) -> None:
        """Show a part of the whole, 0 to 1; more is full."""
        self._share = share
        self.update()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """A round bar; its colour says how near the end is."""
        colors = self._theme.colors
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.line))
        painter.drawRoundedRect(QRectF(0, 5, self.width(), 6), 3, 3)
        if self._share > 0:
            full, near = self._share >= 1, self._share >= NEAR_QUOTA_SHARE
            painter.setBrush(QColor(colors.bad if full else colors.warn if near else colors.accent))
            painter.drawRoundedRect(QRectF(0, 5, max(6.0, self.width() * min(self._share, 1.0)), 6), 3, 3)
        painter.end()


class Fact(QWidget):
    """A caption, a value, and a hint beneath."""

    def __init__(self, caption: str, parent: QWidget | None = None, *, bar: ShareBar | None = None) -> None:
        super().__init__(parent)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        self._value, self._hint = QLabel(self), QLabel(self)
        label = QLabel(caption.upper(), self)
        for widget, name in ((label, "caption"), (self._value, "strong"), (self._hint, "hint")):
            widget.setObjectName(name)
        line = QHBoxLayout()
        line.setSpacing(8)
        if bar is not None:
            line.addWidget(bar)
        line.addWidget(self._value, 1)
        rows.addWidget(label)
        rows.addLayout(line)
        rows.addWidget(self._hint)

    def show_texts(self, value: str, hint: str, tip: str = "") -> None:
        """Show a value and what stands beneath it."""
        self._value.setText(value)
        self._hint.setText(hint)
        self.setToolTip(tip)


class Facts(QWidget):
    """The numbers of one row, side by side."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(16)
        self._bar = ShareBar(theme, self)
        self._inlet, self._export = Fact(self.tr("Inlet"), self), Fact(self.tr("Export"), self)
        self._quota = Fact(self.tr("Quota"), self, bar=self._bar)
        self._inlet_now, self._export_now = (
            Fact(self.tr("Inlet now"), self),
            Fact(self.tr("Export now"), self),
        )
        self._connections = Fact(self.tr("Connections"), self)
        for fact in (
            self._inlet_now,
            self._export_now,
            self._inlet,
            self._export,
            self._quota,
            self._connections,
        ):
            line.addWidget(fact, 1)

    def show_row(self, row: FlowRow) -> None:
        """Show the numbers of ``row``."""
        exact = self.tr("{count} B")
        self._inlet.show_texts(format_bytes(row.inlet), exact.format(count=f"{row.inlet:,}"))
        self._export.show_texts(format_bytes(row.export), exact.format(count=f"{row.export:,}"))
        self._inlet_now.show_texts(_rate(row.inlet_now), self._limit(row, row.inlet_rate))
        self._export_now.show_texts(_rate(row.export_now), self._limit(row, row.export_rate))
        limit = self.tr("limit {limit}").format(limit=f"{row.connection_limit:,}")
        self._connections.show_texts(
            f"{row.connections:,}" if row.connections else DASH,
            limit if row.connection_limit else self.tr("unlimited"),
        )
        self._show_quota(row)

    def _show_quota(self, row: FlowRow) -> None:
        self._bar.setVisible(bool(row.quota))
        used = format_bytes(row.used)
        if not row.quota:
            self._quota.show_texts(self.tr("unlimited"), self.tr("{used} used").format(used=used))
            return
        self._bar.show_share(row.share)
        # never rounded up to 100 %: that would say it is cut
        percent = int(row.share * 100)
        self._quota.show_texts(
            f"{percent} %",
            self.tr("{used} of {quota}").format(used=used, quota=format_bytes(row.quota)),
            self.tr("{used} of {quota} bytes").format(used=f"{row.used:,}", quota=f"{row.quota:,}"),
        )

    def _limit(self, row: FlowRow, apart: int) -> str:
        if row.rate and (not apart or row.rate <= apart):
            return self.tr("limit {limit}, shared").format(limit=format_rate(row.rate))
        return self.tr("limit {limit}").format(limit=format_rate(apart)) if apart else self.tr("unlimited")


class DetailPane(QFrame):
    """Follows one owner: ``refresh`` once a second while it is visible."""

    def __init__(self, program: DetailSource, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._owner: OwnerKey | None = None
        self._sentences = Sentences(self)
        self.setObjectName("card")
        self._name, self._badge = QLabel(self), Badge(theme, self)
        self._name.setStyleSheet("font-size: 15px; font-weight: 600;")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._ranges, self._facts = RangeBar(theme, self), Facts(theme, self)
        self.chart = TrafficChart(theme, self)
        self._feed = ChartFeed(program, self.chart)
        self._ranges.set_range(Range.LIVE)
        self._ranges.chosen.connect(self._on_range_chosen)
        self._empty = QLabel(self.tr("Choose a row to see its traffic."), self)
        self._empty.setObjectName("muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._full_page())
        self.setMinimumHeight(280)

    def show_owner(self, owner: OwnerKey | None) -> None:
        """Show another owner, or that none is chosen."""
        self._owner = owner
        self._feed.show_owner(owner)
        self.refresh()

    def refresh(self) -> None:
        """Pull the newest counters and samples. An owner that is no more is let go."""
        row = self._row()
        self._pages.setCurrentIndex(0 if row is None else 1)
        if row is None:
            return
        self._name.setText(row.remark or self._sentences.owner(row.owner))
        reason = self._sentences.of(row.reason) if row.reason is not None else ""
        self._badge.show_state(row.state, self._sentences.state(row.state), reason)
        self._facts.show_row(row)
        self.chart.say(reason or self._meaning(row))
        self._feed.refresh()

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
        quota = format_bytes(row.quota)
        if row.state is State.OVER_QUOTA:
            return self.tr("Cut at {quota}: new connections are refused.").format(quota=quota)
        if row.state is State.EXPIRED:
            return self.tr("Expired: new connections are refused.")
        if row.state is State.STOPPED:
            return self.tr("Stopped: it takes no connections.")
        if row.quota:
            left = format_bytes(max(row.quota - row.used, 0))
            return self.tr("{left} of {quota} left").format(left=left, quota=quota)
        return self.tr("No quota. {used} used so far").format(used=format_bytes(row.inlet + row.export))

    def _full_page(self) -> QWidget:
        page = QWidget(self)
        rows = QVBoxLayout(page)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._name)
        head.addWidget(self._badge)
        head.addStretch(1)
        head.addWidget(self._ranges)
        rows.addLayout(head)
        rows.addWidget(self._facts)
        rows.addWidget(self.chart, 1)
        return page

    def _on_range_chosen(self, span: Range) -> None:
        self.chart.set_range(span)
        self._feed.refresh()


def _rate(rate: float) -> str:
    return format_rate(rate) if rate else DASH
