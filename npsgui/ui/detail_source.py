"""What the pane of the selected row and its tabs ask of the program."""

from __future__ import annotations

from typing import Protocol

from npsgui.model.agents import AgentRow
from npsgui.model.entities import OwnerKey
from npsgui.model.forecast import Forecast
from npsgui.model.periods import Period
from npsgui.model.views import ConnectionRow
from npsgui.ui.chart.sources import HistorySource


class DetailSource(HistorySource, Protocol):
    """The part of Program that the pane needs."""

    def connections(self) -> list[ConnectionRow]:
        """The open sessions."""

    def agents(self) -> list[AgentRow]:
        """The agents that are online."""

    async def periods(self, owner: OwnerKey) -> list[Period]:
        """The periods of an owner, the oldest first; the last of them runs."""

    def forecast(self, owner: OwnerKey) -> Forecast | None:
        """What to expect of the running period, where that is known by now."""
