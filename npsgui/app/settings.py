"""What the user chose for the window: ``settings.toml``, which may be edited by hand, and ``window.json``.

The first keeps its comments when it is written; the second holds sizes and columns, which nobody edits.
A file that cannot be read costs the choices in it, never the start.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import tomllib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from npsgui.app.all_settings import SETTINGS
from npsgui.app.setting import Kept
from npsgui.model.errors import NpsError
from npsgui.model.retention import DAY, Retention

log = logging.getLogger(__name__)

KEPT = {setting.name: setting for setting in SETTINGS if setting.kept is Kept.FILE}
"""What stands in the file, by name."""
DEFAULTS = {name: setting.default for name, setting in KEPT.items()}
AT_THE_START = frozenset(name for name, setting in KEPT.items() if setting.at_start)
"""The settings that hold from the next start on; what else a service is told holds once it reads it."""

Follower = Callable[[str], Awaitable[None]]
"""Is told the name of a setting whose value is another now. Raises NpsError: it cannot be put in force."""


class Settings:
    """The choices of one data folder, written as they are made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "settings.toml"
        self._layout_file = folder / "window.json"
        self._values = _chosen(_read(self._file, tomllib.loads))
        self._layout = _read(self._layout_file, json.loads)
        self._followers: list[Follower] = []

    def follow(self, follower: Follower) -> Callable[[], None]:
        """Have ``follower`` told of every choice from now on; what is returned ends it."""
        self._followers.append(follower)
        return lambda: self._followers.remove(follower)

    async def choose(self, name: str, value: str) -> None:
        """Check a value, write it and put it in force.

        Raises FieldError: it may not be that, and NpsError: it cannot be put in force. Then all is as before.
        """
        KEPT[name].rule.check(value, name)
        before, self[name] = self[name], value
        try:
            await self.put_in_force([name])
        except NpsError:
            self[name] = before
            with contextlib.suppress(NpsError):
                await self.put_in_force([name])
            raise

    async def put_in_force(self, names: Iterable[str]) -> None:
        """Tell all followers that these are others now. Raises NpsError: the first that could not follow."""
        failed: list[NpsError] = []
        for name in names:
            for follower in tuple(self._followers):
                try:
                    await follower(name)
                except NpsError as error:
                    failed.append(error)
        if failed:
            raise failed[0]

    def read_again(self) -> frozenset[str]:
        """Take what stands in the file by now; the names of the settings that are no longer the same."""
        before, self._values = self._values, _chosen(_read(self._file, tomllib.loads))
        return frozenset(name for name, value in self._values.items() if before[name] != value)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __setitem__(self, name: str, value: str) -> None:
        """Choose, and write it beside what else stands in the file. Raises KeyError: for no such setting."""
        if self._values[name] == value:
            return
        self._values[name] = value
        _write(self._file, _with(self._file, name, value))

    @property
    def retention(self) -> Retention:
        """How long the ledger keeps what it has: at least a day; what is no number is as designed."""
        names = ("keep_minutes_days", "keep_hours_days", "keep_events_days")
        kept = Retention(*map(self._days, names))
        return replace(kept, hours=max(kept.hours, kept.minutes))

    @property
    def ipv6_by_network(self) -> bool:
        """Whether IPv6 peers are told apart by their network only."""
        return self.is_on("ipv6_peers_by_network")

    def is_on(self, name: str) -> bool:
        """Whether a setting that is true or false says true."""
        return self._values[name].lower() in {"true", "yes", "1"}

    def _days(self, name: str) -> int:
        return max(1, self.number(name)) * DAY

    def number(self, name: str) -> int:
        """A setting that is a whole number; its default in place of what is none."""
        text = self._values[name]
        if not (text.isascii() and text.isdecimal()):
            log.warning("%s is not a whole number: %s", name, text)
            text = DEFAULTS[name]
        return int(text)

    def layout(self, name: str) -> Any:
        """What ``keep_layout`` was given under this name; None when nothing was."""
        return self._layout.get(name)

    def keep_layout(self, layouts: dict[str, Any]) -> None:
        """Write sizes and columns, as plain JSON values, for the next run."""
        self._layout |= layouts
        _write(self._layout_file, json.dumps(self._layout, indent=1))


def _chosen(read: dict[str, Any]) -> dict[str, str]:
    return {name: str(read.get(name, default)) for name, default in DEFAULTS.items()}


def _read(path: Path, parse: Any) -> dict[str, Any]:
    try:
        found = parse(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s is not used: %s", path, error)
        return {}
    return found if isinstance(found, dict) else {}


def _with(path: Path, name: str, value: str) -> str:
    """The file's text with a choice in it, and with its comments."""
    toml: Any = importlib.import_module("tomlkit")  # 1 MB, and most starts write no choice
    try:
        document = toml.parse(path.read_text("utf-8")) if path.exists() else toml.document()
    except (OSError, ValueError):
        document = toml.document()
    document[name] = value
    text: str = toml.dumps(document)
    return text


def _write(path: Path, text: str) -> None:
    scratch = path.with_name(path.name + ".new")
    try:
        # for its owner only: a token or the password of a database may stand in it
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text.encode())
        scratch.replace(path)
    except OSError as error:
        log.warning("%s was not written: %s", path, error)
