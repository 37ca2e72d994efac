"""The dialog that edits one owner: a field a word of the model, the model's rule beside it.

The rules live in ``model/rules.py``, the reading of text in ``model/words.py``; here is only the form.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLayout, QStackedWidget, QWidget

from npsgui.app.front import Front
from npsgui.model.entities import Everything, Owner
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.rules import problems
from npsgui.model.words import changes, edited, shown, words_of
from npsgui.ui.asking import asked
from npsgui.ui.dialog_parts import button, column_in, default_button, row_of, title_label
from npsgui.ui.field_rows import Field, FieldColumn, FormPage, FormPart, say, side_by_side
from npsgui.ui.fitting import Fitting
from npsgui.ui.help_dialog import Topic, answer_f1
from npsgui.ui.inputs import Choice, ChoiceOr, Input
from npsgui.ui.limit_hints import Hint, LimitHints
from npsgui.ui.sentences import Sentences
from npsgui.ui.tabs import Tabs
from npsgui.ui.theme import Theme
from npsgui.ui.what_if import WhatIf


class OwnerForm(QDialog):
    """An owner goes in, what was applied or None comes out. Applies itself through ``Program.put``."""

    topic = Topic.LIMITS
    """What F1 tells of."""

    def __init__(self, program: Front, theme: Theme, parent: QWidget | None = None, at: str = "") -> None:
        """``at``: the word to begin at, on whatever page it is."""
        super().__init__(parent)
        self._program = program
        self._theme = theme
        self._sentences = Sentences(self)
        self._limit_hints = LimitHints(self)
        self._columns: dict[str, FieldColumn] = {}
        """By the words that are edited in them."""
        self._touched: set[str] = set()
        self._shown: Set[str] = frozenset()
        """The words of the fields that are not left out."""
        self._pages: Sequence[FormPage] = ()
        self._parts: dict[int, FormPart] = {}
        """What is no field, by the number of the page that it stands on."""
        self._places: dict[FieldColumn, int] = {}
        """The number of the page that a column stands on."""
        self._at = at
        answer_f1(self, self.topic)
        self._title = title_label("", self)
        self._stack = QStackedWidget(self)
        self._what_if = WhatIf(program, theme, self)
        self.finished.connect(self._on_finished)
        self._said = QLabel(self)
        self._said.setWordWrap(True)
        cancel = button(self.tr("Cancel"), self, self.reject)
        self._apply = default_button(self.tr("Apply"), self, self.accept)
        self._rows = column_in(self, 20)
        self._rows.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)  # it follows the fields it has
        self._rows.addWidget(self._title)
        self._rows.addWidget(Fitting(self._stack, self))
        self._rows.addWidget(self._what_if)
        self._rows.addStretch()
        self._rows.addLayout(row_of(cancel, self._apply, beside=self._said))

    async def ask_about(self, owner: Owner, title: str, *pages: FormPage) -> Owner | None:
        """Show the form until its values are applied or given up. Raises NpsError as ``Program.put``."""
        self._owner, self._pages = owner, pages
        there = self._program.configuration.of_kind(owner.owner.kind)
        self._is_new = not isinstance(owner, Everything) and owner.owner not in {one.owner for one in there}
        self.setWindowTitle(title)
        self._title.setText(title)
        self._lay_out(shown(owner))
        self._check()
        self._begin()
        async with asked(self) as accepted:
            if not accepted:
                return None
            wanted = self._wanted()
            await self._program.put(wanted)
            for part in self._parts.values():
                await part.apply(wanted.owner)
            return wanted

    def input_of(self, word: str) -> Input:
        """The widget that a word is edited in."""
        return self._columns[word].inputs[word]

    def _lay_out(self, values: dict[str, str]) -> None:
        self._tabs = Tabs({at: page.title for at, page in enumerate(self._pages)}, self)
        self._tabs.chosen.connect(self._on_page_chosen)
        self._rows.insertWidget(1, self._tabs, 0, Qt.AlignmentFlag.AlignLeft)
        for at, page in enumerate(self._pages):
            row = side_by_side(shown_page := QWidget(self._stack))
            for fields in page.columns:
                column = FieldColumn(fields, values, shown_page)
                column.edited.connect(self._on_edited)
                self._places[column] = at
                row.addWidget(column, 3 if any(field.use for field in fields) else 2)
                self._columns.update(dict.fromkeys(column.inputs, column))
            if page.beside is not None:
                self._parts[at] = part = page.beside(shown_page)
                part.changed.connect(self._check)
                assert isinstance(part, QWidget)
                row.addWidget(part, 2)
            self._stack.addWidget(shown_page)

    def _begin(self) -> None:
        """Give the keys to the word that is wanted, or else to the first that is to be typed."""
        if self._at in self._columns:
            self._tabs.choose(self._places[self._columns[self._at]])
            self.input_of(self._at).setFocus()
        elif self._at:
            for page, part in self._parts.items():
                self._tabs.choose(page)
                part.focus(self._at)
        else:
            # a choice has its first value already
            inputs = map(self.input_of, self._columns)
            next(one for one in inputs if not isinstance(one, Choice | ChoiceOr)).setFocus()

    def _fields(self, owner: Owner) -> Iterator[Field]:
        """The fields that ``owner`` has."""
        for page in self._pages:
            for column in page.columns:
                yield from (field for field in column if field.when is None or field.when(owner))

    def _read(self) -> Owner:
        """The owner as the form describes it; a text that cannot be read leaves its value as it was."""
        owner = self._owner
        for _ in range(2):  # which fields it has follows from what stands in them
            known, owner = owner, self._owner
            for field in self._fields(known):
                with contextlib.suppress(FieldError):
                    owner = edited(owner, self._texts(field))
        return owner

    def _wanted(self) -> Owner:
        """What was changed here, in the owner as others have edited it meanwhile. Raises NotFound."""
        owner, configuration = self._read(), self._program.configuration
        if self._is_new:
            assert not isinstance(owner, Everything)
            return replace(owner, id=configuration.next_id(owner.owner.kind))
        return edited(configuration.find(owner.owner), changes(self._owner, owner))

    def _texts(self, field: Field) -> dict[str, str]:
        return {part.word: self.input_of(part.word).text().strip() for part in field.parts()}

    def _on_page_chosen(self, at: int) -> None:
        self._stack.setCurrentIndex(at)
        self._check()

    def _on_edited(self, word: str) -> None:
        self._touched.add(word)
        self._check()

    def _on_finished(self) -> None:
        self._what_if.stop()
        for part in self._parts.values():
            part.stop()

    def _problems(self, owner: Owner) -> dict[str, NpsError]:
        """What is wrong with each field, by its word."""
        wrong: dict[str, NpsError] = {}
        for field in self._fields(owner):
            try:
                edited(self._owner, self._texts(field))
            except FieldError as error:
                wrong[field.word] = error
        for problem in problems(self._program.configuration, owner):
            wrong.setdefault(problem.field, problem)
        found = (part.problem() for part in self._parts.values())
        wrong |= {problem.field: problem for problem in found if problem is not None}
        return wrong

    def _check(self) -> None:
        """Say beside each field what is wrong with it; one that was not touched yet is told calmly."""
        owner = self._read()
        wrong = self._problems(owner)
        fields = {field.word: field for field in self._fields(owner)}
        self._show_fields(fields)
        for word, field in fields.items():
            found = wrong.get(word)
            if found is not None:
                self._columns[word].say(
                    word, self._sentences.of(found), "bad" if word in self._touched else "hint"
                )
            else:
                hint = self._hint(field, owner)
                self._columns[word].say(word, hint.text, "warn" if hint.warns else "hint")
        for part in self._parts.values():
            part.consider(owner)
        self._apply.setEnabled(not wrong)
        self._what_if.consider(owner)
        self._say_below(wrong, fields)

    def _show_fields(self, fields: Mapping[str, Field]) -> None:
        """Leave out the rows of the others."""
        if fields.keys() == self._shown:
            return
        self._shown = fields.keys()
        for page in self._pages:
            for field in (field for column in page.columns for field in column):
                self._columns[field.word].show_field(field.word, field.word in fields)

    def _say_below(self, wrong: Mapping[str, NpsError], fields: Mapping[str, Field]) -> None:
        """What keeps the form from being applied and is not to be seen on this page."""
        page = self._stack.currentIndex()
        for word, found in wrong.items():
            if not self._is_said_on(page, word, fields):
                label = f"{fields[word].label}: " if word in fields else ""
                say(self._said, label + self._sentences.of(found), "bad")
                return
        say(self._said, self.tr("Applies at once; open connections stay."), "hint")

    def _is_said_on(self, page: int, word: str, fields: Mapping[str, Field]) -> bool:
        if word in self._columns:
            return word in fields and self._places[self._columns[word]] == page
        problem = self._parts[page].problem() if page in self._parts else None
        return problem is not None and problem.field == word

    def _hint(self, field: Field, owner: Owner) -> Hint:
        if field.advise is not None:
            return field.advise(owner)
        if field.use is None:
            return Hint(field.hint)
        word = words_of(self._owner.owner.kind)[field.word]
        return self._limit_hints.of(
            word.parse(self.input_of(field.word).text().strip(), field.word), field.use
        )
