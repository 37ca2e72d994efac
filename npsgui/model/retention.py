"""How long the ledger keeps its fine rows and its events. Pure."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86400


@dataclass(frozen=True, slots=True)
class Retention:
    """After these times, s, only the next coarser rows are kept: of minutes the hours, of hours the days.

    Days are kept for ever; the sums are the same in all three. Source: design.md section 5.
    """

    minutes: int = 90 * DAY
    hours: int = 730 * DAY
    events: int = 730 * DAY
    """Of the audit trail: after it nothing of them is kept."""


AS_DESIGNED = Retention()
