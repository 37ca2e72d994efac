"""What the pane of the selected row and its tabs ask of the program."""

from __future__ import annotations

from typing import Protocol

from npsgui.model.agents import AgentRow
from npsgui.model.configuration import Configuration
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.forecast import Forecast
from npsgui.model.peers import PeerUsage
from npsgui.model.periods import Period
from npsgui.model.views import ConnectionRow, FlowRow
from npsgui.ui.chart_feed import HistorySource
from npsgui.ui.event_feed import TrailSource


class DetailSource(HistorySource, TrailSource, Protocol):
    """The part of Program that the pane needs."""

    @property
    def configuration(self) -> Configuration:
        """What is in force."""

    def flow(self, owner: OwnerKey) -> FlowRow:
        """One owner's row. Raises NotFound."""

    def flows(self, kind: OwnerKind | None = None) -> list[FlowRow]:
        """The rows of one kind."""

    def connections(self) -> list[ConnectionRow]:
        """The open sessions."""

    def agents(self) -> list[AgentRow]:
        """The agents that are online."""

    async def periods(self, owner: OwnerKey) -> list[Period]:
        """The periods of an owner, the oldest first; the last of them runs."""

    async def peers(self, owner: OwnerKey, since: int, until: int) -> list[PeerUsage]:
        """Whom an owner carried bytes for, by day (UTC)."""

    def forecast(self, owner: OwnerKey) -> Forecast | None:
        """What to expect of the running period, where that is known by now."""
