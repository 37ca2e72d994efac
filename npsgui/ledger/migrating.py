"""Brings the tables of a ledger to another revision, with Alembic. Loaded only where they must be."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from npsgui.ledger.dialect import copy_to
from npsgui.model.errors import LedgerError


def migrate(engine: Engine, path: Path, migrations: Path) -> None:
    """Bring the tables to the newest revision; a copy of what was there is made before.

    Raises LedgerError: when a newer npsgui wrote them.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == newest:
        return
    if current is not None:
        if current not in {script.revision for script in scripts.walk_revisions()}:
            raise LedgerError(
                "{path} was written by a newer npsgui (its revision is {revision}); start that one.",
                path=str(path),
                revision=current,
            )
        copy_to(engine, path.with_name(f"ledger-before-{newest}.db"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
