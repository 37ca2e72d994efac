"""The settings of the program, made of their declaration: searched, applied at once, each restored singly."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from npsgui.app.all_settings import SETTINGS
from npsgui.app.front import Front
from npsgui.app.preferences import Preferences
from npsgui.app.setting import Group, Setting
from npsgui.app.settings import Settings
from npsgui.model.errors import NpsError
from npsgui.model.views import Sentence
from npsgui.tasks import spawn
from npsgui.ui.confirm import ConfirmDialog
from npsgui.ui.dialog_parts import button, column_in, title_label
from npsgui.ui.help_dialog import Topic, answer_f1
from npsgui.ui.page_header import SearchBox
from npsgui.ui.sentences import Sentences
from npsgui.ui.setting_row import SettingRow
from npsgui.ui.theme import Theme
from npsgui.ui.webhook_trial import WebhookTrial

WIDTH, HEIGHT, GROUPS_WIDTH = 820, 560, 176


class SettingsDialog(QDialog):
    """Shows one group of settings, or all that the search finds."""

    def __init__(
        self, program: Front, settings: Settings, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._preferences = Preferences(program, settings)
        self._sentences = Sentences(self)
        self._left = False
        """The dialog is left: what was typed and not finished is given up."""
        self._asking = False
        """A question is open: the field that it is about is left for it, which is no second wish."""
        self.setWindowTitle(self.tr("Settings"))
        self.resize(WIDTH, HEIGHT)
        self.search = SearchBox(theme, self)
        self.search.setPlaceholderText(self.tr("Search the settings"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setToolTip("")
        self._close = button(self.tr("Close"), self, self.accept)
        self._doors = QButtonGroup(self)
        self._nothing = QLabel(self.tr("No setting matches the search."))
        self._nothing.setObjectName("muted")
        inside = self._lay_out()
        # rows are made where they stay: to be moved takes 25 ms
        self._sections = {group: _Section(self._group_title(group), inside) for group in Group}
        self.rows = {setting.name: self._add_row(setting, theme) for setting in SETTINGS}
        self.trial = WebhookTrial(program.alerts, self._sentences, self._sections[Group.ALERTS])
        self._sections[Group.ALERTS].end_with(self.trial)
        past = QLabel(self.tr("What was told, snoozed and posted is in Events, under the kind Alerts."), self)
        past.setObjectName("hint")
        past.setWordWrap(True)
        self._sections[Group.ALERTS].end_with(past)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(8)
        for section in self._sections.values():
            column.addWidget(section)
        column.addWidget(self._nothing)
        column.addStretch()
        answer_f1(self, Topic.SETTINGS)
        self.search.textChanged.connect(self._show_rows)
        self.search.left.connect(self._leave_search)
        self._doors.idClicked.connect(self._on_group_chosen)
        self.finished.connect(self.deleteLater)
        self._show_rows()
        self.search.setFocus()

    def show_setting(self, name: str) -> None:
        """Show the group of this setting, with the keys at it."""
        row = self.rows[name]
        self._doors.button(list(Group).index(row.setting.group)).click()
        row.setFocus()

    def _group_title(self, group: Group) -> str:
        return self._sentences.of(Sentence(group))

    def _add_row(self, setting: Setting, theme: Theme) -> SettingRow:
        section = self._sections[setting.group]
        row = SettingRow(setting, self._preferences.value(setting), self._sentences, theme, section)
        row.edited.connect(lambda text: self._check(row, text))
        row.wanted.connect(lambda text: self._want(row, text))
        section.add(row)
        return row

    def _lay_out(self) -> QWidget:
        """Where the sections go."""
        groups = QVBoxLayout()
        groups.setSpacing(2)
        for at, group in enumerate(Group):
            door = QPushButton(self._group_title(group), self)
            door.setObjectName("door")
            door.setCheckable(True)
            door.setAutoDefault(False)
            door.setFixedWidth(GROUPS_WIDTH)
            self._doors.addButton(door, at)
            groups.addWidget(door)
        self._doors.button(0).setChecked(True)
        groups.addStretch()
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside := QWidget())
        top, middle, bottom = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(title_label(self.windowTitle(), self))
        top.addStretch()
        top.addWidget(self.search, 1)
        middle.setSpacing(24)
        middle.addLayout(groups)
        middle.addWidget(scroll, 1)
        said = QLabel(self.tr("A choice applies at once; what you type, with Enter."), self)
        said.setObjectName("hint")
        bottom.addWidget(said, 1)
        bottom.addWidget(self._close)
        layout = column_in(self, 16)
        for part, stretch in ((top, 0), (middle, 1), (bottom, 0)):
            layout.addLayout(part, stretch)
        return inside

    def _show_rows(self) -> None:
        words = self.search.text().casefold().split()
        chosen = list(Group)[self._doors.checkedId()]
        found = False
        for group, section in self._sections.items():
            asked = bool(words) or group is chosen
            shown = section.show_found(words) if asked else False
            section.setVisible(shown)
            found = found or shown
        self._nothing.setVisible(not found)

    def _on_group_chosen(self) -> None:
        self.search.clear()
        for door in self._doors.buttons():
            # Tab comes to the chosen one; Qt sees to that only once one of them has the focus
            strong, click = Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.ClickFocus
            door.setFocusPolicy(strong if door.isChecked() else click)
        self._show_rows()

    def _leave_search(self) -> None:
        found = next((row for row in self.rows.values() if row.isVisible()), None)
        (found or self._close).setFocus()

    def _check(self, row: SettingRow, text: str) -> None:
        try:
            self._preferences.check(row.setting, text)
        except NpsError as error:
            row.say(self._sentences.of(error))
        else:
            row.say()

    def _want(self, row: SettingRow, text: str) -> None:
        if self._left:
            return
        spawn(self._choose(row, text), "setting")

    async def _choose(self, row: SettingRow, text: str) -> None:
        if self._asking:
            return
        problem = ""
        try:
            if await self._is_meant(row.setting, text):
                await self._preferences.choose(row.setting, text)
        except NpsError as error:
            problem = self._sentences.of(error)
        if not shiboken6.isValid(self):
            return
        if problem:
            row.say(problem)
        else:
            row.show_value(self._preferences.value(row.setting))

    async def _is_meant(self, setting: Setting, text: str) -> bool:
        """Whether the user stands by a value that loses something. Raises FieldError: it may not be that."""
        if not setting.loses:
            return True
        self._preferences.check(setting, text)
        if int(text) >= self._settings.number(setting.name):
            return True
        label, lost = (self._sentences.of(Sentence(said)) for said in (setting.label, setting.loses))
        title = self.tr("Shorten “{setting}”?").format(setting=label)
        self._asking = True
        try:
            return await ConfirmDialog(self).ask(title, lost, [], self.tr("Shorten"))
        finally:
            self._asking = False

    # Qt overrides

    def done(self, result: int) -> None:
        self._left = True
        super().done(result)


class _Section(QFrame):
    """The rows of one group, under its title."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[SettingRow] = []
        self._title = QLabel(title, self)
        self._title.setObjectName("strong")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._title)
        layout.addSpacing(8)
        self._column = layout

    def add(self, row: SettingRow) -> None:
        """Put another row beneath."""
        self._rows.append(row)
        self._column.addWidget(row)

    def end_with(self, widget: QWidget) -> None:
        """Put something else beneath the rows."""
        self._column.addWidget(widget)

    def show_found(self, words: list[str]) -> bool:
        """Show the rows with these words, all without any; whether there is one."""
        found = [row for row in self._rows if row.is_found_by(words)]
        for row in self._rows:
            row.setVisible(row in found)
        self._title.setVisible(bool(words))
        return bool(found)
