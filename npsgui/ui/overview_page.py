"""The first page: what moves now, today's bytes, the live chart of everything, and who uses the line."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.views import FlowRow, Usage
from npsgui.ui.amounts import DASH, amount, format_bytes, format_rate, rate
from npsgui.ui.chart import TrafficChart
from npsgui.ui.chart_bar import ChartBar
from npsgui.ui.chart_feed import ChartFeed
from npsgui.ui.chart_sources import HistorySource
from npsgui.ui.elided import ElidedLabel
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme

TOP = 5
"""How many clients are listed."""

_ROW = 36
_TALL = 680
_NAME, _RATE, _BYTES = 0.26, 104, 92


class OverviewSource(HistorySource, Protocol):
    """The part of Program that the page needs."""

    def today(self) -> Usage:
        """All bytes since local midnight."""


class Card(QFrame):
    """One big number with its caption, and a hint beneath."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(4)
        label, self._value = QLabel(caption.upper(), self), QLabel(self)
        self._hint = ElidedLabel(self)
        label.setObjectName("caption")
        self._hint.setObjectName("hint")
        self._value.setStyleSheet("font-size: 24px; font-weight: 600;")
        for widget in (label, self._value, self._hint):
            rows.addWidget(widget)

    def show_texts(self, value: str, hint: str) -> None:
        """Show a number and what stands beneath it."""
        self._value.setText(value)
        self._hint.setText(hint)


class TopRow(QAbstractButton):
    """A client's name, a bar of its rates against the fastest, its rate and its bytes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row: FlowRow | None = None
        self._fastest = 1.0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)

    @property
    def owner(self) -> OwnerKey | None:
        """Whose row it is."""
        return None if self._row is None else self._row.owner

    def show_row(self, row: FlowRow, name: str, fastest: float) -> None:
        """Show ``row``; ``fastest``: the rate of a full bar, bytes/s."""
        self._row, self._fastest = row, max(fastest, 1.0)
        self.setText(name)
        self.setAccessibleName(f"{name} {format_rate(_speed(row))} {format_bytes(_total(row))}")
        self.update()

    # Qt overrides

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(320, _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, bar, rate, bytes."""
        if self._row is None:
            return
        colors, row, painter = self._theme.colors, self._row, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(colors.accent)) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.sunken))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        name_end, rate_start = self.width() * _NAME, self.width() - _RATE - _BYTES - 8
        self._draw_bar(painter, QRectF(name_end, _ROW / 2 - 4, rate_start - name_end, 8), row)
        middle = Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | middle
        speed = rate(_speed(row))
        painter.setPen(QColor(colors.text))
        painter.drawText(QRectF(rate_start, 0, _RATE, _ROW), int(right), speed)
        painter.setPen(QColor(colors.muted))
        painter.drawText(QRectF(rate_start + _RATE, 0, _BYTES, _ROW), int(right), amount(_total(row)))
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(colors.text))
        space = QRectF(8, 0, name_end - 20, _ROW)
        name = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(space.width()))
        painter.drawText(space, int(middle | Qt.AlignmentFlag.AlignLeft), name)
        painter.end()

    def _draw_bar(self, painter: QPainter, box: QRectF, row: FlowRow) -> None:
        colors = self._theme.colors
        inlet, export = (box.width() * speed / self._fastest for speed in (row.inlet_now, row.export_now))
        painter.setPen(Qt.PenStyle.NoPen)
        for color, left, wide in ((colors.inlet, 0.0, inlet), (colors.export, inlet, export)):
            painter.fillRect(QRectF(box.left() + left, box.top(), wide, box.height()), QColor(color))


