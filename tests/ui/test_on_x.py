"""A story told once more on a real X server, where focus, activation and keys come from elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.terminal import PATIENCE

STORY = (
    "tests/ui/test_stories.py::test_a_client_hits_its_quota_to_the_byte_and_is_topped_up_and_that_is_undone"
)


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of our own, on a number that nobody has."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
        server.terminate()


@pytest.mark.skipif(
    shutil.which("Xvfb") is None, reason="Xvfb is not installed: packaging/system-packages test"
)
def test_a_story_is_the_same_on_an_x_server(display: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", STORY]
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    told = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )

    assert told.returncode == 0, told.stdout
