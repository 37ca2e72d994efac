"""What is on the way to the first paint, and what must not be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

START = """
import asyncio, sys
from pathlib import Path
import npsgui.__main__, npsgui.ui.application

async def start():
    program = await npsgui.__main__.Program.open(Path(sys.argv[1]))
    await program.close()

asyncio.run(start())
print(*sys.modules)
"""

FEW_NEED = {
    "alembic", "cramjam", "cryptography", "jeepney", "keyring", "prometheus_client", "psutil", "psycopg",
    "pyqtgraph.parametertree", "snappy", "sqlalchemy.dialects.postgresql", "sqlalchemy.orm", "tomlkit",
}  # fmt: skip
"""Loaded when they are needed: each costs every start milliseconds and megabytes."""


def test_a_start_loads_nothing_that_few_need(tmp_path: Path) -> None:
    def loaded_by_a_start() -> set[str]:
        command = [sys.executable, "-c", START, str(tmp_path)]
        return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())

    loaded_by_a_start()  # migrates the ledger
    loaded = loaded_by_a_start()

    assert loaded >= {"PySide6.QtWidgets", "pyqtgraph", "sqlalchemy"}
    assert loaded & FEW_NEED == set()
