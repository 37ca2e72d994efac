"""When a quota will be reached and what a period will come to, from the hours before. Pure: reads no clock.

An hour to come is expected to be like the same hour of the week before, and of the day where weeks are few.
How far off that may be is taken from how far off it was, day by day.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HOUR = 3600
DAY = 24
"""Hours, as all lengths here."""
WEEK = 7 * DAY

LOOKED_AT = 5 * WEEK
"""Hours before these say little about the next."""

HORIZON = 90 * DAY
"""How far a quota that never counts anew is looked ahead for."""

_TENTH = 1.2816
"""One of ten values of the normal distribution lies so many standard deviations above the mean."""

_GUESSED, _GUESSED_DAYS = 0.9, 2
"""What is taken for the spread of days, in parts of their mean, before they tell; and how many days that is
worth in the first week, and ever less from then on."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """A range that holds four times out of five. Bytes that count towards the quota; Unix times, s."""

    low: int
    high: int
    """What the period will have used by its end."""
    until: int | None
    """The end of the period. A quota for ever has none, and ``low`` and ``high`` are of ``HORIZON`` then."""
    earliest: int | None = None
    latest: int | None = None
    """When the quota is reached; None: not in this period."""


def forecast(hours: Sequence[int], now: float, used: int, quota: int, until: int | None) -> Forecast | None:
    """What to expect of the running period; None while there is less than a day to go by.

    ``hours``: bytes of each hour, quiet ones too, the oldest first; the last ended where the hour of ``now``
    began. ``used``: bytes in the running period; ``until``: when it ends.
    """
    hours = hours[-LOOKED_AT:]
    whole = len(hours) // DAY * DAY
    if not whole:
        return None
    pattern = _Pattern(hours[-whole:])
    end = now + HORIZON * HOUR if until is None else until
    low, high = float(used), float(used)
    earliest, latest = (int(now) if 0 < quota <= used else None,) * 2
    for moment, less, more in pattern.ahead(now, end):
        low, high = max(low, used + less), max(high, used + more)
        if quota and earliest is None and high >= quota:
            earliest = int(moment)
        if quota and latest is None and low >= quota:
            latest = int(moment)
    return Forecast(round(low), round(high), until, earliest, latest)


class _Pattern:
    """The hours of a week as whole days of ``hours`` have them, and how much days differ from that."""

    def __init__(self, hours: Sequence[int]) -> None:
        days = len(hours) // DAY
        mean = [sum(hours[at::DAY]) / days for at in range(DAY)]
        self._expected = [self._of_slot(hours[slot::WEEK], mean[slot % DAY]) for slot in range(WEEK)]
        self._hours, self._days = len(hours), days
        off = [
            sum(hours[at : at + DAY]) - sum(self._expected[slot % WEEK] for slot in range(at, at + DAY))
            for at in range(0, len(hours), DAY)
        ]
        squares = sum(one * one for one in off)
        free = max(0.0, days - self._learnt())
        guessed = _GUESSED_DAYS * min(1.0, 7 / days)
        self._variance = (squares + guessed * (_GUESSED * sum(mean)) ** 2) / (free + guessed)
        # a day above the pattern is followed by such days: then days do not even out as soon
        alike = sum(one * other for one, other in itertools.pairwise(off)) / squares if squares else 0
        alike = min(0.8, max(0.0, alike + 2 / days))
        self._together = (1 + alike) / (1 - alike)
        self._tenth = _TENTH + (_TENTH**3 + _TENTH) / (4 * (free + guessed))  # Student's t, nearly

    @staticmethod
    def _of_slot(seen: Sequence[int], usual: float) -> float:
        """An hour of the week, drawn towards the same hour of all days as if that were one week more."""
        return (sum(seen) + usual) / (len(seen) + 1)

    def _learnt(self) -> float:
        """How many numbers the pattern took from the days: what is left over tells of their spread."""
        weekdays = (len(range(day, self._days, 7)) for day in range(7))
        return max(1.0, sum(seen / (seen + 1) for seen in weekdays))

    def ahead(self, now: float, end: float) -> Iterator[tuple[float, float, float]]:
        """The bytes from ``now`` to the end of each hour to come, at least and at most; until ``end``."""
        begin = now // HOUR * HOUR
        expected, passed, at = 0.0, 0.0, self._hours
        while begin < end:
            stop = min(begin + HOUR, end)
            part = (stop - max(begin, now)) / HOUR
            expected += self._expected[at % WEEK] * part
            passed += part / DAY
            spread = self._tenth * math.sqrt(
                self._variance * min(self._together, 1 + passed) * (passed + passed**2 / self._days)
            )
            yield stop, expected - spread, expected + spread
            begin, at = begin + HOUR, at + 1
