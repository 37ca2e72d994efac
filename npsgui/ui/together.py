"""What several selected rows come to together. Edits nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from npsgui.model.views import FlowRow
from npsgui.ui.amounts import DASH, amount, rate
from npsgui.ui.facts import Fact


class Together(QWidget):
    """The sums of rows of one kind: none of them is part of another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = QLabel(self)
        self._count.setObjectName("heading")
        self._inlet_now, self._export_now = (
            Fact(self.tr("Inlet now"), self),
            Fact(self.tr("Export now"), self),
        )
        self._inlet, self._export = Fact(self.tr("Inlet"), self), Fact(self.tr("Export"), self)
        self._today, self._connections = Fact(self.tr("Today"), self), Fact(self.tr("Connections"), self)
        line = QHBoxLayout()
        line.setSpacing(16)
        for fact in (
            self._inlet_now,
            self._export_now,
            self._inlet,
            self._export,
            self._today,
            self._connections,
        ):
            line.addWidget(fact, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 16, 16, 12)
        rows.setSpacing(16)
        rows.addWidget(self._count)
        rows.addLayout(line)
        rows.addStretch(1)

    def show_rows(self, rows: Sequence[FlowRow]) -> None:
        """Show what these come to."""
        self._count.setText(self.tr("{count} selected").format(count=f"{len(rows):,}"))
        inlet, export = sum(row.inlet for row in rows), sum(row.export for row in rows)
        today, open_now = sum(row.today for row in rows), sum(row.connections for row in rows)
        exact = self.tr("{count} B")
        self._inlet_now.show_texts(rate(sum(row.inlet_now for row in rows)), "")
        self._export_now.show_texts(rate(sum(row.export_now for row in rows)), "")
        self._inlet.show_texts(amount(inlet), exact.format(count=f"{inlet:,}"))
        self._export.show_texts(amount(export), exact.format(count=f"{export:,}"))
        self._today.show_texts(amount(today), exact.format(count=f"{today:,}"))
        self._connections.show_texts(f"{open_now:,}" if open_now else DASH, "")
