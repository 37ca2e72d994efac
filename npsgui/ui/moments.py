"""Moments in the user's language, by the clock of a time zone."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from PySide6.QtCore import QDate, QLocale, QObject


class Moments(QObject):
    """Knows no widget. Times are Unix times, s; a zone of None is the machine's."""

    def moment(self, at: float, zone: tzinfo | None) -> str:
        """A day and a time: ``15 Nov 2026 06:00``."""
        found = datetime.fromtimestamp(at, zone)
        return f"{self.day(at, zone)} {found:%H:%M}"

    def day(self, at: float, zone: tzinfo | None) -> str:
        """A day: ``15 Nov 2026``."""
        return day_text(datetime.fromtimestamp(at, zone), self.tr("d MMM yyyy"))

    def span(self, since: float, until: float, zone: tzinfo | None) -> str:
        """From one moment to another."""
        first, last = self.moment(since, zone), self.moment(until, zone)
        return self.tr("{first} to {last}").format(first=first, last=last)


def day_text(day: date, form: str) -> str:
    """A day in the user's language, as ``form`` says: ``d MMM``."""
    return QLocale().toString(QDate(day.year, day.month, day.day), form)


def clock_text(moment: float, *, seconds: bool = False) -> str:
    """A time of day by the machine's clock: ``06:00``."""
    return datetime.fromtimestamp(moment).strftime("%H:%M:%S" if seconds else "%H:%M")
