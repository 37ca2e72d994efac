"""The line at the bottom: relay, connections, ledger, the rates now and today's bytes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from npsgui.model.views import FlowRow, Health, LedgerHealth, State, Usage
from npsgui.ui.alternative_switch import AlternativeSwitch
from npsgui.ui.amounts import amount, format_rate_limit, rate
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
        self._runs = True
        self.show_relay(running=True)
        self._connections = QLabel(self)
        self._ledger = Badge(theme, self)
        self._rates = _Rates(self)
        self._rates.setToolTip(
            "\n".join(
                (
                    self.tr("Inlet: from visitors to targets, now and today"),
                    self.tr("Export: from targets to visitors, now and today"),
                    self.tr("Click for the limits of everything together"),
                )
            )
        )
        self._rates.clicked.connect(self.limits_asked)
        self.alternative = AlternativeSwitch(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 12, 0)
        layout.setSpacing(20)
        for part in (self._relay, self._connections, self._ledger):
            layout.addWidget(part)
        layout.addStretch()
        layout.addWidget(self.alternative)
        layout.addWidget(self._rates)

    def show_flow(self, everything: FlowRow, connections: int, today: Usage) -> None:
        """The numbers of this second."""
        if self._runs and everything.state is State.STOPPED:
            self._relay.show_state(State.STOPPED, self.tr("paused"))
        elif self._runs:
            self._relay.show_state(State.RUNNING, self.tr("relay running"))
        self._connections.setText(self.tr("connections: {count}").format(count=connections))
        colors, row = self._theme.colors, everything
        inlet = self._rate(self.tr("inlet"), row.inlet_now, row.inlet_rate or row.rate, today.inlet)
        export = self._rate(self.tr("export"), row.export_now, row.export_rate or row.rate, today.export)
        self._rates.show_texts(_arrow("↓", colors.inlet) + inlet, _arrow("↑", colors.export) + export)

    def show_health(self, health: LedgerHealth) -> None:
        """The ledger's light, its word, and why."""
        words = {
            Health.OK: self.tr("ledger up to date"),
            Health.BEHIND: self.tr("ledger behind"),
            Health.FAILED: self.tr("ledger failed"),
        }
        reason = "" if health.reason is None else self._sentences.of(health.reason)
        self._ledger.show_state(health.health, words[health.health], reason)

    def show_relay(self, running: bool) -> None:
        """Whether tunnels run; not when the service has ended that the window is attached to."""
        self._runs = running
        if running:
            self._relay.show_state(State.RUNNING, self.tr("relay running"))
        else:
            self._relay.show_state(State.STOPPED, self.tr("relay stopped"))

    def show_saving(self) -> None:
        """Say that the last counts are being written, at the end."""
        self._runs = False
        self._relay.show_state(State.STOPPED, self.tr("saving…"))

    def _rate(self, word: str, now: float, limit: int, today: int) -> str:
        most = format_rate_limit(limit) if limit else "∞"
        muted = f'<span style="color:{self._theme.colors.muted}">[{most}] ({amount(today)})</span>'
        return f"{word} <b>{rate(now)}</b> {muted}"


def _arrow(arrow: str, color: str) -> str:
    return f'<span style="color:{color}; font-weight:700">{arrow}</span> '


class _Rates(QPushButton):
    """Two rates on one button, which never shrinks: what stands beside them keeps its place."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("flat")
        self.setAccessibleName(self.tr("Rates and limits of everything"))
        self._labels = QLabel(self), QLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(16)
        for label in self._labels:
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(label)

    def show_texts(self, inlet: str, export: str) -> None:
        """Show both, as rich text."""
        for label, text in zip(self._labels, (inlet, export), strict=True):
            label.setText(text)
            label.setMinimumWidth(max(label.minimumWidth(), label.sizeHint().width()))
        self.updateGeometry()

    # Qt overrides

    def sizeHint(self) -> QSize:
        """Room for both."""
        width = sum(label.minimumWidth() for label in self._labels)
        return QSize(width + 32, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Never less."""
        return self.sizeHint()
