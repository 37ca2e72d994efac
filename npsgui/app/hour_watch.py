"""What each owner has carried in the running hour, held against the same hour of the weeks before."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from npsgui.app.front import Shown
from npsgui.model.alert_causes import HOUR, WEEKS, Usual, same_hours, usual
from npsgui.model.alerts import AlertKind, AlertRules
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.errors import NpsError
from npsgui.model.events import MinuteTurned
from npsgui.model.hours import zone_of
from npsgui.model.views import Step

PART = 1000
"""Owners that are added up at a time."""

MOST_LOOKED_UP = 50
"""Owners whose weeks before are looked up in one minute; the others' are in the next."""

Tell = Callable[[AlertKind, OwnerKey, int, float], None]
"""Hears of what kind, whose, how much was carried, and what is usual; bytes."""


class HourWatch:
    """Told each minute that is over; ``tell`` hears of what is unlike."""

    def __init__(self, program: Shown, tell: Tell) -> None:
        self._program = program
        self._tell = tell
        self._one_at_a_time = asyncio.Lock()
        self._hour = 0
        self._moved: dict[OwnerKey, int] = {}
        self._usual: dict[OwnerKey, Usual | None] = {}

    async def take(self, turned: MinuteTurned, rules: AlertRules) -> None:
        """Add the minute to its hour, and tell whose hour is unusual by now. Owners below come first."""
        async with self._one_at_a_time:
            hour = turned.minute // HOUR * HOUR
            if hour != self._hour:
                self._hour = hour
                self._moved.clear()
                self._usual.clear()
            for number, (owner, usage) in enumerate(turned.usages.items()):
                self._moved[owner] = self._moved.get(owner, 0) + usage.inlet + usage.export
                if number % PART == PART - 1:
                    await asyncio.sleep(0)
            much = [owner for owner in turned.usages if self._moved[owner] >= rules.unusual_least]
            much = [owner for owner in much if owner != GLOBAL_KEY]
            with contextlib.suppress(NpsError):  # the health light tells why; in a minute it is tried again
                await self._look_up([owner for owner in much if owner not in self._usual][:MOST_LOOKED_UP])
            for owner in sorted(much, key=lambda owner: owner.kind is OwnerKind.CLIENT):
                found = self._usual.get(owner)
                if found and self._moved[owner] > found.most(rules.unusual_times, rules.unusual_least):
                    self._tell(AlertKind.UNUSUAL, owner, self._moved[owner], found.median)

    async def _look_up(self, owners: list[OwnerKey]) -> None:
        if not owners:
            return
        zone = zone_of(self._program.configuration.everything.timezone)
        since = known_since(self._program, self._hour)
        hours = [hour for hour in same_hours(self._hour, zone) if hour - HOUR >= since]
        covered = await self._program.coverage(since, self._hour)
        for owner in owners:
            moved = await moved_by_hour(self._program, owner, since, self._hour)
            self._usual[owner] = usual(moved, covered, hours)


def known_since(program: Shown, hour: int) -> int:
    """From when on it is known, of the weeks before ``hour``, what each hour carried."""
    # past its retention an hour's bytes are in its day's
    return max(hour - program.retention.hours + HOUR, hour - (WEEKS * 7 * 24 + 2) * HOUR)


async def moved_by_hour(program: Shown, owner: OwnerKey, since: int, until: int) -> dict[int, int]:
    """What an owner carried in each hour of [since, until), bytes. Raises LedgerError, NotFound."""
    rows = await program.history(owner, since, until, Step.HOUR)
    return {row.start: row.inlet + row.export for row in rows}
