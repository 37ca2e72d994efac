"""Hours of the week, in half hours of a time zone's clock. Pure: time is an argument.

A ``Week`` says which; a ``Timetable`` whether they are now. Days and half hours are those of the wall clock,
so ``mo-fr 08:00-18:00`` begins at eight in summer and in winter. What a clock change skips is skipped, what
it repeats holds twice.
"""

from __future__ import annotations

import math
import re
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from npsgui.model.errors import FieldError

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
"""As ``datetime.weekday`` counts them."""

DAY_NUMBERS = {name: number for number, name in enumerate(DAYS)} | {
    week + day: number
    for week in ("周", "星期", "礼拜")
    for number, days in enumerate(("一", "二", "三", "四", "五", "六", "日天"))
    for day in days
}
"""The names that are read."""

_ALWAYS_WORDS = frozenset({"", "always", "总是", "始终", "永远", "全天", "不限"})
NEVER_WORDS = frozenset({"never", "从不", "永不"})
"""Read wherever something may never be."""
_AS_ASCII = str.maketrans("：，；－–—～~至到", ":,;-------")
"""What may stand for the signs of a span, as it is typed in Chinese."""
_DAY_THEN_HOUR = re.compile(r"(?<=[一-鿿])(?=\d)")
"""Where a space is left out in Chinese."""

SLOTS = 48
"""Half hours in a day."""

_SLOT_SECONDS = 1800
_WHOLE_DAY = (1 << SLOTS) - 1
_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Week:
    """Half hours of a week: of each day from Monday on a number whose bit ``n`` is its half hour ``n``."""

    days: tuple[int, int, int, int, int, int, int] = (_WHOLE_DAY,) * 7

    def holds(self, day: int, slot: int) -> bool:
        """Whether half hour ``slot``, 0 to 47, of ``day``, Monday 0, is among them."""
        return bool(self.days[day] >> slot & 1)

    def painted(self, slots: Iterable[tuple[int, int]], wanted: bool) -> Week:
        """The same with these (day, slot) among them or not."""
        days = list(self.days)
        for day, slot in slots:
            days[day] = days[day] | 1 << slot if wanted else days[day] & ~(1 << slot)
        return Week((days[0], days[1], days[2], days[3], days[4], days[5], days[6]))

    def spans(self, day: int) -> Iterator[tuple[int, int]]:
        """The runs of half hours of a day: the first of each, and the one after its last."""
        begin: int | None = None
        for slot in range(SLOTS + 1):
            if self.holds(day, slot):
                begin = slot if begin is None else begin
            elif begin is not None:
                yield begin, slot
                begin = None


ALWAYS = Week()
NEVER = Week((0,) * 7)


def parse_week(text: str, field: str = "hours") -> Week:
    """A Week from ``mo-fr 08:00-18:00, sa 9-12``, ``22:00-06:00`` (each day), ``sa-su``, ``always``.

    The same in Chinese: ``周一至周五 08:00-18:00，周六 9-12``. A span that ends before it begins goes on
    into the next day. Raises FieldError: when it is no such text.
    """
    plain = text.strip().lower()
    if plain in _ALWAYS_WORDS:
        return ALWAYS
    if plain in NEVER_WORDS:
        return NEVER
    found = NEVER
    plain = _DAY_THEN_HOUR.sub(" ", plain.translate(_AS_ASCII))
    for part in re.split(r"[,;\r\n]+", plain):
        words = part.split()
        if words:
            found = found.painted(_slots(words, field), True)
    return found


@dataclass(frozen=True, slots=True)
class WeekWords:
    """What a Week is written with."""

    always: str = "always"
    never: str = "never"
    days: tuple[str, ...] = DAYS
    to: str = "-"
    """From one day to another."""
    comma: str = ", "


ENGLISH = WeekWords()


