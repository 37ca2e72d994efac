"""What is to be expected of the running periods, from what the ledger has of the weeks before."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from npsgui.ledger.ledger import Ledger
from npsgui.model.entities import Everything, Limits, OwnerKey
from npsgui.model.errors import NpsError
from npsgui.model.forecast import HOUR, LOOKED_AT, Forecast, forecast
from npsgui.model.minutes import minute_of
from npsgui.model.views import FlowRow, Step
from npsgui.tasks import spawn


class Outlook:
    """The last forecast of each owner that was looked at; another one is asked for once a minute."""

    def __init__(self, ask: Callable[[OwnerKey], Awaitable[Forecast | None]]) -> None:
        self._ask = ask
        self._asked: dict[OwnerKey, tuple[int, int]] = {}
        """By owner, the minute, and the quota as it was then."""
        self._known: dict[OwnerKey, Forecast | None] = {}

    def of(self, row: FlowRow, wall: float) -> Forecast | None:
        """What is known of an owner by now; the first forecast of it comes a moment later."""
        now = (minute_of(wall), row.quota)
        if self._asked.get(row.owner) != now:
            self._asked[row.owner] = now
            spawn(self._bring(row.owner), "forecast")
        return self._known.get(row.owner)

    async def _bring(self, owner: OwnerKey) -> None:
        with contextlib.suppress(NpsError):  # it is tried again in a minute; the health light tells why
            self._known[owner] = await self._ask(owner)


async def foresee(
    ledger: Ledger, row: FlowRow, limits: Limits, everything: Everything, wall: float
) -> Forecast | None:
    """What to expect of an owner; None where too little is known. Raises NotFound, LedgerError."""
    hour = int(wall) // HOUR * HOUR
    since = hour - min(LOOKED_AT * HOUR, ledger.retention.hours)
    usages = await ledger.history(row.owner, since, hour, Step.HOUR)
    moved = {usage.start: limits.quota_counts.of(usage.inlet, usage.export) for usage in usages}
    hours = [moved.get(start, 0) for start in range(min(moved, default=hour), hour, HOUR)]
    _, until = limits.period.span(wall, everything.timezone)
    return forecast(hours, wall, row.used, row.quota, until)
