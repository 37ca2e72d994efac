"""Writes a file that the user has chosen: whole, or not at all. Blocks: called in a thread."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from npsgui.model.errors import NpsError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def save(path: Path, content: bytes) -> None:
    """Write ``content`` in the place of what is at ``path``. Raises NpsError: then that is as it was."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _replace(path, content)
    except OSError as error:
        raise _failure(path, error) from error


def _replace(path: Path, content: bytes) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    before = os.umask(0o077)
    os.umask(before)
    return before


def _failure(path: Path, error: OSError) -> NpsError:
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return NpsError("You may not write to {folder}.", folder=str(path.parent))
    if error.errno in _FULL:
        return NpsError("The disk is full: {path} was not saved.", path=str(path))
    if isinstance(error, FileNotFoundError):
        return NpsError("There is no folder {folder}.", folder=str(path.parent))
    return NpsError(
        "{path} cannot be written: {reason}.", path=str(path), reason=error.strerror or str(error)
    )
