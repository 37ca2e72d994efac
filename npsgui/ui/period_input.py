"""What a quota covers: how long, from which day and hour on, in which time zone. Text in, text out."""

from __future__ import annotations

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QDateEdit, QGridLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from npsgui.model.periods import WEEKDAYS, Every, PeriodRule, parse_period
from npsgui.ui.inputs import Choice, ChoiceOr

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Tokyo",
    "Asia/Singapore",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Moscow",
    "America/New_York",
    "America/Los_Angeles",
)
"""Those that are offered; any other can be typed."""

USUAL_DAYS = 30


class PeriodInput(QWidget):
    """As ``parse_period`` reads it. Of the days only that is shown which the kind has."""

    changed = Signal()

    def __init__(self, text: str, usual: str, parent: QWidget | None = None) -> None:
        """``usual``: the time zone of a period that names none; empty is the machine's."""
        super().__init__(parent)
        rule = parse_period(text)
        self.every = Choice(
            rule.every,
            (
                (Every.LIFETIME, self.tr("For ever")),
                (Every.DAY, self.tr("Daily")),
                (Every.WEEK, self.tr("Weekly")),
                (Every.MONTH, self.tr("Monthly")),
                (Every.DAYS, self.tr("Every so many days")),
            ),
            self,
        )
        self.weekday = Choice(_weekday(rule), tuple(zip(WEEKDAYS, self._weekdays(), strict=True)), self)
        self.day = _spin(31, rule.day if rule.every is Every.MONTH else 1, self)
        self.days = _spin(3660, rule.day if rule.every is Every.DAYS else USUAL_DAYS, self)
        first = QDate.fromString(rule.first, Qt.DateFormat.ISODate) if rule.first else QDate.currentDate()
        self.first = QDateEdit(first, self)
        self.first.setDisplayFormat("yyyy-MM-dd")
        self.first.lineEdit().setTextMargins(8, 0, 0, 0)
        self.first.setDateRange(QDate(1970, 1, 1), QDate(2199, 12, 31))
        self.hour = Choice(f"{rule.hour:02}:00", tuple((f"{hour:02}:00",) * 2 for hour in range(24)), self)
        system = self.tr("As usual: {zone}").format(zone=usual or self.tr("this computer's"))
        zones = (("", system), *((zone, zone) for zone in ZONES))
        self.zone = ChoiceOr(rule.zone, zones, self.tr("Another time zone"), self)
        self._lay_out()
        self._follow()
        for part in (self.every, self.weekday, self.hour, self.zone):
            part.changed.connect(self._on_changed)
        for spin in (self.day, self.days):
            spin.valueChanged.connect(self._on_changed)
        self.first.dateChanged.connect(self._on_changed)
        self.setFocusProxy(self.every)

    def text(self) -> str:
        """What the model is to read."""
        every = Every(self.every.text())
        if every is Every.LIFETIME:
            return str(every)
        days = {
            Every.WEEK: self.weekday.text(),
            Every.MONTH: str(self.day.value()),
            Every.DAYS: f"{self.days.value()} {self.first.date().toString(Qt.DateFormat.ISODate)}",
        }.get(every, "")
        return " ".join(f"{every} {days} {self.hour.text()} {self.zone.text()}".split())

    def setAccessibleName(self, name: str) -> None:  # noqa: N802  # as Qt names it
        """Name every part for a screen reader."""
        self.every.setAccessibleName(name)
        for part, label in (
            (self.weekday, self.tr("Begins on")),
            (self.day, self.tr("Begins on day")),
            (self.days, self.tr("How many days")),
            (self.first, self.tr("First day")),
            (self.hour, self.tr("Begins at")),
            (self.zone, self.tr("Time zone")),
        ):
            part.setAccessibleName(f"{name}: {label}")

    def _weekdays(self) -> tuple[str, ...]:
        return (
            self.tr("Monday"),
            self.tr("Tuesday"),
            self.tr("Wednesday"),
            self.tr("Thursday"),
            self.tr("Friday"),
            self.tr("Saturday"),
            self.tr("Sunday"),
        )

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        lines: tuple[tuple[str, QWidget], ...] = (
            (self.tr("Begins on"), self.weekday),
            (self.tr("Begins on day"), self.day),
            (self.tr("How many days"), self.days),
            (self.tr("First day"), self.first),
            (self.tr("Begins at"), self.hour),
            (self.tr("Time zone"), self.zone),
        )
        self._lines: dict[QWidget, QLabel] = {}
        for at, (text, part) in enumerate(lines):
            label = self._lines[part] = QLabel(text, self)
            label.setObjectName("muted")
            label.setMinimumHeight(32)
            grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(part, at, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addWidget(self.every)
        rows.addLayout(grid)

    def _follow(self) -> None:
        """Show what the kind of period has."""
        every = Every(self.every.text())
        shown: dict[QWidget, bool] = {
            self.weekday: every is Every.WEEK,
            self.day: every is Every.MONTH,
            self.days: every is Every.DAYS,
            self.first: every is Every.DAYS,
            self.hour: every is not Every.LIFETIME,
            self.zone: every is not Every.LIFETIME,
        }
        for part, wanted in shown.items():
            part.setVisible(wanted)
            self._lines[part].setVisible(wanted)

    def _on_changed(self) -> None:
        self._follow()
        self.changed.emit()


def _weekday(rule: PeriodRule) -> str:
    return WEEKDAYS[rule.day - 1] if rule.every is Every.WEEK else WEEKDAYS[0]


def _spin(most: int, value: int, parent: QWidget) -> QSpinBox:
    made = QSpinBox(parent)
    made.setRange(1, most)
    made.setValue(value)
    made.lineEdit().setTextMargins(8, 0, 0, 0)
    return made
