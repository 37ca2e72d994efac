"""The window, open on a folder with clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.model.entities import OwnerKind
from npsgui.ui.theme import Theme
from npsgui.ui.window import Window

Act = Callable[[Program, Window], Coroutine[Any, Any, None]]


def look(qtbot: QtBot, folder: Path, act: Act, *clients: str, settings: Settings | None = None) -> None:
    """Open the window on a folder with these clients, and ``act``."""

    async def body() -> None:
        program = await Program.open(folder)
        for remark in clients:
            await program.add(OwnerKind.CLIENT, {"remark": remark})
        window = Window(program, Theme(), settings or Settings(folder))
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        try:
            await act(program, window)
        finally:
            window.close()
            await program.close()

    asyncio.run(body())
