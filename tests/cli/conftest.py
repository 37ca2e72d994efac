"""What the command line's tests share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, alive


@pytest.fixture(params=["live", "offline"])
def terminal(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    """A terminal on a fresh data folder: with an npsgui that runs on it, and without one."""
    with alive(tmp_path) if request.param == "live" else contextlib.nullcontext():
        yield Terminal(tmp_path, capsys)
