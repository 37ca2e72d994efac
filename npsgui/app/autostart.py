"""Starting npsgui when its user logs in: a file in the autostart folder, as freedesktop.org has it.

Source: Desktop Application Autostart Specification 0.5; Desktop Entry Specification 1.5, "The Exec key".
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from npsgui.app.settings import Settings
from npsgui.model.errors import NpsError

SETTING = "start_at_login"

_RESERVED = re.compile(r'([\\"`$])')


class Autostart:
    """Keeps the file as the setting is. ``settings.follow(autostart.follow)`` has it do so."""

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        """``folder``: other than the user's own."""
        self._settings = settings
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        self._file = (folder or home / "autostart") / "npsgui.desktop"

    def look(self) -> None:
        """Take over what the user may have done to the file with another program."""
        self._settings[SETTING] = "true" if self._file.exists() else "false"

    async def follow(self, name: str) -> None:
        """Write or remove the file, if this setting is about it. Raises NpsError: it cannot be."""
        if name != SETTING:
            return
        wanted = self._settings.is_on(SETTING)
        if wanted and sys.platform != "linux":
            raise NpsError("On this system it is set up by hand: the README says how.")
        try:
            if wanted:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.write_text(entry(command(self._settings.folder)), "utf-8")
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:
            raise NpsError("{path} cannot be written: {reason}.", path=self._file, reason=error) from error


def command(folder: Path) -> list[str]:
    """How npsgui is started hidden on a data folder."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "npsgui"]
    own = Path(platformdirs.user_data_dir("npsgui", appauthor=False))
    return [*program, "--hidden", *([] if folder == own else ["--data", str(folder.absolute())])]


def entry(words: Iterable[str]) -> str:
    """A desktop entry that runs this command."""
    return (
        "[Desktop Entry]\nType=Application\nName=npsgui\nIcon=npsgui\nTerminal=false\n"
        f"Exec={' '.join(map(_quoted, words))}\nX-GNOME-Autostart-enabled=true\n"
    )


def _quoted(word: str) -> str:
    """A word as the Exec key has it: quoted, and escaped twice, as a string of the file as well."""
    if re.fullmatch(r"[\w@+=:,./-]+", word, re.ASCII):
        return word
    inner = _RESERVED.sub(r"\\\1", word.replace("%", "%%"))
    return '"' + inner.replace("\\", "\\\\") + '"'
