"""One setting in the settings dialog: its value, its default a click away, and what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QWidget,
)

from npsgui.app.setting import SWITCH, Interface, OneOf, Setting, Text, Whole
from npsgui.model.views import Sentence
from npsgui.ui.bind_field import BindFields
from npsgui.ui.field_rows import say
from npsgui.ui.icons import icon
from npsgui.ui.inputs import NOTHING, Choice, ChoiceOr, Line, Switch
from npsgui.ui.limit_input import LimitInput
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme

Made = Choice | ChoiceOr | LimitInput | Line | Switch
"""What a value is edited in."""

_LABEL_WIDTH = 190


class SettingRow(QWidget):
    """Shows a value that is in force and tells of another that is wanted. Checks and keeps nothing."""

    edited = Signal(str)
    """What stands there while it is typed: to be checked."""
    wanted = Signal(str)
    """A value to put in force."""

    def __init__(
        self, setting: Setting, value: str, sentences: Sentences, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setting = setting
        self._sentences = sentences
        self._value = value
        self.input: Made | None = None
        self._label = QLabel(self._said(setting.label), self)
        self._label.setFixedWidth(_LABEL_WIDTH)
        self._label.setMinimumHeight(32)
        self._label.setWordWrap(True)
        self._hint = QLabel(self)
        self._hint.setWordWrap(True)
        self._restore = QToolButton(self)
        self._restore.setIcon(icon("arrow-back-up", theme.colors.muted, fades=True))
        self._restore.setIconSize(QSize(18, 18))
        self._restore.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._restore.clicked.connect(self._on_restore)
        default = self._said(self._words_of(setting.default)) or self.tr("empty")
        self._restore.setToolTip(self.tr("Back to the default: {value}").format(value=default))
        self._restore.setAccessibleName(f"{self._label.text()}: {self._restore.toolTip()}")
        self._line = QHBoxLayout()
        self._line.setSpacing(8)
        self._line.addWidget(self._restore, 0, Qt.AlignmentFlag.AlignTop)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 12)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._label, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(self._line, 0, 1)
        grid.addWidget(self._hint, 1, 1)
        self.show_value(value)

    def show_value(self, value: str) -> None:
        """Show what is in force by now."""
        self._value = value
        if self.input is None or self._text() != value:
            self._edit(value)
        self._restore.setEnabled(value != self.setting.default)
        self.say()

    def say(self, problem: str = "") -> None:
        """Say beneath it what is wrong; the hint when nothing is."""
        hint = self._said(self.setting.hint)
        if self.setting.at_start:
            hint = " · ".join(filter(None, (hint, self.tr("from the next start on"))))
        say(self._hint, problem or hint, "bad" if problem else "hint")
        self._hint.setVisible(bool(problem or hint))

    def is_found_by(self, words: list[str]) -> bool:
        """Whether all of these words, in lower case, occur in what it shows, or in its English."""
        english = [self.setting.name, *self.setting.texts()]
        text = " ".join([*english, *map(self._said, english)]).casefold()
        return all(word in text for word in words)

    def _said(self, text: str) -> str:
        return self._sentences.of(Sentence(text))

    def _words_of(self, value: str) -> str:
        rule = self.setting.rule
        if isinstance(rule, OneOf):
            return dict(rule.choices)[value]
        if isinstance(rule, Interface) and not value:
            return "Every interface"
        return value

    def _edit(self, value: str) -> None:
        """Put what the value is edited in into its place."""
        before, self.input = self.input, self._make_input(value)
        self.input.setAccessibleName(self._label.text())
        self.input.setAccessibleDescription(self._said(self.setting.hint))
        self._label.setBuddy(self.input)
        self._line.insertWidget(0, self.input, 1)
        self.setFocusProxy(self.input)
        QWidget.setTabOrder(self.input, self._restore)
        self._connect(self.input)
        if before is not None:
            before.hide()
            before.deleteLater()

    def _make_input(self, value: str) -> Made:
        rule = self.setting.rule
        if rule is SWITCH:
            return Switch(value, self)
        if isinstance(rule, OneOf):
            return Choice(value, [(word, self._said(text)) for word, text in rule.choices], self)
        if isinstance(rule, Whole):
            return LimitInput(value, None, self, nothing=self.tr("none"), suffix=self._said(rule.unit))
        if isinstance(rule, Interface):
            return BindFields(self).make_input(value, self)
        line = Line(value, self)
        if isinstance(rule, Text) and rule.secret:
            line.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        return line

    def _connect(self, made: Made) -> None:
        """A choice is wanted at once; what is typed once it is whole: at Enter, or when it is left."""
        if isinstance(made, Choice | ChoiceOr | Switch):
            (made.choice if isinstance(made, ChoiceOr) else made).changed.connect(self._on_finished)
        made.changed.connect(self._on_edited)
        lines = [made] if isinstance(made, Line) else made.findChildren(QLineEdit)
        for line in lines:
            line.editingFinished.connect(self._on_finished)
        if isinstance(made, LimitInput):
            made.amount.editingFinished.connect(self._on_finished)

    def _on_edited(self) -> None:
        text = self._text()
        if text != NOTHING:
            self.edited.emit(text)

    def _on_finished(self) -> None:
        text = self._text()
        if text not in (self._value, NOTHING):
            self.wanted.emit(text)

    def _text(self) -> str:
        return "" if self.input is None else self.input.text().strip()

    def _on_restore(self) -> None:
        self.wanted.emit(self.setting.default)
