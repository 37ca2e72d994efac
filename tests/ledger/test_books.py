from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url

from npsgui.ledger.dialect import added
from npsgui.ledger.ledger import Batch, Changes, Ledger
from npsgui.ledger.opening import FILE
from npsgui.ledger.postgres import url_of
from npsgui.ledger.schema import metadata, minutes
from npsgui.model.accounts import Totals
from npsgui.model.entities import (
    GLOBAL_KEY,
    Client,
    Everything,
    Host,
    Limits,
    OwnerKey,
    OwnerKind,
    Target,
    Tunnel,
)
from npsgui.model.errors import LedgerError, NotFound
from npsgui.model.flow import QuotaCounts
from npsgui.model.views import Step, Usage
from tests.ledger.household import (
    CLIENT,
    MINUTE,
    HealthLight,
    Household,
    Place,
    furnished,
    tunnel,
    tunnel_key,
)

pytestmark = pytest.mark.asyncio


async def test_a_fresh_ledger_holds_nothing_and_adds_up(place: Place) -> None:
    ledger = await Ledger.open(place, HealthLight())

    assert ledger.opened.configuration.clients == {}
    assert ledger.opened.totals == {GLOBAL_KEY: Totals()}
    assert ledger.opened.notes == ()
    assert await ledger.verify() == []
    await ledger.close()


async def test_an_opening_that_is_cancelled_lets_go_of_the_ledger(place: Place) -> None:
    await (await furnished(place)).close()
    before = threading.enumerate()
    opening = asyncio.ensure_future(Ledger.open(place, HealthLight()))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    for thread in threading.enumerate():
        if thread not in before:
            thread.join()

    await (await Ledger.open(place, HealthLight())).close()
    if isinstance(place, Path):
        assert [file.name for file in place.iterdir()] == [FILE]


async def test_who_asks_while_it_is_closed_is_told_so(place: Place) -> None:
    ledger = await furnished(place)
    closing = asyncio.ensure_future(ledger.close())
    asked = []
    while not closing.done():
        await asyncio.sleep(0)
        asked.append(asyncio.ensure_future(ledger.periods(GLOBAL_KEY)))
    await closing
    told = await asyncio.gather(*asked, return_exceptions=True)

    assert "The ledger is closed." in map(str, told)
    assert all(isinstance(answer, list | LedgerError) for answer in told)


async def test_the_folder_and_the_file_are_for_their_owner_only(tmp_path: Path) -> None:
    ledger = await furnished(tmp_path / "data")
    files = list((tmp_path / "data").iterdir())

    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    await ledger.close()


async def test_the_configuration_comes_back_as_it_was_saved(place: Place) -> None:
    everything = Everything(http_port=8080, limits=Limits(connections=77))
    client = Client(id=7, key="k", limits=Limits(quota=5, quota_counts=QuotaCounts.INLET), expires=9)
    kept = Tunnel(id=2, client=7, targets=(Target("::1", 80), Target("a", 1)), nps={"Ports": "1-3"})
    host = Host(id=1, client=7, host="*.example.org", enabled=False)
    ledger = await Ledger.open(place, HealthLight())
    await ledger.save(Changes(put=(host, kept, client, everything)))
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    restored = ledger.opened.configuration
    await ledger.close()

    assert restored.everything == everything
    assert restored.clients == {7: client}
    assert restored.tunnels == {2: kept}
    assert restored.hosts == {1: host}


async def test_totals_come_back_as_they_were_flushed(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1, 2)
    ledger.flush(house.batch(1, 100, 7))
    ledger.flush(house.batch(2, 50, 0, MINUTE + 60))
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())

    assert ledger.opened.totals == house.totals
    assert await ledger.verify() == []
    await ledger.close()


async def test_an_edit_keeps_the_totals(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1)
    ledger.flush(house.batch(1, 100, 7))
    await ledger.save(Changes(put=(replace(tunnel(1), remark="renamed"),)))
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.configuration.tunnels[1].remark == "renamed"
    assert ledger.opened.totals[tunnel_key(1)] == Totals(100, 7)
    await ledger.close()


