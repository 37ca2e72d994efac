"""Waits for the answer to a dialog, while everything else goes on: no Qt loop within ours."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from PySide6.QtWidgets import QDialog

from npsgui.ui.fitting import settle


@contextlib.asynccontextmanager
async def asked(dialog: QDialog) -> AsyncIterator[bool]:
    """Show a dialog until it is closed; whether it was accepted. It is there until the ``with`` ends."""
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    dialog.finished.connect(lambda result: None if ended.done() else ended.set_result(result))
    settle(dialog)
    dialog.open()
    try:
        yield await ended == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()
