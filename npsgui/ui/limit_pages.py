"""The pages of a form that say what a quota covers, what happens near it, by the hour, and otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from npsgui.app.front import Front
from npsgui.model.entities import Alternative, Everything, Owner
from npsgui.model.hours import ALWAYS, Timetable, zone_of
from npsgui.model.views import FlowRow
from npsgui.model.words import USUAL
from npsgui.ui.amounts import format_bytes, format_limit, format_rate_limit
from npsgui.ui.expiry_input import ExpiryInput
from npsgui.ui.field_rows import Field, FormPage
from npsgui.ui.limit_hints import Hint
from npsgui.ui.limit_input import RATES, LimitInput, UnitChoice
from npsgui.ui.period_page import PeriodPage
from npsgui.ui.theme import Theme
from npsgui.ui.week_input import WeekInput

_EMPTY: tuple[Field, ...] = ()
"""A column that leaves half of the page free, so that inputs are not wider than on the others."""


class LimitPages(QObject):
    """Makes the pages for one owner; ``row`` says what is used now, None for a new one."""

    def __init__(
        self, program: Front, theme: Theme, row: FlowRow | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._zone = zone_of(program.configuration.everything.timezone)
        self._theme = theme
        self._period = PeriodPage(program, row, self)
        self._used = row.used if row is not None else 0

    def of(self, owner: Owner) -> tuple[FormPage, ...]:
        """The pages that ``owner`` has."""
        period = self._period.of(owner)
        ladder = FormPage(self.tr("At the limit"), (self._ladder(), _EMPTY))
        if isinstance(owner, Everything):
            columns = (self._switch(), self._alternatives(owner))
            return period, ladder, self._visitors(), FormPage(self.tr("Alternative limits"), columns)
        hours = Field("hours", self.tr("Hours"), make=self._week, advise=self._advise_hours)
        expires = Field("expires", self.tr("Expires"), make=ExpiryInput, advise=self._advise_expiry)
        return (
            period,
            ladder,
            FormPage(self.tr("Schedule"), ((hours, expires),)),
            self._visitors(),
            FormPage(self.tr("Alternative limits"), (self._alternatives(owner), _EMPTY)),
        )

    def _ladder(self) -> tuple[Field, ...]:
        return (
            Field(
                "warn",
                self.tr("Warn from"),
                tip=self.tr("From this share of the quota on it is shown as near, and an alert is told"),
                make=self._percent,
                advise=self._advise_warn,
            ),
            Field(
                "throttle_at",
                self.tr("Throttle from"),
                tip=self.tr("From this share of the quota on all goes slower"),
                make=self._percent,
                advise=self._advise_throttle,
            ),
            Field(
                "throttle_rate",
                self.tr("Throttle to"),
                tip=self.tr("Both directions together"),
                make=self._throttle_rate,
                advise=self._advise_cut,
            ),
        )

    def _alternatives(self, owner: Owner) -> tuple[Field, ...]:
        sessions = "alt_sessions" if isinstance(owner, Everything) else "alt_connections"
        return (
            self._alternative("rate", self.tr("Shared rate"), self.tr("Both directions together")),
            self._alternative("inlet_rate", self.tr("Inlet rate"), self.tr("From visitors to targets")),
            self._alternative("export_rate", self.tr("Export rate"), self.tr("From targets to visitors")),
            Field(
                sessions,
                self.tr("Connection limit"),
                tip=self.tr("How many visitors may be connected at once; more are refused"),
                make=partial(self._or_usual, None),
                advise=partial(self._advise_alternative, "connections", self._count),
            ),
        )

    def _alternative(self, word: str, label: str, tip: str) -> Field:
        advise = partial(self._advise_alternative, word, self._rate)
        return Field(f"alt_{word}", label, tip=tip, make=partial(self._or_usual, RATES), advise=advise)

    def _visitors(self) -> FormPage:
        said = self.tr(
            "Not let in: addresses and networks, with commas between them: 203.0.113.7, 2001:db8::/32"
        )
        return FormPage(self.tr("Visitors"), ((Field("blocked", self.tr("Blocked"), said),),))

    def _switch(self) -> tuple[Field, ...]:
        choices = (
            (Alternative.OFF, self.tr("Off")),
            (Alternative.ON, self.tr("On")),
            (Alternative.SCHEDULE, self.tr("By schedule")),
        )
        said = self.tr("For all clients, tunnels and hosts that have any; a click in the status bar, too")
        return (
            Field("alternative", self.tr("In force"), said, choices=choices),
            Field(
                "alternative_hours",
                self.tr("Hours"),
                self.tr("When they hold"),
                make=self._week,
                when=_by_schedule,
            ),
            Field("timezone", self.tr("Time zone"), self.tr("Of all hours; system, or like Europe/Berlin")),
        )

    # What values are edited in

    def _percent(self, text: str, parent: QWidget) -> LimitInput:
        return LimitInput(text, None, parent, nothing=self.tr("never"), suffix=self.tr("% of the quota"))

    def _throttle_rate(self, text: str, parent: QWidget) -> LimitInput:
        return LimitInput(text, RATES, parent, nothing=self.tr("not throttled"))

    def _or_usual(self, units: UnitChoice | None, text: str, parent: QWidget) -> LimitInput:
        return LimitInput(text, units, parent, none=USUAL, nothing=self.tr("as usual"))

    def _week(self, text: str, parent: QWidget) -> WeekInput:
        return WeekInput(text, self._theme, parent)

    # What is said beneath them

    def _advise_warn(self, owner: Owner) -> Hint:
        limits = owner.limits
        if not limits.warn:
            return Hint(self.tr("Nobody is warned"))
        if not limits.quota:
            return Hint(self.tr("It has no quota"))
        share = _share(limits.quota, limits.warn)
        return Hint(self.tr("From {amount} on it is shown as near its quota").format(amount=share))

    def _advise_throttle(self, owner: Owner) -> Hint:
        limits = owner.limits
        if not limits.throttle_at:
            return Hint(self.tr("Full speed until the quota is used up"))
        if not limits.quota:
            return Hint(self.tr("It has no quota"))
        if self._used * 100 >= limits.throttle_at * limits.quota:
            used = format_bytes(self._used)
            text = self.tr("{used} are used already: it is throttled at once, and nobody is cut off.")
            return Hint(text.format(used=used), warns=True)
        share = _share(limits.quota, limits.throttle_at)
        return Hint(self.tr("At {amount}; open connections go on, slower").format(amount=share))

    def _advise_cut(self, owner: Owner) -> Hint:
        limits = owner.limits
        if not limits.quota:
            return Hint("")
        quota = format_limit(limits.quota)
        return Hint(self.tr("At {quota} it is cut: to the byte, live connections too").format(quota=quota))

    def _advise_hours(self, owner: Owner) -> Hint:
        if isinstance(owner, Everything) or owner.hours == ALWAYS:
            return Hint(self.tr("It runs at any hour"))
        if not Timetable(owner.hours, self._zone).holds(time.time()):
            return Hint(self.tr("It is outside of them now: open connections end at once"), warns=True)
        return Hint(self.tr("Outside of them open connections end and new ones are refused"))

    def _advise_expiry(self, owner: Owner) -> Hint:
        expires = 0 if isinstance(owner, Everything) else owner.expires
        if not expires:
            return Hint(self.tr("It never expires"))
        if expires <= time.time():
            return Hint(self.tr("That time is over: open connections end at once"), warns=True)
        return Hint(self.tr("Then open connections end and new ones are refused"))

    def _advise_alternative(self, word: str, said: Callable[[int], str], owner: Owner) -> Hint:
        usual, other = getattr(owner.limits, word), getattr(owner.limits, f"alt_{word}")
        if other in (None, usual):
            return Hint(self.tr("As usual: {limit}").format(limit=said(usual)))
        return Hint(self.tr("{limit} in place of {usual}").format(limit=said(other), usual=said(usual)))

    def _rate(self, limit: int) -> str:
        return format_rate_limit(limit) if limit else self.tr("unlimited")

    def _count(self, limit: int) -> str:
        return f"{limit:,}" if limit else self.tr("unlimited")


def _share(quota: int, percent: int) -> str:
    return format_limit(-(-quota * percent // 100))


def _by_schedule(owner: Owner) -> bool:
    return isinstance(owner, Everything) and owner.alternative is Alternative.SCHEDULE
