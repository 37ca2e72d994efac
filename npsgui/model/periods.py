"""The spans a quota covers: for ever, or from one hour of a day to that of another. Pure: reads no clock.

Boundaries are wall-clock times in a time zone, so a period may be an hour shorter or longer when the clocks
change. An hour that is left out that day begins when the clocks have gone forward; one that comes twice, with
the first.
"""

from __future__ import annotations

import datetime
import enum
import zoneinfo
from dataclasses import dataclass

from npsgui.model.errors import FieldError
from npsgui.model.hours import DAY_NUMBERS

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SAYS = (
    "daily, weekly mon, monthly 31, every 10 2026-01-31 or lifetime; then 06:00 and Asia/Shanghai if need be"
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A period begins at ``start`` (Unix time, s): what its owner had carried by then, since it was made."""

    start: int
    inlet: int
    export: int
    opening: int = 0
    """Bytes already used elsewhere, which the quota counts in this period."""
    top_up: int = 0
    """Bytes on top of the quota in this period."""


@dataclass(frozen=True, slots=True)
class Period:
    """What an owner carried in [start, until); of the running one, so far. Unix times, s; bytes."""

    start: int
    until: int | None
    inlet: int
    export: int
    opening: int = 0
    top_up: int = 0


class Every(enum.StrEnum):
    """How long a period is."""

    LIFETIME = "lifetime"
    DAY = "daily"
    WEEK = "weekly"
    MONTH = "monthly"
    DAYS = "every"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRule:
    """When a period ends and the next begins."""

    every: Every = Every.LIFETIME
    day: int = 1
    """Of a week 1 (Monday) to 7; of a month 1 to 31, where it has that many, else its last; of ``DAYS`` how
    many days."""
    first: str = ""
    """A day on which a period of ``DAYS`` begins; ISO 8601."""
    hour: int = 0
    zone: str = ""
    """The time zone's name, like Asia/Shanghai; empty is the program's."""

    def span(self, wall: float, usual: str = "") -> tuple[int, int | None]:
        """The period that ``wall`` lies in: from, and until; Unix times, s. For ever: (0, None).

        ``usual``: the zone of a rule that names none; empty is the machine's.
        """
        if self.every is Every.LIFETIME:
            return 0, None
        name = self.zone or usual
        zone = zoneinfo.ZoneInfo(name) if name else None
        number = self._number(datetime.datetime.fromtimestamp(wall, zone).date())
        while self._boundary(number, zone) > wall:
            number -= 1
        while self._boundary(number + 1, zone) <= wall:
            number += 1
        return self._boundary(number, zone), self._boundary(number + 1, zone)

    def _number(self, day: datetime.date) -> int:
        """The number of a period that begins about ``day``: give or take one."""
        if self.every is Every.MONTH:
            return day.year * 12 + day.month - 1
        return (day.toordinal() - self._anchor()) // self._days()

    def _boundary(self, number: int, zone: zoneinfo.ZoneInfo | None) -> int:
        """When period ``number`` begins."""
        if self.every is Every.MONTH:
            year, month = number // 12, number % 12 + 1
            last = datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(1)
            day = last.replace(day=min(self.day, last.day))
        else:
            day = datetime.date.fromordinal(self._anchor() + number * self._days())
        return int(datetime.datetime.combine(day, datetime.time(self.hour), zone).timestamp())

    def _days(self) -> int:
        return {Every.DAY: 1, Every.WEEK: 7}.get(self.every, self.day)

    def _anchor(self) -> int:
        """The ordinal of a day on which a period begins. Day 1 of the calendar was a Monday."""
        if self.every is Every.DAYS:
            return datetime.date.fromisoformat(self.first).toordinal()
        return self.day if self.every is Every.WEEK else 1

    def __str__(self) -> str:
        words = [str(self.every)]
        if self.every is Every.WEEK:
            words.append(WEEKDAYS[self.day - 1])
        elif self.every is Every.MONTH:
            words.append(str(self.day))
        elif self.every is Every.DAYS:
            words += [str(self.day), self.first]
        if self.hour:
            words.append(f"{self.hour:02}:00")
        if self.zone:
            words.append(self.zone)
        return " ".join(words)


LIFETIME = PeriodRule()

_EVERY = {str(every): every for every in Every} | {
    "永久": Every.LIFETIME,
    "每天": Every.DAY,
    "每日": Every.DAY,
    "每周": Every.WEEK,
    "每月": Every.MONTH,
    "每隔": Every.DAYS,
}
_DAYS = {name: number for number, name in enumerate(WEEKDAYS, 1)} | {
    name: number + 1 for name, number in DAY_NUMBERS.items()
}
"""The words that are read."""


def parse_period(text: str, field: str = "period") -> PeriodRule:
    """A rule from what its ``str`` gives; days, hour and zone may be left out. Raises FieldError."""
    words = text.strip().split()
    try:
        every = _EVERY[words.pop(0).lower()]
        day, first = _day(every, words)
        hour = _hour(words.pop(0)) if words and ":" in words[0] else 0
        zone = words.pop(0) if words else ""
        if words or (every is Every.LIFETIME and (hour or zone)):
            raise ValueError
        if zone:
            zoneinfo.ZoneInfo(zone)
    except (LookupError, ValueError, OSError):
        raise FieldError(
            field, "“{text}” is not a period; write it like {words}.", text=text, words=SAYS
        ) from None
    return PeriodRule(every=every, day=day, first=first, hour=hour, zone=zone)


def _day(every: Every, words: list[str]) -> tuple[int, str]:
    """The day and first day that the next words say. Raises ValueError, IndexError."""
    if every is Every.WEEK and words and words[0].lower() in _DAYS:
        return _DAYS[words.pop(0).lower()], ""
    if every is Every.MONTH and words and words[0].isdecimal():
        return _within(int(words.pop(0)), 1, 31), ""
    if every is Every.DAYS:
        days, first = _within(int(words.pop(0)), 1, 3660), datetime.date.fromisoformat(words.pop(0))
        if not 1970 <= first.year < 2200:
            raise ValueError
        return days, first.isoformat()
    return 1, ""


def _hour(text: str) -> int:
    hour, _, minutes = text.partition(":")
    if minutes != "00":
        raise ValueError
    return _within(int(hour), 0, 23)


def _within(number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise ValueError
    return number
