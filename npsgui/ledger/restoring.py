"""Puts a backup in the place of a folder's ledger. Files of SQLite only; nobody may have the ledger open."""

from __future__ import annotations

import shutil
from pathlib import Path

from npsgui.ledger.dialect import DamagedError, explained, open_engine
from npsgui.ledger.opening import BESIDE, FILE, MIGRATIONS, open_file, revision_of, set_aside
from npsgui.model.errors import LedgerError
from npsgui.model.retention import AS_DESIGNED


def restore(folder: Path, source: Path) -> Path | None:
    """Put a backup in the place of a folder's ledger; where that one was set aside.

    The backup is copied, brought up to date and verified first. Raises LedgerError: when it is none or does
    not add up; then nothing has changed.
    """
    with explained(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not source.is_file():
        raise LedgerError("There is no file {path}.", path=str(source))
    path, arriving = folder / FILE, folder / "ledger-restoring.db"
    try:
        with explained(arriving):
            for suffix in BESIDE:
                _copy(source.with_name(source.name + suffix), arriving.with_name(arriving.name + suffix))
        _prove(arriving, source)
        with explained(path):
            aside = set_aside(path, "before-restore")
            arriving.rename(path)
        return aside
    finally:
        for suffix in BESIDE:
            arriving.with_name(arriving.name + suffix).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    if source.exists():
        target.touch(0o600)
        shutil.copyfile(source, target)


def _prove(arriving: Path, source: Path) -> None:
    """See that what came is a ledger, bring it up to date, and add it up."""
    engine = open_engine(arriving)
    try:
        with explained(arriving):
            known = revision_of(engine) is not None
        found = open_file(arriving, AS_DESIGNED, MIGRATIONS) if known else None
    except DamagedError:
        found = None
    finally:
        engine.dispose()
    if found is None:
        raise LedgerError("{path} is no ledger, or it is damaged.", path=str(source))
    try:
        differences = found.verify()
    finally:
        found.close()
    if differences:
        raise LedgerError("{path} does not add up: {detail}", path=str(source), detail=str(differences[0]))