class TopClients(QFrame):
    """The clients that use the line now; where nobody does, those that used it most."""

    chosen = Signal(object)
    """An OwnerKey."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._sentences = Sentences(self)
        self._most = TOP
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 12, 16, 8)
        rows.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 4)
        for text, name, width in (
            (self.tr("Who uses the line"), "strong", 0),
            (self.tr("Now"), "hint", _RATE),
            (self.tr("In all"), "hint", _BYTES),
        ):
            label = QLabel(text, self)
            label.setObjectName(name)
            if width:
                label.setFixedWidth(width)
                label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            head.addWidget(label, 0 if width else 1)
        head.setSpacing(0)
        head.addSpacing(8)
        rows.addLayout(head)
        self._rows = [TopRow(theme, self) for _ in range(TOP)]
        for row in self._rows:
            row.clicked.connect(self._on_clicked)
            row.hide()
            rows.addWidget(row)
        self._empty = QLabel(self.tr("There are no clients yet."), self)
        self._empty.setObjectName("muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMinimumHeight(_ROW)
        rows.addWidget(self._empty)
        rows.addStretch(1)

    def show_most(self, count: int) -> None:
        """How many clients there is room for."""
        self._most = count

    def show_rows(self, flows: list[FlowRow]) -> None:
        """Show the first of ``flows``, the fastest first, then those with the most bytes."""
        first = sorted(flows, key=lambda row: (-_speed(row), -_total(row), row.owner.id))[: self._most]
        fastest = _speed(first[0]) if first else 0.0
        for widget, row in zip(self._rows, first, strict=False):
            widget.show_row(row, row.remark or self._sentences.owner(row.owner), fastest)
        for index, widget in enumerate(self._rows):
            widget.setVisible(index < len(first))
        self._empty.setVisible(not first)

    def _on_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, TopRow):
            self.chosen.emit(row.owner)


class OverviewPage(QWidget):
    """Follows everything: ``refresh`` once a second while it is visible."""

    owner_chosen = Signal(object)
    """The OwnerKey of a client that was clicked."""

    def __init__(self, program: OverviewSource, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._inlet, self._export = Card(self.tr("Inlet now"), self), Card(self.tr("Export now"), self)
        self._inlet.setToolTip(self.tr("Inlet: from visitors to targets"))
        self._export.setToolTip(self.tr("Export: from targets to visitors"))
        self._today, self._connections = Card(self.tr("Today"), self), Card(self.tr("Connections"), self)
        self.chart = TrafficChart(theme, self)
        self._feed = ChartFeed(program, self.chart)
        self.bar = ChartBar(theme, self.chart, self._feed, self)
        self._top = TopClients(theme, self)
        self._top.chosen.connect(self.owner_chosen)
        self._lay_out()
        self._feed.show_owner(GLOBAL_KEY)
        self.refresh()

    def refresh(self) -> None:
        """Pull the newest counters and samples."""
        all_, today = self._program.flow(GLOBAL_KEY), self._program.today()
        total = self.tr("{total} in all")
        self._inlet.show_texts(rate(all_.inlet_now), total.format(total=amount(all_.inlet)))
        self._export.show_texts(rate(all_.export_now), total.format(total=amount(all_.export)))
        both = self.tr("{inlet} inlet, {export} export")
        self._today.show_texts(
            amount(today.inlet + today.export),
            both.format(inlet=amount(today.inlet), export=amount(today.export)),
        )
        clients = self._program.flows(OwnerKind.CLIENT)
        active = sum(row.connections > 0 for row in clients)
        self._connections.show_texts(
            f"{all_.connections:,}" if all_.connections else DASH,
            self.tr("clients: {count}").format(count=active) if active else self.tr("Nobody is connected."),
        )
        self._top.show_rows(clients)
        self._feed.refresh()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 16, 20, 20)
        rows.setSpacing(12)
        title = QLabel(self.tr("Overview"), self)
        title.setObjectName("title")
        title.setMinimumHeight(32)
        rows.addWidget(title)
        cards = QHBoxLayout()
        cards.setSpacing(12)
        for card in (self._inlet, self._export, self._today, self._connections):
            cards.addWidget(card, 1)
        rows.addLayout(cards)
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
        rows.addWidget(self._top)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chart keeps its room; the list gives way."""
        super().resizeEvent(event)
        self._top.show_most(TOP if self.height() >= _TALL else TOP - 2)
        self.refresh()


def _speed(row: FlowRow) -> float:
    return row.inlet_now + row.export_now


def _total(row: FlowRow) -> int:
    return row.inlet + row.export
