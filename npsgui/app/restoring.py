"""Puts a backup of the ledger back, in a data folder on which no npsgui runs."""

from __future__ import annotations

from pathlib import Path

from npsgui.app.commands import Answer
from npsgui.app.instance import InstanceLock
from npsgui.app.settings import Settings
from npsgui.ledger.ledger import restore
from npsgui.model.errors import LedgerError


async def restore_ledger(folder: Path, source: Path, ledger: str = "") -> Answer:
    """Do it, and say where the ledger before was set aside.

    Raises LedgerError, and AlreadyRunning when another npsgui holds the folder; then nothing has changed.
    """
    lock = InstanceLock.acquire(folder)
    try:
        if ledger or Settings(folder)["ledger"]:
            raise LedgerError("The ledger is on PostgreSQL: restore it with its own pg_restore.")
        aside = await restore(folder, source)
    finally:
        lock.release()
    said = [f"The ledger of {source} is in place; it adds up."]
    if aside is not None:
        said.append(f"The one before was set aside as {aside}.")
    return Answer(said=tuple(said))
