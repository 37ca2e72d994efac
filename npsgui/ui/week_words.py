"""Hours of the week in the user's language, as ``parse_week`` reads them."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QObject

from npsgui.model.errors import FieldError
from npsgui.model.hours import Week, WeekWords, format_week, parse_week


class WeekTexts(QObject):
    """Writes them. Knows no widget."""

    def of(self, week: Week) -> str:
        """A week in words: ``mo-fr 08:00-18:00``."""
        return format_week(week, self._words)

    def spoken(self, text: str) -> str:
        """What the model writes, in the user's words; what it cannot read, as it is."""
        try:
            return self.of(parse_week(text))
        except FieldError:
            return text

    @cached_property
    def _words(self) -> WeekWords:
        days = (
            self.tr("mo"),
            self.tr("tu"),
            self.tr("we"),
            self.tr("th"),
            self.tr("fr"),
            self.tr("sa"),
            self.tr("su"),
        )
        return WeekWords(self.tr("always"), self.tr("never"), days, self.tr("-"), self.tr(", "))
