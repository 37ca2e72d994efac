"""Opens a data folder's ledger: makes it, migrates it, sets a damaged one aside. Runs in the writer thread.

Never overwrites a file that it cannot read.
"""

from __future__ import annotations

import importlib
import os
import platform
import time
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from npsgui.ledger.dialect import DamagedError, Place, damage, explained, open_engine
from npsgui.ledger.postgres import open_postgres, url_of
from npsgui.ledger.schema import LOCAL
from npsgui.ledger.store import SqlStore
from npsgui.model.retention import AS_DESIGNED, Retention
from npsgui.model.views import Sentence

FILE = "ledger.db"
BESIDE = ("-wal", "-shm", "")
"""What SQLite adds to the name of a file for those that it keeps beside it."""
MIGRATIONS = Path(__file__).parent / "migrations"

LARGEST_CHECKED = 256 * 2**20
"""Files up to this many bytes are checked whole at start, in half a second; ``verify`` checks all."""


def open_store(
    place: Path | str,
    retention: Retention = AS_DESIGNED,
    node: str = "",
    migrations: Path = MIGRATIONS,
) -> SqlStore:
    """Open the ledger at a place: a data folder, or the URL of a database, where ``node`` has its own books.

    A node without a name is called as the machine is.

    Raises LedgerError: when it cannot be reached, written or understood, or another program has it.
    """
    if isinstance(place, Path):
        return _open_folder(place, retention, migrations)
    url = url_of(place)
    node = node or platform.node() or LOCAL
    return _open(open_postgres(url, node), url, retention, node, migrations)


def _open_folder(folder: Path, retention: Retention, migrations: Path) -> SqlStore:
    """The ledger in ``folder``, a fresh one if there is none or it was damaged.

    Raises LedgerError: when the folder cannot be written, the disk is full, another program has the file
    locked, or a newer npsgui wrote it.
    """
    path = folder / FILE
    with explained(path):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return open_file(path, retention, migrations)
    except DamagedError:
        with explained(path):
            aside = set_aside(path, "damaged")
    store = open_file(path, retention, migrations)
    store.note(
        Sentence(
            "The ledger was damaged. It was set aside as {path}, and a new one was begun."
            " If there is a backup of it, end npsgui and put it back with “npsgui restore FILE”.",
            (("path", str(aside)),),
        )
    )
    return store


def open_file(path: Path, retention: Retention, migrations: Path) -> SqlStore:
    """The ledger in a file, made if need be. Raises LedgerError; DamagedError: when it makes no sense."""
    with explained(path):
        # owner-only, because verify keys are in it; SQLite gives its other files the same rights
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return _open(open_engine(path), path, retention, LOCAL, migrations)


def _open(engine: Engine, place: Place, retention: Retention, node: str, migrations: Path) -> SqlStore:
    try:
        with explained(place):
            if isinstance(place, Path):
                _check(engine, place)
            _migrate(engine, place, migrations)
            return SqlStore(engine, place, retention, node)
    except BaseException:
        engine.dispose()
        raise


def _check(engine: Engine, path: Path) -> None:
    if path.stat().st_size > LARGEST_CHECKED:
        return
    with engine.connect() as connection:
        found = damage(connection)
    if found is not None:
        raise DamagedError("The ledger {path} is damaged: {detail}.", path=str(path), detail=found)


def _migrate(engine: Engine, place: Place, migrations: Path) -> None:
    """Bring the tables to the newest revision. Alembic is loaded only for that: it weighs 17 MB."""
    newest = max(file.name.partition("_")[0] for file in (migrations / "versions").glob("[0-9]*_*.py"))
    if revision_of(engine) != newest:
        importlib.import_module("npsgui.ledger.migrating").migrate(engine, place, migrations)


def revision_of(engine: Engine) -> str | None:
    """The revision of the tables; None of a new file."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def set_aside(path: Path, why: str) -> Path | None:
    """Rename the file, and what SQLite keeps beside it, to a name that says why and is free.

    That name; None when there was no file. What was beside it is set aside all the same: SQLite would take
    it for the next one's.
    """
    there = path.exists()
    stamp = time.strftime(f"ledger-{why}-%Y%m%d-%H%M%S")
    aside = path.with_name(f"{stamp}.db")
    count = 1
    while aside.exists():
        count += 1
        aside = path.with_name(f"{stamp}-{count}.db")
    for suffix in BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside if there else None
