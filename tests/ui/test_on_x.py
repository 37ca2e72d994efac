"""What only a real X server shows: focus, activation and keys that come from elsewhere, and its end."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from npsgui.app.control import ask
from tests.cli.terminal import ENVIRONMENT, PATIENCE

pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None, reason="Xvfb is not installed: packaging/system-packages test"
)

STORY = (
    "tests/ui/test_stories.py::test_a_client_hits_its_quota_to_the_byte_and_is_topped_up_and_that_is_undone"
)


class Display(NamedTuple):
    """An X server of our own."""

    server: subprocess.Popen[str]
    name: str

    @property
    def environment(self) -> dict[str, str]:
        """For a program that is shown on it."""
        return {**ENVIRONMENT, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}


@pytest.fixture
def display() -> Iterator[Display]:
    """On a number that nobody has."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        yield Display(server, f":{server.stdout.readline().strip()}")
        server.terminate()


def test_a_story_is_the_same_on_an_x_server(display: Display) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", STORY]
    told = subprocess.run(
        command,
        env={**os.environ, **display.environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("end", ["display", "terminal"])
def test_npsgui_ends_when_its_display_or_its_terminal_goes(
    display: Display, tmp_path: Path, end: str
) -> None:
    command = [sys.executable, "-m", "npsgui", "--data", str(tmp_path)]

    def is_shown() -> bool:
        answer = asyncio.run(ask(tmp_path, "show", {}))
        return answer is not None and not answer.failed

    with subprocess.Popen(command, env=display.environment, stderr=subprocess.PIPE, text=True) as window:
        try:
            deadline = time.monotonic() + PATIENCE
            while not is_shown():
                assert time.monotonic() < deadline
            if end == "display":
                display.server.kill()
            else:
                window.send_signal(signal.SIGHUP)
            _, said = window.communicate(timeout=PATIENCE)
        finally:
            window.kill()

    assert window.returncode == 0 or "XIO" in said  # Xlib, where it finds out first, ends the process
    assert len(said) < 10_000
