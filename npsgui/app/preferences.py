"""All settings as one, wherever their values are kept: what the settings dialog asks and tells."""

from __future__ import annotations

from npsgui.app.front import Front
from npsgui.app.setting import Kept, Setting
from npsgui.app.settings import Settings
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.rules import problems
from npsgui.model.words import edited, shown


class Preferences:
    """The values in force, checked and chosen by the setting."""

    def __init__(self, program: Front, settings: Settings) -> None:
        self._program = program
        self._settings = settings

    def value(self, setting: Setting) -> str:
        """What is chosen."""
        if setting.kept is Kept.FILE:
            return self._settings[setting.name]
        return shown(self._program.configuration.everything)[setting.name]

    def check(self, setting: Setting, value: str) -> None:
        """Raises FieldError: the setting may not have this value."""
        setting.rule.check(value, setting.name)
        if setting.kept is Kept.EVERYTHING:
            configuration = self._program.configuration
            wanted = edited(configuration.everything, {setting.name: value})
            for problem in problems(configuration, wanted):
                if problem.field == setting.name:
                    raise problem

    async def choose(self, setting: Setting, value: str) -> None:
        """Put a value in force. Raises FieldError: it may not be that, and NpsError: it cannot be."""
        self.check(setting, value)
        if setting.kept is Kept.FILE:
            await self._settings.choose(setting.name, value)
        elif value != self.value(setting):
            await self._program.set(GLOBAL_KEY, {setting.name: value})
