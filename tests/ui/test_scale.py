"""At 150 and 200 %, in both languages: no clipped word, no window beyond its screen, nothing too small."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source import ROOT
from tests.ui.scaled import SCREEN


@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_all_is_right_on_a_screen_of_this_scale(scale: float, tmp_path: Path) -> None:
    """Qt learns of scale and screen when it starts: hence a process of its own."""
    screen = {
        "name": "small",
        "x": 0,
        "y": 0,
        "width": round(SCREEN.width() * scale),
        "height": round(SCREEN.height() * scale),
        "logicalDpi": 96,
        "logicalBaseDpi": 96,
        "dpr": 1,
    }
    file = tmp_path / "screens.json"
    file.write_text(json.dumps({"screens": [screen]}))
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/ui/scaled.py"],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={file}", "QT_SCALE_FACTOR": str(scale)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    assert "4 passed" in ran.stdout
