"""The agent of a client in a line: whether it is online, which it is, and how to connect one."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from npsgui.model.agents import AgentRow
from npsgui.ui.elided import ElidedLabel

DASH = "–"


class AgentWords(QObject):
    """Says the facts of an agent in the user's language."""

    def state(self, agent: AgentRow | None) -> str:
        """Whether it is there, in a word."""
        return self.tr("offline") if agent is None else self.tr("online")

    def latency(self, agent: AgentRow | None) -> str:
        """How long a ping takes there and back."""
        if agent is None or agent.latency is None:
            return DASH
        return self.tr("{count} ms").format(count=f"{agent.latency * 1000:.0f}")

    def since(self, agent: AgentRow | None) -> str:
        """Since when it is connected, by the clock here."""
        if agent is None:
            return DASH
        moment = QDateTime.fromSecsSinceEpoch(int(agent.since))
        return QLocale().toString(moment, QLocale.FormatType.ShortFormat)

    def line(self, agent: AgentRow | None) -> str:
        """All of it."""
        if agent is None:
            return self.tr("Its agent is not connected.")
        said = self.tr("Agent online since {time}  ·  {address}  ·  version {version}").format(
            time=self.since(agent), address=agent.address, version=agent.version or DASH
        )
        return said if agent.latency is None else f"{said}  ·  {self.latency(agent)}"


class AgentLine(QWidget):
    """The line, and a button beside it."""

    connect_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = AgentWords(self)
        self.text = ElidedLabel(self)
        self.text.setObjectName("muted")
        connect = QPushButton(self.tr("Connect an agent…"), self)
        connect.clicked.connect(self.connect_asked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text, 1)
        layout.addWidget(connect)

    def show_agent(self, agent: AgentRow | None) -> None:
        """Show this agent; None: there is none."""
        self.text.setText(self._words.line(agent))
