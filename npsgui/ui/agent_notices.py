"""Tells in the notice bar that an agent is gone whose tunnels are wanted, until it is back."""

from __future__ import annotations

from PySide6.QtCore import QObject

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Via
from npsgui.model.events import AgentDown, AgentUp, Event
from npsgui.ui.notices import NoticeBar
from npsgui.ui.sentences import Sentences


class AgentNotices(QObject):
    """Takes every event; knows which sentence it told of which client."""

    def __init__(self, notices: NoticeBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._told: dict[int, str] = {}

    def take(self, event: Event, configuration: Configuration) -> None:
        """Tell, or take back."""
        if isinstance(event, AgentUp):
            self._notices.withdraw(self._told.pop(event.client, ""))
        elif isinstance(event, AgentDown):
            self._on_down(event.client, configuration)

    def _on_down(self, ident: int, configuration: Configuration) -> None:
        client = configuration.clients.get(ident)
        if client is None or not client.enabled or client.guest:
            return
        idle = sum(owner.via is Via.AGENT and owner.enabled for owner in configuration.owned_by(ident))
        if not idle:
            return
        name = Sentences(self).name(client.remark, client.owner)
        sentence = self.tr("The agent of {name} is gone. Tunnels and hosts that wait for it: {count}").format(
            name=name, count=idle
        )
        self._notices.withdraw(self._told.get(ident, ""))
        self._told[ident] = sentence
        self._notices.tell(sentence)
