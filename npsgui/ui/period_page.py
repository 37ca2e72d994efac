"""The page of a form that says what the quota covers, and what its running period is credited with."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from npsgui.app.front import Front
from npsgui.model.entities import Owner
from npsgui.model.hours import zone_of
from npsgui.model.periods import Every
from npsgui.model.views import FlowRow
from npsgui.ui.balance import Balance
from npsgui.ui.field_rows import Field, FormPage
from npsgui.ui.limit_hints import Hint
from npsgui.ui.moments import Moments
from npsgui.ui.period_input import PeriodInput

_LAST_DAY_OF_ALL = 28
"""Every month has it."""


class PeriodPage(QObject):
    """Makes it; ``row`` says what is used now, None for a new owner."""

    def __init__(self, program: Front, row: FlowRow | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._row = row
        self._usual = program.configuration.everything.timezone
        self._moments = Moments(self)

    def of(self, owner: Owner) -> FormPage:
        """The page of ``owner``."""
        period = Field("period", self.tr("Period"), make=self._input, advise=self._advise)
        return FormPage(self.tr("Period"), ((period,),), partial(self._balance, owner))

    def _input(self, text: str, parent: QWidget) -> PeriodInput:
        return PeriodInput(text, self._usual, parent)

    def _balance(self, owner: Owner, parent: QWidget) -> Balance:
        return Balance(self._program, owner, self._row, parent)

    def _advise(self, owner: Owner) -> Hint:
        rule = owner.limits.period
        since, until = rule.span(time.time(), self._usual)
        if until is None:
            return Hint(self.tr("The quota counts all that is ever carried"))
        span = self._moments.span(since, until, zone_of(rule.zone or self._usual))
        said = self.tr("It counts anew each period.\nThe running one: {span}").format(span=span)
        if rule.every is Every.MONTH and rule.day > _LAST_DAY_OF_ALL:
            said += "\n" + self.tr("A month without day {day} begins on its last").format(day=rule.day)
        return Hint(said)
