"""The numbers of one owner, side by side, and the bar of a share. Edits nothing."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from npsgui.model.views import FlowRow
from npsgui.ui.amounts import DASH, amount, format_bytes, format_limit, format_rate_limit, rate
from npsgui.ui.delegates import draw_share
from npsgui.ui.elided import ElidedLabel
from npsgui.ui.theme import Theme


class ShareBar(QWidget):
    """How much of a quota is used."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, width: int = 72) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share: float | None = 0.0
        self._near = False
        self.setFixedSize(width, 16)
        theme.changed.connect(self.update)

    def show_share(self, share: float | None, near: bool) -> None:
        """Show a part of the whole, 0 to 1, or nothing; ``near``: in the colour of a warning."""
        self._share, self._near = share, near
        self.update()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bar, in the middle of the height."""
        if self._share is None:
            return
        painter = QPainter(self)
        box = QRectF(0, self.height() / 2 - 3, self.width(), 6)
        draw_share(painter, self._share, self._near, box, self._theme.colors)
        painter.end()


class Fact(QWidget):
    """A caption, a value, and a hint beneath."""

    def __init__(self, caption: str, parent: QWidget | None = None, *, bar: ShareBar | None = None) -> None:
        super().__init__(parent)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        self._value, self._hint = QLabel(self), ElidedLabel(self)
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
        rows.addStretch(1)

    def show_texts(self, value: str, hint: str) -> None:
        """Show a value and what stands beneath it."""
        self._value.setText(value)
        self._hint.setText(hint)


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
        for fact, meaning in (
            (self._inlet, self.tr("Inlet: from visitors to targets")),
            (self._inlet_now, self.tr("Inlet: from visitors to targets")),
            (self._export, self.tr("Export: from targets to visitors")),
            (self._export_now, self.tr("Export: from targets to visitors")),
        ):
            fact.setToolTip(meaning)
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
        self._inlet.show_texts(amount(row.inlet), exact.format(count=f"{row.inlet:,}"))
        self._export.show_texts(amount(row.export), exact.format(count=f"{row.export:,}"))
        self._inlet_now.show_texts(rate(row.inlet_now), self._limit(row, row.inlet_rate))
        self._export_now.show_texts(rate(row.export_now), self._limit(row, row.export_rate))
        limit = self.tr("limit {limit}").format(limit=f"{row.connection_limit:,}")
        dropped = self.tr("datagrams dropped: {count}").format(count=f"{row.dropped:,}")
        self._connections.show_texts(
            f"{row.connections:,}" if row.connections else DASH,
            dropped if row.dropped else limit if row.connection_limit else self.tr("unlimited"),
        )
        self._show_quota(row)

    def _show_quota(self, row: FlowRow) -> None:
        self._bar.setVisible(bool(row.quota))
        used = format_bytes(row.used)
        if not row.quota:
            self._quota.show_texts(self.tr("unlimited"), self.tr("{used} used").format(used=used))
            return
        self._bar.show_share(row.share, row.near)
        # never rounded up to 100 %: that would say it is cut
        percent = int(row.share * 100)
        self._quota.show_texts(
            f"{percent} %",
            self.tr("{used} of {quota}").format(used=used, quota=format_limit(row.quota)),
        )
        self._quota.setToolTip(
            self.tr("{used} of {quota} bytes").format(used=f"{row.used:,}", quota=f"{row.quota:,}"),
        )

    def _limit(self, row: FlowRow, apart: int) -> str:
        if row.rate and (not apart or row.rate <= apart):
            return self.tr("limit {limit}, shared").format(limit=format_rate_limit(row.rate))
        return (
            self.tr("limit {limit}").format(limit=format_rate_limit(apart)) if apart else self.tr("unlimited")
        )
