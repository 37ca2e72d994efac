"""Byte accounting. Pure: no clock, no socket, no Qt."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Direction(enum.Enum):
    """Which way bytes go. Inlet is visitor to target; export is target to visitor."""

    INLET = "inlet"
    EXPORT = "export"


class QuotaCounts(enum.StrEnum):
    """Which bytes a quota counts."""

    BOTH = "both"
    INLET = "inlet"
    EXPORT = "export"

    def of(self, inlet: int, export: int) -> int:
        """What of these bytes it counts."""
        if self is QuotaCounts.BOTH:
            return inlet + export
        return inlet if self is QuotaCounts.INLET else export


# Every chunk asks for these; looking a member up in its enum takes Python 3.11 as long as adding the bytes.
_INLET = Direction.INLET
_COUNTS_BOTH = QuotaCounts.BOTH
_COUNTS_INLET = QuotaCounts.INLET


@dataclass(slots=True)
class Flow:
    """Bytes carried for one owner.

    What a Flow counts it also adds to its parent, so a client's total is the sum of its
    tunnels and hosts by construction, never by a sweep. Bytes; ``quota`` 0 is unlimited. The quota counts
    what was carried since ``from_inlet`` and ``from_export``: where the counters stood when its period began.
    """

    quota: int = 0
    parent: Flow | None = None
    inlet: int = 0
    export: int = 0
    quota_counts: QuotaCounts = QuotaCounts.BOTH
    from_inlet: int = 0
    from_export: int = 0
    opening: int = 0
    """Bytes of the period that were used elsewhere: the quota counts them, no total does."""
    top_up: int = 0
    """Bytes on top of the quota, in this period only."""

    def add(self, direction: Direction, count: int) -> None:
        """Count bytes already moved. Never refuses: sent is sent."""
        flow: Flow | None = self
        if direction is _INLET:
            while flow is not None:
                flow.inlet += count
                flow = flow.parent
        else:
            while flow is not None:
                flow.export += count
                flow = flow.parent

    @property
    def used(self) -> int:
        """Bytes of the running period that count towards the quota."""
        counts = self.quota_counts
        if counts is _COUNTS_BOTH:
            return self.opening + self.inlet + self.export - self.from_inlet - self.from_export
        if counts is _COUNTS_INLET:
            return self.opening + self.inlet - self.from_inlet
        return self.opening + self.export - self.from_export

    @property
    def limit(self) -> int:
        """The quota of the running period, with what tops it up; 0 is unlimited."""
        return self.quota + self.top_up if self.quota else 0

    @property
    def left(self) -> int:
        """Bytes until the quota is reached, never below 0. Meaningless while ``quota`` is 0."""
        left = self.quota + self.top_up - self.used
        return left if left > 0 else 0

    @property
    def exhausted(self) -> bool:
        """Whether a quota is set and nothing of it is left."""
        return self.quota > 0 and self.used >= self.quota + self.top_up

    def limits(self, direction: Direction) -> bool:
        """Whether a quota is set that counts bytes going this way."""
        return self.quota > 0 and self.quota_counts in (QuotaCounts.BOTH, direction.value)
