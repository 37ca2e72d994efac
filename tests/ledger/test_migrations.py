from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from npsgui.ledger.opening import FILE, MIGRATIONS, open_store
from npsgui.model.accounts import Totals
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.views import Step, Usage
from tests.ledger.household import CLIENT, MINUTE, tunnel_key
from tests.ledger.pen import FOR_EVER, Pen


def at_revision(folder: Path, revision: str) -> sqlite3.Connection:
    """A ledger as an earlier npsgui had it; one that is there is brought up to that."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{folder / FILE}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    return sqlite3.connect(folder / FILE)


EARLIER = sorted(file.name[:4] for file in (MIGRATIONS / "versions").glob("0*.py"))[:-1]


@pytest.mark.parametrize("revision", EARLIER)
def test_every_earlier_ledger_is_taken_over_with_every_byte(tmp_path: Path, revision: str) -> None:
    fill_the_first(tmp_path)
    at_revision(tmp_path, revision).close()

    above = Totals(35, 3)
    carried = {GLOBAL_KEY: above, CLIENT.owner: above, tunnel_key(1): Totals(30, 3)}
    store = open_store(tmp_path)

    assert store.opened.totals == carried
    assert store.opened.configuration.tunnels[1].ports == (8001,)
    assert store.sequence == 3
    assert store.verify() == []
    assert store.coverage(0, FOR_EVER) == [(0, 60), (MINUTE, MINUTE + 60)]
    store.close()
    [copy] = tmp_path.glob("ledger-before-*.db")
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]
        assert before.execute("SELECT sum(inlet) FROM minutes").fetchall() == [(90,)]

    pen = Pen(tmp_path, 1)
    pen.house.totals.update(carried)
    pen.write(MINUTE + 7200, 1, 1)
    assert pen.tidy() > 0
    assert pen.store.verify() == []
    assert pen.read(Step.DAY)[0] == Usage(0, 10, 1)
    assert sum(usage.inlet for usage in pen.read(Step.MINUTE)) == 31
    pen.store.close()


def fill_the_first(folder: Path) -> None:
    """A ledger of the first npsgui, with three owners and three flushes in two minutes."""
    with closing(at_revision(folder, "0001")) as old, old:
        old.execute(
            "INSERT INTO owners VALUES (1, 'global', 0, NULL, '', '{}', NULL, 30, 3, 0, 0),"
            """ (2, 'client', 1, NULL, 'home', '{"id": 1, "key": "k"}', NULL, 35, 3, 5, 0),"""
            """ (3, 'tunnel', 1, 2, 'web', '{"id": 1, "client": 1, "port": 8001}', NULL, 30, 3, 0, 0)"""
        )
        old.execute("UPDATE owners SET opening_inlet = 5, inlet = 35 WHERE row = 1")
        for owner in (1, 2, 3):
            old.execute("INSERT INTO minutes VALUES (?, ?, 10, 1), (?, ?, 20, 2)", (owner, 0, owner, MINUTE))
        old.execute("INSERT INTO flushes VALUES (0, 1, 2, 2), (?, 3, 3, 1)", (MINUTE,))
        old.execute("UPDATE sequence SET number = 3")