async def test_history_sums_minutes_to_hours_and_days_in_utc(place: Place) -> None:
    house = Household()
    day = MINUTE // 86400 * 86400
    ledger = await furnished(place, 1)
    for start, inlet in ((day, 1), (day + 60, 2), (day + 60, 3), (day + 3600, 10), (day + 86400, 100)):
        ledger.flush(house.batch(1, inlet, 1, start))

    async def history(since: int, until: int, step: Step) -> list[Usage]:
        return await ledger.history(tunnel_key(1), since, until, step)

    assert await history(day, day + 120, Step.MINUTE) == [Usage(day, 1, 1), Usage(day + 60, 5, 2)]
    assert await history(day + 60, day + 61, Step.MINUTE) == [Usage(day + 60, 5, 2)]
    assert await history(day, day + 7200, Step.HOUR) == [Usage(day, 6, 3), Usage(day + 3600, 10, 1)]
    assert await history(day + 90, day + 100, Step.HOUR) == [Usage(day, 6, 3)]
    assert await history(day, day + 86401, Step.DAY) == [Usage(day, 16, 4), Usage(day + 86400, 100, 1)]
    assert await ledger.history(CLIENT.owner, day, day + 60, Step.MINUTE) == [Usage(day, 1, 1)]
    with pytest.raises(NotFound, match="no tunnel 9"):
        await ledger.history(tunnel_key(9), day, day + 60, Step.MINUTE)
    await ledger.close()


async def test_an_empty_batch_says_that_the_program_ran(place: Place) -> None:
    ledger = await furnished(place)
    for minute in (MINUTE, MINUTE, MINUTE + 60, MINUTE + 300):
        ledger.flush(Batch(minute, minute + 1.0, ()))

    assert await ledger.coverage(MINUTE, MINUTE + 600) == [
        (MINUTE, MINUTE + 120),
        (MINUTE + 300, MINUTE + 360),
    ]
    assert await ledger.coverage(MINUTE + 61, MINUTE + 300) == [(MINUTE + 60, MINUTE + 120)]
    assert await ledger.verify() == []
    await ledger.close()


async def test_a_removed_owner_keeps_its_bytes(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1)
    ledger.flush(house.batch(1, 100, 7))
    await ledger.save(Changes(removed=(tunnel_key(1),)))
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.configuration.tunnels == {}
    assert ledger.opened.totals == {key: Totals(100, 7) for key in (GLOBAL_KEY, CLIENT.owner)}
    assert await ledger.verify() == []
    await ledger.close()


async def test_last_bytes_after_a_removal_go_to_the_removed_owner(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1)
    await ledger.save(Changes(removed=(tunnel_key(1),)))
    ledger.flush(house.batch(1, 5, 6))

    assert await ledger.verify() == []
    assert await ledger.history(CLIENT.owner, MINUTE, MINUTE + 60, Step.MINUTE) == [Usage(MINUTE, 5, 6)]
    await ledger.close()


async def test_an_id_given_again_starts_from_nothing(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1)
    ledger.flush(house.batch(1, 100, 7))
    await ledger.save(Changes(put=(tunnel(1),), removed=(tunnel_key(1),)))
    del house.totals[tunnel_key(1)]
    ledger.flush(house.batch(1, 1, 1))

    assert await ledger.history(tunnel_key(1), MINUTE, MINUTE + 60, Step.MINUTE) == [Usage(MINUTE, 1, 1)]
    assert await ledger.verify() == []
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.totals[tunnel_key(1)] == Totals(1, 1)
    assert ledger.opened.totals[GLOBAL_KEY] == Totals(101, 8)
    await ledger.close()


async def test_a_client_takes_its_tunnels_with_it(place: Place) -> None:
    ledger = await furnished(place, 1, 2)
    await ledger.save(Changes(removed=(CLIENT.owner, tunnel_key(1))))
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.configuration.tunnels == {}
    assert ledger.opened.configuration.clients == {}
    await ledger.close()