def format_week(week: Week, words: WeekWords = ENGLISH) -> str:
    """The text that ``parse_week`` reads back as ``week``; neighbouring days that are alike are one."""
    if week in (ALWAYS, NEVER):
        return words.always if week == ALWAYS else words.never
    parts = []
    day = 0
    while day < 7:
        last = day
        while last < 6 and week.days[last + 1] == week.days[day]:
            last += 1
        name = words.days[day] if last == day else f"{words.days[day]}{words.to}{words.days[last]}"
        parts += [f"{name} {clock_of(begin)}-{clock_of(end)}" for begin, end in week.spans(day)]
        day = last + 1
    return words.comma.join(parts)


def clock_of(slot: int) -> str:
    """When a half hour of a day begins: ``08:30``."""
    return f"{slot // 2:02}:{slot % 2 * 30:02}"


def zone_of(name: str) -> tzinfo | None:
    """The time zone with this name; None, which is the system's, for an empty or unknown one."""
    return zoneinfo.ZoneInfo(name) if name and is_zone(name) else None


def is_zone(name: str) -> bool:
    """Whether there is a time zone with this name, like ``Europe/Berlin``."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones
        return False
    return True


class Timetable:
    """Whether a Week's hours are now. It remembers until when that holds: asking again costs nothing."""

    __slots__ = ("_holds", "_since", "_until", "week", "zone")

    def __init__(self, week: Week, zone: tzinfo | None) -> None:
        self.week = week
        self.zone = zone
        self._holds = True
        self._since = self._until = math.inf

    def holds(self, wall: float) -> bool:
        """Whether ``wall`` (Unix time, s) is within the hours."""
        if not self._since <= wall < self._until:
            self._look(wall)
        return self._holds

    def changes(self, wall: float) -> float:
        """When that will be otherwise, Unix time, s; infinity: never."""
        self.holds(wall)
        return self._until

    def _look(self, wall: float) -> None:
        self._holds = self._is_open(wall)
        self._since = self._until = wall
        if self.week in (ALWAYS, NEVER):
            self._until = math.inf
            return
        while self._is_open(self._until) == self._holds:
            self._until = self._next_slot(self._until)

    def _is_open(self, wall: float) -> bool:
        local = datetime.fromtimestamp(wall, self.zone)
        return self.week.holds(local.weekday(), (local.hour * 60 + local.minute) // 30)

    def _next_slot(self, wall: float) -> float:
        """The next full or half hour of the local clock: zones are whole minutes from UTC, not half hours."""
        local = datetime.fromtimestamp(wall, self.zone)
        into = timedelta(minutes=local.minute % 30, seconds=local.second, microseconds=local.microsecond)
        return round(wall - into.total_seconds()) + _SLOT_SECONDS


def _slots(words: list[str], field: str) -> Iterator[tuple[int, int]]:
    """The half hours that one part of the text names."""
    days = range(7) if words[0][0].isdecimal() else _days(words.pop(0), field)
    for begin, end in [_span(word, field) for word in words] or [(0, SLOTS)]:
        for day in days:
            for slot in range(begin, end if begin < end else end + SLOTS):
                yield (day + slot // SLOTS) % 7, slot % SLOTS


def _days(text: str, field: str) -> list[int]:
    first, dash, last = text.partition("-")
    if first not in DAY_NUMBERS or (dash and last not in DAY_NUMBERS):
        raise FieldError(
            field, "“{text}” is no day; days are mo, tu, we, th, fr, sa, su, or like mo-fr.", text=text
        )
    begin, end = DAY_NUMBERS[first], DAY_NUMBERS[last or first]
    return [day % 7 for day in range(begin, (end if begin <= end else end + 7) + 1)]


def _span(text: str, field: str) -> tuple[int, int]:
    """The first half hour, and the one after the last."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise FieldError(
            field, "“{text}” is no span of hours; write it like mo-fr 08:00-18:00, sa 09:00-12:00.", text=text
        )
    begin, end = _slot(match[1], match[2]), _slot(match[3], match[4])
    if begin is None or end is None or begin in (end, SLOTS):
        raise FieldError(
            field, "“{text}” must begin and end at a full or half hour, from 00:00 to 24:00.", text=text
        )
    return begin, end


def _slot(hour: str, minute: str | None) -> int | None:
    at, rest = divmod(int(hour) * 60 + int(minute or 0), 30)
    return None if rest or at > SLOTS or int(minute or 0) > 59 else at
