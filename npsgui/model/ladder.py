"""The steps of a quota: warn, throttle, cut. Pure: time is an argument.

The cut itself is the gate's; here is only that it is told. What counts towards a quota only ``Flow.used``
says.
"""

from __future__ import annotations

import enum
import math

from npsgui.model.bucket import Bucket
from npsgui.model.entities import Limits
from npsgui.model.flow import Flow


class Rung(enum.Enum):
    """A step that a user is told of."""

    WARN = "warn"
    THROTTLE = "throttle"
    CUT = "cut"


class Ladder:
    """The steps of one owner's quota, and the bucket that throttles it, both directions together."""

    __slots__ = ("_flow", "_told", "bucket", "high", "low", "rate", "throttle_at", "warn_at")

    def __init__(self, flow: Flow, now: float) -> None:
        self._flow = flow
        self._told: set[Rung] = set()
        self.warn_at = 0
        """Bytes of ``Flow.used`` from which it warns; 0: never."""
        self.throttle_at = 0
        """Bytes of ``Flow.used`` from which it throttles; 0: never."""
        self.rate = 0
        """Bytes/s to throttle to."""
        self.bucket = Bucket(0, now)
        """Unlimited while the throttle is not in force."""
        self.low, self.high = 0.0, 0.0
        """While ``Flow.used`` is at least ``low`` and less than ``high`` there are no ``news``."""

    @property
    def warns(self) -> bool:
        """Whether the share to warn at is used."""
        return 0 < self.warn_at <= self._flow.used

    @property
    def throttles(self) -> bool:
        """Whether the throttle is in force."""
        return self.bucket.rate > 0

    @property
    def due(self) -> bool:
        """Whether the share to throttle at is used."""
        return 0 < self.throttle_at <= self._flow.used

    def configure(self, limits: Limits) -> None:
        """Take the steps of these limits; ``settle`` puts them in force."""
        self.warn_at = _share(self._flow.limit, limits.warn)
        self.throttle_at = _share(self._flow.limit, limits.throttle_at) if limits.throttle_rate else 0
        self.rate = limits.throttle_rate
        self.low = self.high = 0.0
        if self._told:
            self._told &= self._reached().keys()

    def settle(self, now: float | None = None) -> bool:
        """Put the throttle in force, or out of it; whether that changed anything. ``now`` as in a Bucket."""
        rate = self.rate if self.due else 0
        if rate == self.bucket.rate:
            return False
        self.bucket.set_rate(rate, self.bucket.stamp if now is None else now)
        return True

    def news(self) -> Rung | None:
        """The furthest step, if it was reached since it was asked before; those that it passed say less.

        One that is left, and reached again, is news again.
        """
        reached = self._reached()
        told, self._told = self._told, set(reached)
        self.low = max(reached.values(), default=0)
        self.high = min((at for at in self._steps().values() if at > self._flow.used), default=math.inf)
        furthest = max(reached, key=lambda rung: (reached[rung], rung is Rung.CUT), default=None)
        return None if furthest in told else furthest

    def _steps(self) -> dict[Rung, int]:
        """From how many bytes of ``Flow.used`` on each of them holds."""
        steps = {Rung.WARN: self.warn_at, Rung.THROTTLE: self.throttle_at, Rung.CUT: self._flow.limit}
        return {rung: at for rung, at in steps.items() if at}

    def _reached(self) -> dict[Rung, int]:
        return {rung: at for rung, at in self._steps().items() if at <= self._flow.used}


def _share(quota: int, percent: int) -> int:
    """The first byte count that is ``percent`` of ``quota``."""
    return -(-quota * percent // 100)
