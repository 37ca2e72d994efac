from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from npsgui.app.autostart import SETTING, Autostart, entry
from npsgui.app.settings import Settings
from npsgui.model.errors import NpsError


def test_the_file_comes_and_goes_with_the_setting(tmp_path: Path) -> None:
    settings, file = Settings(tmp_path), tmp_path / "autostart" / "npsgui.desktop"
    settings.follow(Autostart(settings, file.parent).follow)

    asyncio.run(settings.choose(SETTING, "true"))
    assert f"Exec={sys.executable} -m npsgui --hidden --data {tmp_path}\n" in file.read_text()
    asyncio.run(settings.choose(SETTING, "false"))
    assert not file.exists()


def test_a_file_that_another_program_removed_is_no_longer_wanted(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    settings[SETTING] = "true"
    Autostart(settings, tmp_path / "autostart").look()

    assert settings[SETTING] == "false"


def test_where_it_cannot_be_written_the_choice_is_taken_back(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    (tmp_path / "autostart").write_text("")
    settings.follow(Autostart(settings, tmp_path / "autostart").follow)

    with pytest.raises(NpsError, match="cannot be written"):
        asyncio.run(settings.choose(SETTING, "true"))
    assert settings[SETTING] == "false"


def test_words_of_the_command_are_quoted_as_the_specification_has_it() -> None:
    assert 'Exec=/usr/bin/python "/home/a b/$HOME 100%%" --hidden'.replace("$", "\\\\$") in entry(
        ["/usr/bin/python", "/home/a b/$HOME 100%", "--hidden"]
    )
