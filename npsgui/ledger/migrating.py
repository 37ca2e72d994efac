"""Brings the tables of a ledger to another revision, with Alembic. Loaded only where they must be."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from npsgui.ledger.dialect import Place, copy_to, shown
from npsgui.model.errors import LedgerError


def migrate(engine: Engine, place: Place, migrations: Path) -> None:
    """Bring the tables to the newest revision, all at once; a copy of a file is made before.

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
                path=shown(place),
                revision=current,
            )
        if isinstance(place, Path):
            copy_to(engine, place.with_name(f"ledger-before-{newest}.db"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # another node may be at it, too: one after the other
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('npsgui migration'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
