"""The line at the bottom: relay, connections, ledger, the rates now and today's bytes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from npsgui.model.units import format_bytes, format_rate
from npsgui.model.views import FlowRow, Health, LedgerHealth, State, Usage
from npsgui.ui.badge import Badge
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme


class StatusBar(QFrame):
    """Shows what it is given; clicking the rates asks for the global limits."""

    limits_asked = Signal()

    def __init__(self, theme: Theme, sentences: Sentences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setFixedHeight(32)
        self._theme = theme
        self._sentences = sentences
        self._relay = Badge(theme, self)
        self._relay.show_state(State.RUNNING, self.tr("relay running"))
        self._connections = QLabel(self)
        self._ledger = Badge(theme, self)
        self._inlet, self._export = QLabel(self), QLabel(self)
        self._inlet.setToolTip(self.tr("Inlet: from visitors to targets, now and today"))
        self._export.setToolTip(self.tr("Export: from targets to visitors, now and today"))
        self._limits = QPushButton(self)
        self._limits.setObjectName("flat")
        self._limits.setToolTip(self.tr("Limits of everything together"))
        self._limits.clicked.connect(self.limits_asked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 12, 0)
        layout.setSpacing(20)
        left: tuple[QWidget, ...] = (self._relay, self._connections, self._ledger)
        right: tuple[QWidget, ...] = (self._inlet, self._export, self._limits)
        for part in left:
            layout.addWidget(part)
        layout.addStretch()
        for part in right:
            layout.addWidget(part)

    def show_flow(self, everything: FlowRow, connections: int, today: Usage) -> None:
        """The numbers of this second."""
        self._connections.setText(self.tr("connections: {count}").format(count=connections))
        colors = self._theme.colors
        self._inlet.setText(
            self._rate("↓", colors.inlet, self.tr("inlet"), everything.inlet_now, today.inlet)
        )
        self._export.setText(
            self._rate("↑", colors.export, self.tr("export"), everything.export_now, today.export)
        )
        limited = any((everything.quota, everything.rate, everything.inlet_rate, everything.export_rate))
        self._limits.setText(self.tr("limited") if limited else self.tr("no limits"))

    def show_health(self, health: LedgerHealth) -> None:
        """The ledger's light, its word, and why."""
        words = {
            Health.OK: self.tr("ledger up to date"),
            Health.BEHIND: self.tr("ledger behind"),
            Health.FAILED: self.tr("ledger failed"),
        }
        reason = "" if health.reason is None else self._sentences.of(health.reason)
        self._ledger.show_state(health.health, words[health.health], reason)

    def show_saving(self) -> None:
        """Say that the last counts are being written, at the end."""
        self._relay.show_state(State.STOPPED, self.tr("saving…"))

    def _rate(self, arrow: str, color: str, word: str, rate: float, today: int) -> str:
        muted = self._theme.colors.muted
        now = format_rate(rate) if rate >= 1 else "–"
        return (
            f'<span style="color:{color}; font-weight:600">{arrow}</span> {word} <b>{now}</b>'
            f' <span style="color:{muted}">({format_bytes(today)})</span>'
        )
