"""Which minute it is, and whether the clock can be believed. Pure: both clocks are arguments."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60
JUMP_SECONDS = 5.0
"""A wall clock that disagrees this much with the monotonic clock has jumped."""


def minute_of(wall: float) -> int:
    """The start of the minute that ``wall`` lies in; Unix time, s."""
    return int(wall // MINUTE) * MINUTE


@dataclass(frozen=True, slots=True)
class Tick:
    """What one reading of the clocks says."""

    minute: int
    """The minute that bytes counted now belong to; Unix time, s."""
    seconds: float
    """Time since the reading before, by the monotonic clock: what rates are divided by."""
    completed: int | None
    """The minute that has ended since the reading before, or None. After a gap, the one before the gap."""
    jump: float
    """How far the wall clock moved against the monotonic one; 0.0 when they agree."""


class MinuteClock:
    """Turns readings of the clocks, about one a second, into minutes.

    The monotonic clock stands still while the machine sleeps, so after a suspend the wall clock has jumped:
    the minutes between are a gap, and the first minute after it begins empty. A clock set back opens
    an earlier minute again; its row goes on from where it was.
    """

    def __init__(self, wall: float, monotonic: float) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._minute = minute_of(wall)

    @property
    def minute(self) -> int:
        """The running minute; Unix time, s."""
        return self._minute

    def read(self, wall: float, monotonic: float) -> Tick:
        """Read both clocks."""
        seconds = monotonic - self._monotonic
        drift = (wall - self._wall) - seconds
        jump = drift if abs(drift) >= JUMP_SECONDS else 0.0
        minute = minute_of(wall)
        completed = self._minute if minute != self._minute else None
        self._wall, self._monotonic, self._minute = wall, monotonic, minute
        return Tick(minute, seconds, completed, jump)