async def test_an_opening_balance_is_in_the_totals_and_in_no_minute(place: Place) -> None:
    owners = (tunnel_key(1), CLIENT.owner, GLOBAL_KEY)
    ledger = await Ledger.open(place, HealthLight())
    opening = {key: Totals(1000, 500) for key in owners}
    await ledger.save(Changes(put=(CLIENT, tunnel(1)), opening=opening))
    house = Household()
    house.totals.update(opening)
    ledger.flush(house.batch(1, 1, 2))

    assert await ledger.verify() == []
    assert await ledger.history(GLOBAL_KEY, 0, MINUTE + 60, Step.DAY) == [
        Usage(MINUTE // 86400 * 86400, 1, 2)
    ]
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.totals == dict.fromkeys(owners, Totals(1001, 502))
    await ledger.close()


async def test_an_edit_is_saved_whole_or_not_at_all(place: Place) -> None:
    ledger = await furnished(place, 1)
    orphan = Tunnel(id=8, client=99)
    with pytest.raises(LedgerError, match="no client 99"):
        await ledger.save(Changes(put=(tunnel(2), orphan), removed=(tunnel_key(1),)))
    with pytest.raises(LedgerError, match="no host 4"):
        await ledger.save(Changes(removed=(tunnel_key(1), OwnerKey(OwnerKind.HOST, 4))))
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert set(ledger.opened.configuration.tunnels) == {1}
    await ledger.close()


async def test_bytes_of_an_owner_that_never_was_stop_nothing(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1)
    ledger.flush(house.batch(44, 1, 1))
    ledger.flush(house.batch(1, 2, 2))

    assert await ledger.history(tunnel_key(1), MINUTE, MINUTE + 60, Step.MINUTE) == [Usage(MINUTE, 2, 2)]
    await ledger.close()


async def test_ten_thousand_owners_are_flushed_while_the_loop_runs_on(place: Place) -> None:
    count = 10_000
    house = Household()
    ledger = await furnished(place, *range(1, count + 1))
    deltas = {delta.owner: delta for id_ in range(1, count + 1) for delta in house.batch(id_, 1, 0).deltas}
    summed = [delta._replace(inlet=delta.total_inlet, export=delta.total_export) for delta in deltas.values()]
    ledger.flush(Batch(MINUTE, MINUTE + 1.0, tuple(summed)))
    written = asyncio.ensure_future(ledger.verify())
    turns = 0
    while not written.done():
        turns += 1
        await asyncio.sleep(0)

    assert await written == []
    assert turns > 100
    await ledger.close()


async def test_verify_sees_one_moment_while_flushes_go_on(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1, 2)
    verified = [asyncio.ensure_future(ledger.verify()) for _ in range(3)]
    while not all(done.done() for done in verified):
        ledger.flush(house.batch(1, 1, 1))
        ledger.flush(house.batch(2, 1, 1, MINUTE + 3600))
        assert (await ledger.history(CLIENT.owner, 0, MINUTE, Step.DAY)) != []

    assert [await done for done in verified] == [[], [], []]
    await ledger.close()


async def test_the_ledger_is_imported_without_sqlalchemy() -> None:
    code = (
        "import npsgui.ledger.ledger, sys; sys.exit('sqlalchemy' in sys.modules or 'alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: ASYNC221


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
async def test_a_minute_is_added_to_in_the_words_of_each_database(dialect: str) -> None:
    compiler = make_url(f"{dialect}://").get_dialect()()
    text = str(added(minutes, dialect, sums=("inlet",)).compile(dialect=compiler))

    assert "ON CONFLICT (owner, start) DO UPDATE SET inlet = (minutes.inlet + excluded.inlet)" in text


async def test_the_migrations_make_the_tables_of_the_schema(place: Place) -> None:
    ledger = await furnished(place)
    await ledger.close()
    url = f"sqlite:///{place / FILE}" if isinstance(place, Path) else url_of(place)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
