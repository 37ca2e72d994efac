"""Which clients have carried next to nothing in the hours that are over, where they always carry much."""

from __future__ import annotations

import contextlib

from npsgui.app.front import Shown
from npsgui.app.hour_watch import MOST_LOOKED_UP, Tell, known_since, moved_by_hour
from npsgui.model.alert_causes import HOUR, quiet, same_hours
from npsgui.model.alerts import AlertKind, AlertRules
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import NpsError
from npsgui.model.events import MinuteTurned
from npsgui.model.hours import zone_of
from npsgui.model.views import FlowRow, State

_CARRYING = (State.RUNNING, State.NEAR_QUOTA, State.THROTTLED)
"""Of all others it is known why they carry nothing."""


class QuietWatch:
    """Told each minute that is over; ``tell`` hears of who is quiet. So many are looked at in a minute."""

    def __init__(self, program: Shown, tell: Tell) -> None:
        self._program = program
        self._tell = tell
        self._hour = 0
        self._waiting: list[OwnerKey] = []

    async def take(self, turned: MinuteTurned, rules: AlertRules) -> None:
        """Look at the hour that is over, once it is."""
        hour = turned.minute // HOUR * HOUR
        if hour != self._hour:
            is_first, self._hour = self._hour == 0, hour
            rows = [] if is_first else self._program.flows(OwnerKind.CLIENT)
            self._waiting = [row.owner for row in rows if _may_be_quiet(row, rules.unusual_least)]
        now, self._waiting = self._waiting[:MOST_LOOKED_UP], self._waiting[MOST_LOOKED_UP:]
        with contextlib.suppress(NpsError):  # the health light tells why; the next hour is looked at again
            await self._look(now, rules.unusual_least)

    async def _look(self, owners: list[OwnerKey], least: int) -> None:
        if not owners:
            return
        over = self._hour - HOUR
        since = known_since(self._program, over)
        zone = zone_of(self._program.configuration.everything.timezone)
        hours = [hour for hour in same_hours(over, zone) if hour >= since]
        covered = await self._program.coverage(since, self._hour)
        for owner in owners:
            moved = await moved_by_hour(self._program, owner, since, self._hour)
            found = quiet(moved, covered, over, hours, least)
            if found is not None:
                self._tell(AlertKind.QUIET, owner, moved.get(over, 0), found)


def _may_be_quiet(row: FlowRow, least: int) -> bool:
    return row.state in _CARRYING and row.inlet + row.export >= least
