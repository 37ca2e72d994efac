"""A file that the user has chosen is written whole or not at all, and a failure is told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from npsgui.app.saving import save
from npsgui.model.errors import NpsError
from tests.disk import fill, make_read_only, small_disk


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    place = tmp_path / "chart.csv"
    save(place, b"one")
    place.chmod(0o640)
    save(place, b"two")

    assert place.read_bytes() == b"two"
    assert place.stat().st_mode & 0o777 == 0o640
    assert [*tmp_path.iterdir()] == [place]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NpsError, match=f"There is no folder {tmp_path / 'no'}"):
        save(tmp_path / "no" / "chart.csv", b"one")


def test_a_full_disk_is_told_and_costs_nothing_that_was_there(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        (disk / "chart.csv").write_bytes(b"before")
        fill(disk)
        with pytest.raises(NpsError, match="The disk is full"):
            save(disk / "chart.csv", bytes(8192))

        assert (disk / "chart.csv").read_bytes() == b"before"
        assert {place.name for place in disk.iterdir()} == {"chart.csv", "filler"}


def test_a_folder_that_may_not_be_written_to_is_told(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        make_read_only(disk)
        with pytest.raises(NpsError, match="You may not write to"):
            save(disk / "chart.csv", b"one")
