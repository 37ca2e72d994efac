"""One npsgui for each data folder: a file that the running one holds locked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from npsgui.model.errors import AlreadyRunning, LedgerError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAME = "npsgui.lock"


class InstanceLock:
    """Held while a Program is open. The system gives it back when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, folder: Path) -> InstanceLock:
        """Make the folder, for its owner only, and lock it.

        Raises AlreadyRunning: when another npsgui holds it; LedgerError: when it cannot be written.
        """
        path = folder / NAME
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = _open_exclusively(path)
        except BlockingIOError:
            raise AlreadyRunning("Another npsgui uses the folder {folder}.", folder=str(folder)) from None
        except OSError as error:
            raise LedgerError(
                "The data folder {folder} cannot be written: {reason}.",
                folder=str(folder),
                reason=error.strerror or str(error),
            ) from error
        return cls(descriptor)

    def release(self) -> None:
        """Let another npsgui have the folder."""
        os.close(self._descriptor)


def is_abandoned(folder: Path) -> bool:
    """Whether an npsgui of this user ran on ``folder`` and none does now."""
    if not (folder / NAME).exists():
        return False
    try:
        InstanceLock.acquire(folder).release()
    except (AlreadyRunning, LedgerError):
        return False
    return True


def _open_exclusively(path: Path) -> int:
    """Open and lock ``path``. Raises BlockingIOError when another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":  # unverified: there is no Windows here
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            except PermissionError:
                raise BlockingIOError from None
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
