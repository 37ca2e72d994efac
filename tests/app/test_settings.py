"""What the user chose: written as it is chosen, kept beside what else stands in the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from npsgui.app.settings import DEFAULTS, Settings


def test_a_fresh_folder_has_the_defaults_and_no_file(tmp_path: Path) -> None:
    settings = Settings(tmp_path)

    assert {name: settings[name] for name in DEFAULTS} == DEFAULTS
    assert list(tmp_path.iterdir()) == []


def test_a_choice_is_there_at_the_next_start_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\ntheme = "light"  # by day\nother = 7\n')
    settings = Settings(tmp_path)
    settings["theme"] = "dark"
    settings["language"] = "zh_CN"

    assert (Settings(tmp_path)["theme"], Settings(tmp_path)["language"]) == ("dark", "zh_CN")
    assert file.read_text() == '# mine\ntheme = "dark"  # by day\nother = 7\nlanguage = "zh_CN"\n'


def test_there_is_no_setting_but_those_declared(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Settings(tmp_path)["colour"] = "red"


def test_sizes_and_columns_come_back_and_add_up(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    settings.keep_layout({"window": [800, 600]})
    settings.keep_layout({"clients": {"widths": [1, 2]}})

    again = Settings(tmp_path)
    assert (again.layout("window"), again.layout("clients")) == ([800, 600], {"widths": [1, 2]})
    assert again.layout("tunnels") is None


@pytest.mark.parametrize("text", [b"\xff\xfe", b"theme = ", b"[]", b"{", b""])
def test_a_file_that_cannot_be_read_costs_the_choices_never_the_start(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "settings.toml").write_bytes(text)
    (tmp_path / "window.json").write_bytes(text)
    settings = Settings(tmp_path)

    assert settings["theme"] == "system"
    assert settings.layout("window") is None
    settings["theme"] = "dark"
    settings.keep_layout({"window": 1})
    assert Settings(tmp_path)["theme"] == "dark"
    assert json.loads((tmp_path / "window.json").read_text()) == {"window": 1}


def test_a_choice_that_cannot_be_written_still_holds_for_this_run(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "missing")
    settings["theme"] = "dark"

    assert settings["theme"] == "dark"
