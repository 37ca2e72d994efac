"""Edits several owners at once: what is changed is set for all, the rest stays as each has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLayout, QStackedWidget, QWidget

from npsgui.app.front import Front
from npsgui.app.many import with_values
from npsgui.app.rows import remark_of
from npsgui.model.entities import Owner, OwnerKey, OwnerKind, Via
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.hours import ALWAYS, format_week
from npsgui.model.periods import LIFETIME
from npsgui.model.words import shown
from npsgui.ui.alike_input import SEVERAL, AlikeInput
from npsgui.ui.asking import asked
from npsgui.ui.dialog_parts import button, column_in, default_button, row_of, title_label
from npsgui.ui.expiry_input import NEVER, ExpiryInput
from npsgui.ui.field_rows import Field, FieldColumn, FormPage, say, side_by_side
from npsgui.ui.fitting import Fitting
from npsgui.ui.help_dialog import Topic, answer_f1
from npsgui.ui.inputs import Choice, Choices, Input
from npsgui.ui.limit_input import BYTES, RATES, LimitInput, UnitChoice
from npsgui.ui.period_input import PeriodInput
from npsgui.ui.removal import NAMED
from npsgui.ui.sentences import Sentences
from npsgui.ui.tabs import Tabs
from npsgui.ui.theme import Theme
from npsgui.ui.week_input import WeekInput

_WIDTH = 520
CHECKED = 20


class SeveralDialog(QDialog):
    """Owners of one kind go in. Applies itself through ``Many.set``, as one step to undo."""

    def __init__(
        self, program: Front, theme: Theme, owners: Sequence[OwnerKey], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._program, self._theme = program, theme
        self._keys = tuple(owners)
        self._owners = [program.configuration.find(key) for key in owners]
        self._sentences = Sentences(self)
        values = _common([shown(owner) for owner in self._owners])
        pages = (
            FormPage(self.tr("Limits"), (self._allowed(), self._near(owners[0].kind))),
            FormPage(self.tr("Period"), ([self._period()], ())),
            FormPage(self.tr("Schedule"), (self._schedule(),)),
        )
        self._tabs = Tabs({at: page.title for at, page in enumerate(pages)}, self)
        self._stack = QStackedWidget(self)
        self._columns: list[FieldColumn] = []
        self._labels: dict[str, str] = {}
        for page in pages:
            self._add_page(page, values)
        self._columns[0].setMinimumWidth(_WIDTH)
        self._known = {word: made.text() for column in self._columns for word, made in column.inputs.items()}
        self._said = QLabel(self)
        self._said.setWordWrap(True)
        self._apply = default_button(self.tr("Apply to all"), self, self.accept)
        self._lay_out(self.tr("Edit these {count}").format(count=f"{len(self._keys):,}"))
        for column in self._columns:
            column.edited.connect(self._check)
        self._tabs.chosen.connect(self._stack.setCurrentIndex)
        answer_f1(self, Topic.LIMITS)
        self._columns[0].inputs["quota"].setFocus()
        self._check()

    async def ask(self) -> None:
        """Show it until it is applied or given up. Raises NpsError as ``Many.set``."""
        async with asked(self) as accepted:
            if accepted and self.changes():
                await self._program.many.set(self._keys, self.changes())

    def changes(self) -> dict[str, str]:
        """The words that are to be set, with their texts."""
        texts = {
            word: made.text().strip() for column in self._columns for word, made in column.inputs.items()
        }
        return {word: text for word, text in texts.items() if text not in (self._known[word], SEVERAL)}

    def _allowed(self) -> list[Field]:
        """How much they may carry."""
        counts = (
            ("both", self.tr("inlet + export")),
            ("inlet", self.tr("inlet only")),
            ("export", self.tr("export only")),
        )
        rates = (
            ("rate", self.tr("Shared rate")),
            ("inlet_rate", self.tr("Inlet rate")),
            ("export_rate", self.tr("Export rate")),
        )
        what = Field("quota_counts", self.tr("What the quota counts"), make=partial(self._choice, counts))
        return [
            Field("quota", self.tr("Quota"), make=partial(self._limit, BYTES), beside=what),
            *(Field(word, label, make=partial(self._limit, RATES)) for word, label in rates),
            Field("connections", self.tr("Connection limit"), make=partial(self._limit, None)),
        ]

    def _near(self, kind: OwnerKind) -> list[Field]:
        """What happens near the quota, and whether they run."""
        never, full, share = self.tr("never"), self.tr("not throttled"), self.tr("% of the quota")
        near = partial(self._limit, None, nothing=never, suffix=share)
        runs = (("yes", self.tr("Started")), ("no", self.tr("Stopped")))
        fields = [
            Field("enabled", self.tr("State"), make=partial(self._choice, runs)),
            Field("warn", self.tr("Warn from"), make=near),
            Field("throttle_at", self.tr("Throttle from"), make=near),
            Field("throttle_rate", self.tr("Throttle to"), make=partial(self._limit, RATES, nothing=full)),
        ]
        if kind is not OwnerKind.CLIENT:
            dialers = (
                (str(Via.LOCAL), self.tr("This computer")),
                (str(Via.AGENT), self.tr("The client's agent")),
            )
            fields.append(Field("via", self.tr("Connects from"), make=partial(self._choice, dialers)))
        return fields

    def _period(self) -> Field:
        """What the quota covers."""
        usual = self._program.configuration.everything.timezone
        make = partial(self._alike, lambda text, parent: PeriodInput(text, usual, parent), str(LIFETIME))
        return Field("period", self.tr("Period"), make=make)

    def _schedule(self) -> list[Field]:
        """When they run."""
        hours = partial(self._alike, lambda text, parent: WeekInput(text, self._theme, parent))
        return [
            Field("hours", self.tr("Hours"), make=partial(hours, format_week(ALWAYS))),
            Field("expires", self.tr("Expires"), make=partial(self._alike, ExpiryInput, NEVER)),
        ]

    def _alike(
        self, make: Callable[[str, QWidget], Input], offered: str, text: str, parent: QWidget
    ) -> Input:
        return AlikeInput(make, offered, parent) if text == SEVERAL else make(text, parent)

    def _limit(
        self, units: UnitChoice | None, text: str, parent: QWidget, *, nothing: str = "", suffix: str = ""
    ) -> LimitInput:
        if text == SEVERAL:
            several = self.tr("several values")
            return LimitInput(text, units, parent, none=SEVERAL, nothing=several, suffix=suffix)
        return LimitInput(text, units, parent, nothing=nothing, suffix=suffix)

    def _choice(self, choices: Choices, text: str, parent: QWidget) -> Choice:
        differ = ((SEVERAL, self.tr("several values")),) if text == SEVERAL else ()
        return Choice(text, [*differ, *choices], parent)

    def _add_page(self, page: FormPage, values: dict[str, str]) -> None:
        row = side_by_side(shown_page := QWidget(self._stack))
        for fields in page.columns:
            column = FieldColumn(fields, values, shown_page)
            row.addWidget(column)
            self._columns.append(column)
            self._labels |= {field.word: field.label for field in fields}
        self._stack.addWidget(shown_page)

    def _lay_out(self, title: str) -> None:
        self.setWindowTitle(title)
        told = ", ".join(map(self._name, self._owners[:NAMED]))
        names = QLabel(f"{told}, …" if len(self._owners) > NAMED else told, self)
        names.setObjectName("muted")
        names.setWordWrap(True)
        cancel = button(self.tr("Cancel"), self, self.reject)
        layout = column_in(self, 16)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        layout.addWidget(title_label(title, self))
        layout.addWidget(names)
        layout.addWidget(self._tabs, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(Fitting(self._stack, self))
        layout.addLayout(row_of(cancel, self._apply, beside=self._said))

    def _name(self, owner: Owner) -> str:
        return self._sentences.name(remark_of(owner), owner.owner)

    def _check(self) -> None:
        """Say beside each field whether it is set for all, and what is wrong with it."""
        changes = self.changes()
        wrong = self._problem(changes)
        for column in self._columns:
            for word in column.shown_words():
                text, style = "", "hint"
                if isinstance(wrong, FieldError) and wrong.field == word:
                    text, style = self._sentences.of(wrong), "bad"
                elif word in changes:
                    text = self.tr("Set for all {count}").format(count=f"{len(self._keys):,}")
                column.say(word, text, style)
        self._apply.setEnabled(bool(changes) and wrong is None)
        if wrong is not None:
            label = self._labels.get(getattr(wrong, "field", ""))
            said = self._sentences.of(wrong)
            say(self._said, f"{label}: {said}" if label else said, "bad")
        else:
            say(self._said, self.tr("What you do not change stays as each of them has it."), "hint")

    def _problem(self, changes: Mapping[str, str]) -> NpsError | None:
        try:
            # the first stand for all while one types; all are checked when it is applied
            with_values(self._program.configuration, self._keys[:CHECKED], changes)
        except NpsError as error:
            return error
        return None


def _common(values: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The text of each word that all have alike; SEVERAL where they differ."""
    first = values[0]
    return {
        word: text if all(one[word] == text for one in values) else SEVERAL for word, text in first.items()
    }
