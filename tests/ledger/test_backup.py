from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from npsgui.ledger.ledger import Ledger, restore
from npsgui.ledger.opening import FILE
from npsgui.model.errors import LedgerError
from tests.ledger.household import CLIENT, MINUTE, HealthLight, Household, execute, furnished, tunnel_key
from tests.ledger.server import Server

pytestmark = pytest.mark.asyncio


async def with_bytes(folder: Path, house: Household, flushes: int = 3) -> Ledger:
    """A ledger in which tunnel 1 carried something."""
    ledger = await furnished(folder, 1)
    for at in range(flushes):
        ledger.flush(house.batch(1, 100, 10, MINUTE + 60 * at))
    return ledger


async def test_a_backup_of_a_ledger_that_is_written_is_one_moment_of_it(tmp_path: Path) -> None:
    house = Household()
    ledger = await with_bytes(tmp_path, house, 2000)
    copying = asyncio.ensure_future(ledger.back_up(tmp_path / "copy.db"))
    while not copying.done():
        ledger.flush(house.batch(1, 1, 1))
        await ledger.coverage(0, 1)
    await copying
    await ledger.close()

    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert await restore(tmp_path / "other", tmp_path / "copy.db") is None
    other = await Ledger.open(tmp_path / "other", HealthLight())
    carried = other.opened.totals[CLIENT.owner]
    assert 2000 * 100 <= carried.inlet <= house.totals[CLIENT.owner].inlet
    assert carried == other.opened.totals[tunnel_key(1)]
    assert await other.verify() == []
    await other.close()


async def test_a_restored_ledger_is_as_it_was_and_the_one_before_is_kept(tmp_path: Path) -> None:
    house = Household()
    ledger = await with_bytes(tmp_path, house)
    await ledger.back_up(tmp_path / "copy.db")
    then = dict(house.totals)
    ledger.flush(house.batch(1, 7, 7))
    await ledger.close()

    aside = await restore(tmp_path, tmp_path / "copy.db")
    ledger = await Ledger.open(tmp_path, HealthLight())
    assert ledger.opened.totals == then
    assert await ledger.verify() == []
    await ledger.close()

    assert aside is not None
    await restore(tmp_path, aside)
    ledger = await Ledger.open(tmp_path, HealthLight())
    assert ledger.opened.totals == house.totals
    await ledger.close()


async def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    ledger = await furnished(tmp_path)
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(LedgerError, match="there already"):
        await ledger.back_up(tmp_path / "mine")
    with pytest.raises(LedgerError, match="nowhere"):
        await ledger.back_up(tmp_path / "nowhere" / "copy.db")
    await ledger.close()

    assert (tmp_path / "mine").read_text() == "precious"


async def test_a_backup_may_have_any_name(tmp_path: Path) -> None:
    ledger = await furnished(tmp_path)
    (tmp_path / "copy.copying").write_text("precious")
    for name in ("copy.db", "mine.copying"):
        await ledger.back_up(tmp_path / name)
        assert await restore(tmp_path / f"from {name}", tmp_path / name) is None
    await ledger.close()
    assert (tmp_path / "copy.copying").read_text() == "precious"


async def test_what_is_left_of_a_ledger_that_is_gone_is_not_put_into_the_restored_one(tmp_path: Path) -> None:
    house = Household()
    ledger = await with_bytes(tmp_path, house)
    await ledger.back_up(tmp_path / "copy.db")
    then = dict(house.totals)
    ledger.flush(house.batch(1, 7, 7))
    assert await ledger.verify() == []
    left = tmp_path / f"{FILE}-wal"
    kept = left.read_bytes()
    await ledger.close()
    (tmp_path / FILE).unlink()
    left.write_bytes(kept)

    assert await restore(tmp_path, tmp_path / "copy.db") is None
    ledger = await Ledger.open(tmp_path, HealthLight())
    assert ledger.opened.totals == then
    await ledger.close()


async def test_what_is_no_ledger_or_does_not_add_up_is_not_restored(tmp_path: Path) -> None:
    ledger = await with_bytes(tmp_path / "data", Household())
    await ledger.back_up(tmp_path / "copy.db")
    await ledger.close()
    before = (tmp_path / "data" / FILE).read_bytes()
    (tmp_path / "rubbish").write_bytes(b"rubbish" * 1000)
    (tmp_path / "empty").touch()
    with closing(sqlite3.connect(tmp_path / "foreign")) as foreign:
        foreign.execute("CREATE TABLE mine (a)")
    (tmp_path / "wrong").mkdir()
    (tmp_path / "copy.db").rename(tmp_path / "wrong" / FILE)
    execute(tmp_path / "wrong", "UPDATE owners SET inlet = inlet + 1 WHERE row = 2")

    for name, told in (
        ("rubbish", "is no ledger"),
        ("empty", "is no ledger"),
        ("foreign", "is no ledger"),
        ("missing", "There is no file"),
        (f"wrong/{FILE}", "does not add up"),
    ):
        with pytest.raises(LedgerError, match=told):
            await restore(tmp_path / "data", tmp_path / name)
    assert [file.name for file in (tmp_path / "data").iterdir()] == [FILE]
    assert (tmp_path / "data" / FILE).read_bytes() == before


async def test_on_postgresql_its_own_tools_are_named(postgres: Server, tmp_path: Path) -> None:
    ledger = await furnished(postgres.place())
    with pytest.raises(LedgerError, match="pg_dump"):
        await ledger.back_up(tmp_path / "copy.db")
    await ledger.close()
