from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from npsgui.ledger.ledger import Changes, Ledger, restore
from npsgui.ledger.opening import FILE, MIGRATIONS, open_store
from npsgui.model.accounts import Totals
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.errors import LedgerError
from npsgui.model.views import Health
from tests.disk import fill, make_read_only
from tests.ledger.household import CLIENT, MINUTE, HealthLight, Household, furnished, tunnel, tunnel_key

pytestmark = pytest.mark.asyncio

PAGE = 4096

NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{newest}"
def upgrade():
    op.add_column("owners", sa.Column("colour", sa.Text))
"""


def damaged_files(folder: Path) -> list[Path]:
    return list(folder.glob("ledger-damaged-*.db"))


async def holds(folder: Path, house: Household) -> None:
    """The ledger in ``folder``, opened again, has exactly what the house carried."""
    ledger = await Ledger.open(folder, HealthLight())
    assert ledger.opened.totals == house.totals
    assert await ledger.verify() == []
    await ledger.close()


async def test_on_a_full_disk_counting_goes_on_and_nothing_is_lost(disk: Path) -> None:
    house, light = Household(), HealthLight()
    await (await furnished(disk, 1)).close()
    ledger = await Ledger.open(disk, light)
    ledger.flush(house.batch(1, 1, 1))
    assert await ledger.verify() == []
    filler = fill(disk)
    for minute in range(5):
        ledger.flush(house.batch(1, 100, 10, MINUTE + 60 * minute))

    behind = await light.turns(Health.BEHIND)
    assert "is full" in str(behind.reason)
    assert behind.unsaved_since == MINUTE + 1.5
    with pytest.raises(LedgerError, match="is full"):
        await ledger.save(Changes(put=(tunnel(2),)))

    filler.unlink()
    await light.turns(Health.OK)
    assert await ledger.verify() == []
    await ledger.close()
    await holds(disk, house)


async def test_a_ledger_that_does_not_fit_on_the_disk_is_not_opened(disk: Path) -> None:
    fill(disk)
    with pytest.raises(LedgerError, match="is full"):
        await Ledger.open(disk / "data", HealthLight())


async def test_a_full_disk_is_noticed_when_a_ledger_is_opened(disk: Path) -> None:
    await (await furnished(disk)).close()
    fill(disk)
    with pytest.raises(LedgerError, match="is full"):
        await Ledger.open(disk, HealthLight())


@pytest.mark.parametrize("existing", [True, False])
async def test_a_read_only_folder_is_told_with_its_path(disk: Path, existing: bool) -> None:
    if existing:
        await (await furnished(disk)).close()
    make_read_only(disk)
    with pytest.raises(LedgerError, match=r"writ") as refused:
        await Ledger.open(disk, HealthLight())
    assert str(disk / FILE) in str(refused.value)


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
async def test_a_ledger_locked_by_another_program_is_not_opened(tmp_path: Path, lock: str) -> None:
    await (await furnished(tmp_path)).close()
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute(f"BEGIN {lock}")

    with pytest.raises(LedgerError, match=r"locked by another program") as refused:
        await Ledger.open(tmp_path, HealthLight())

    assert str(tmp_path / FILE) in str(refused.value)
    other.close()
    await (await Ledger.open(tmp_path, HealthLight())).close()


async def test_a_lock_taken_later_only_delays(tmp_path: Path) -> None:
    house, light = Household(), HealthLight()
    await (await furnished(tmp_path, 1)).close()
    ledger = await Ledger.open(tmp_path, light)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ledger.flush(house.batch(1, 3, 4))
    behind = await light.turns(Health.BEHIND)
    ledger.flush(house.batch(1, 5, 6))
    other.close()
    await light.turns(Health.OK)
    await ledger.close()

    assert "locked by another program" in str(behind.reason)
    assert [health.health for health in light.seen] == [Health.BEHIND, Health.OK]
    await holds(tmp_path, house)


async def test_a_backup_tool_that_locks_it_for_half_a_minute_costs_nothing(tmp_path: Path) -> None:
    """A flush for each of the thirty seconds; none of them gets through before the tool has done."""
    house, light = Household(), HealthLight()
    await (await furnished(tmp_path, 1)).close()
    ledger = await Ledger.open(tmp_path, light)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for second in range(30):
        ledger.flush(house.batch(1, 100, second, MINUTE + 2 * second))
        assert await ledger.coverage(0, 2**40) == []  # it was tried, and is not there
    await light.turns(Health.BEHIND)
    other.close()
    await light.turns(Health.OK)

    assert await ledger.verify() == []
    await ledger.close()
    await holds(tmp_path, house)


async def test_closing_says_what_could_not_be_saved(tmp_path: Path) -> None:
    house = Household()
    ledger = await furnished(tmp_path, 1)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ledger.flush(house.batch(1, 3, 4))
    ledger.flush(house.batch(1, 1021, 1020))

    with pytest.raises(LedgerError, match=r"1.0 KiB in and 1.0 KiB out.*locked by another program"):
        await ledger.close()
    other.close()
    assert ledger._retry is None


async def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path) -> None:
    rubbish = b"this is no database" * 1000
    (tmp_path / FILE).write_bytes(rubbish)
    ledger = await furnished(tmp_path, 1)
    await ledger.close()

    [aside] = damaged_files(tmp_path)
    assert aside.read_bytes() == rubbish
    assert [str(aside) in str(note) for note in ledger.opened.notes] == [True]


async def test_a_damaged_page_is_noticed_and_the_file_set_aside(tmp_path: Path) -> None:
    house = Household()
    ledger = await furnished(tmp_path, *range(1, 200))
    for id_ in range(1, 200):
        ledger.flush(house.batch(id_, 1, 1))
    await ledger.close()
    damaged = bytearray((tmp_path / FILE).read_bytes())
    damaged[8192:12288] = b"\xff" * 4096
    (tmp_path / FILE).write_bytes(damaged)

    ledger = await Ledger.open(tmp_path, HealthLight())
    await ledger.close()

    [aside] = damaged_files(tmp_path)
    assert aside.read_bytes() == damaged
    assert ledger.opened.configuration.clients == {}
    assert len(ledger.opened.notes) == 1


@pytest.mark.parametrize("seed", range(6))
async def test_damage_at_any_page_is_noticed_or_harmless(tmp_path: Path, seed: int) -> None:
    """A page of a year's file is overwritten: it is set aside as it is, and a backup of it is restored."""
    chance, house = random.Random(seed), Household()
    ledger = await furnished(tmp_path, *range(1, 100))
    for at in range(500):
        ledger.flush(house.batch(at % 99 + 1, 1, 1, MINUTE + 600 * at))
    await ledger.back_up(tmp_path / "copy.db")
    await ledger.close()
    damaged = bytearray((tmp_path / FILE).read_bytes())
    page = chance.randrange(len(damaged) // PAGE) * PAGE
    damaged[page : page + PAGE] = chance.randbytes(PAGE)
    (tmp_path / FILE).write_bytes(damaged)

    ledger = await Ledger.open(tmp_path, HealthLight())
    assert await ledger.verify() == []
    await ledger.close()

    if ledger.opened.notes:
        [aside] = damaged_files(tmp_path)
        assert aside.read_bytes() == damaged
        assert "npsgui restore" in str(ledger.opened.notes[0])
        await restore(tmp_path, tmp_path / "copy.db")
    await holds(tmp_path, house)


async def test_two_damaged_files_get_two_names(tmp_path: Path) -> None:
    for rubbish in (b"one" * 999, b"two" * 999):
        (tmp_path / FILE).write_bytes(rubbish)
        await (await Ledger.open(tmp_path, HealthLight())).close()

    assert len(damaged_files(tmp_path)) == 2


def newer_migrations(folder: Path) -> Path:
    """The migrations of a later npsgui."""
    newer = Path(shutil.copytree(MIGRATIONS, folder))
    newest = max(path.name[:4] for path in (newer / "versions").glob("0*.py"))
    (newer / "versions" / "9999_colour.py").write_text(NEXT_REVISION.format(newest=newest))
    return newer


async def test_a_copy_is_made_before_a_migration(tmp_path: Path) -> None:
    house = Household()
    ledger = await furnished(tmp_path, 1)
    ledger.flush(house.batch(1, 3, 4))
    await ledger.close()
    store = open_store(tmp_path, migrations=newer_migrations(tmp_path / "newer"))
    assert store.opened.totals == house.totals
    store.close()

    (tmp_path / "old").mkdir()
    (tmp_path / "ledger-before-9999.db").rename(tmp_path / "old" / FILE)
    await holds(tmp_path / "old", house)
    with sqlite3.connect(tmp_path / FILE) as migrated:
        assert migrated.execute("SELECT colour FROM owners").fetchall() == [(None,)] * 3
    migrated.close()


async def test_the_ledger_of_a_newer_npsgui_is_refused_and_left_alone(tmp_path: Path) -> None:
    open_store(tmp_path, migrations=newer_migrations(tmp_path / "newer")).close()
    before = (tmp_path / FILE).read_bytes()

    with pytest.raises(LedgerError, match="newer npsgui"):
        await Ledger.open(tmp_path, HealthLight())

    assert (tmp_path / FILE).read_bytes() == before
    assert damaged_files(tmp_path) == []


async def test_a_failed_save_does_not_keep_the_next_one(tmp_path: Path) -> None:
    house = Household()
    ledger = await furnished(tmp_path, 1)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="locked"):
        await ledger.save(Changes(put=(tunnel(2),), opening={GLOBAL_KEY: Totals(1, 1)}))
    other.close()
    await ledger.save(Changes(put=(tunnel(2),)))
    ledger.flush(house.batch(2, 9, 9))
    await ledger.close()

    ledger = await Ledger.open(tmp_path, HealthLight())
    assert ledger.opened.totals[tunnel_key(2)] == ledger.opened.totals[CLIENT.owner] == Totals(9, 9)
    await ledger.close()
