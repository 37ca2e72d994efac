from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from npsgui.app.program import Program
from npsgui.cli.arguments import parse
from npsgui.cli.demo import show_unseen
from npsgui.model.entities import OwnerKind
from tests.conftest import Run

DISPLAYS = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a path that leaves room for a control socket's."""
    with tempfile.TemporaryDirectory(prefix="npsgui-") as made:
        yield Path(made)


async def no_time(_seconds: float) -> None:
    """A pause that takes none."""


async def unseen(folder: Path, picture: Path) -> int:
    program = await Program.open(folder, relay=False)
    await program.add(OwnerKind.CLIENT, {"remark": "home-nas", "quota": "1GiB"})
    try:
        return await show_unseen(program, lambda: b"PNG", picture, no_time)
    finally:
        await program.close()


@pytest.mark.parametrize("loop_name", ["asyncio"])
def test_flows_are_printed_and_a_picture_is_left(
    run: Run[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "made" / "demo.png"
    code = run(unseen(tmp_path, picture))
    said = capsys.readouterr().out

    assert code == 0
    assert picture.read_bytes() == b"PNG"
    assert said.count("home-nas") == 6
    assert said.rstrip().endswith(str(picture))


@pytest.mark.parametrize("loop_name", ["asyncio"])
def test_a_picture_that_cannot_be_written_is_a_failure(
    run: Run[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(unseen(tmp_path, tmp_path)) == 1
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--demo", "flows"], ["--demo", "--data", "x"]])
def test_a_demo_has_no_command_and_no_folder(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(words)

    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("words", "id_", "values"),
    [
        (["add", "client", "--data", "D", "key=v", "remark=a b"], None, {"key": "v", "remark": "a b"}),
        (["add", "--data", "D", "client", "key=v"], None, {"key": "v"}),
        (["add", "client", "--data", "D"], None, {}),
        (["reset", "client", "--data", "D", "3"], 3, None),
        (["reset", "client", "--data", "3", "3"], 3, None),
        (["set", "client", "--data", "D", "3", "key=v"], 3, {"key": "v"}),
    ],
)
def test_options_may_stand_anywhere(words: list[str], id_: int | None, values: dict[str, str] | None) -> None:
    given = parse(words)

    assert (getattr(given, "id", None), getattr(given, "values", None)) == (id_, values)
    assert given.data.name in ("D", "3")


@pytest.mark.parametrize("line", ["flows more", "add client key", "reset client 3 4"])
def test_what_no_command_takes_is_refused(line: str) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(line.split())

    assert ended.value.code == 2


def test_a_value_that_is_given_twice_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["set", "client", "1", "quota=1", "quota=2"])

    assert "quota is given twice" in capsys.readouterr().err


@pytest.mark.parametrize("display", [{"QT_QPA_PLATFORM": "offscreen"}, {}, {"DISPLAY": ":987"}], ids=str)
def test_a_demo_that_is_ended_early_leaves_nothing(short_folder: Path, display: dict[str, str]) -> None:
    """Unseen where no display is named, and where the one that is named is not there."""
    environment = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    environment |= {"TMPDIR": str(short_folder)} | display
    command = [sys.executable, "-m", "npsgui", "--demo", "--picture", str(short_folder / "demo.png")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert "no display" in demo.stdout.readline()
        assert len(list(short_folder.iterdir())) == 1
        demo.send_signal(signal.SIGTERM)
        code = demo.wait(30)

    assert code == 0
    assert list(short_folder.iterdir()) == []


@pytest.mark.parametrize("display", [{}, {"DISPLAY": ":987"}, {"WAYLAND_DISPLAY": "none"}], ids=str)
def test_a_window_says_that_there_is_no_display(short_folder: Path, display: dict[str, str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in DISPLAYS} | display
    command = [sys.executable, "-m", "npsgui", "--data", str(short_folder)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)

    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.endswith("There is no display for the window; “npsgui serve” needs none.\n")
