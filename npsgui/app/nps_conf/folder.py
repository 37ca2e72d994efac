"""The files of a conf folder on the disk. Blocks: called in a thread."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from npsgui.app.nps_conf.offer import Offer, offer
from npsgui.app.nps_conf.records import parse
from npsgui.model.entities import OwnerKind
from npsgui.model.errors import ImportFailed, NpsError

CLIENTS, TASKS, HOSTS = "clients.json", "tasks.json", "hosts.json"
NAMES = {OwnerKind.CLIENT: CLIENTS, OwnerKind.TUNNEL: TASKS, OwnerKind.HOST: HOSTS}


def read_conf(folder: Path) -> Offer:
    """What a folder offers; only clients.json must be there. Raises ImportFailed."""
    if not (folder / CLIENTS).exists():
        raise ImportFailed("There is no {file} in {folder}.", file=CLIENTS, folder=str(folder))
    records = {kind: parse(name, _read(folder / name)) for kind, name in NAMES.items()}
    return offer(str(folder), records)


def write_conf(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files, or none; what they replace is kept beside them as ``NAME.bak``. Raises NpsError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            _write(folder / f"{name}.new", text)
        for name in files:
            if (folder / name).exists():
                (folder / name).replace(folder / f"{name}.bak")
            (folder / f"{name}.new").replace(folder / name)
    except OSError as error:
        raise NpsError(
            "{folder} cannot be written: {reason}.",
            folder=str(folder),
            reason=error.strerror or str(error),
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise ImportFailed(
            "{path} cannot be read: {reason}.", path=str(path), reason=error.strerror or str(error)
        ) from error


def _write(path: Path, text: str) -> None:
    """For its owner only: the files hold keys and passwords."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
