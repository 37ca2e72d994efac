from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from npsgui.ledger.backlog import Backlog
from npsgui.ledger.ledger import Changes, Ledger
from npsgui.ledger.opening import open_store
from npsgui.ledger.store import SqlStore
from npsgui.model.accounts import Totals
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.errors import LedgerError
from tests.ledger.conftest import Places
from tests.ledger.household import MINUTE, HealthLight, Household, Place, furnished, tunnel, tunnel_key

KILLS = int(os.environ.get("NPSGUI_KILLS", "20"))
"""How often the writer is killed; ask for 100 before a release."""

CHILD = """
import asyncio, os, sys
from pathlib import Path
from npsgui.ledger.ledger import Ledger
from tests.ledger.conftest import Places
from tests.ledger.household import HealthLight, Household

async def main():
    place = sys.argv[1]
    ledger = await Ledger.open(place if ":" in place else Path(place), HealthLight())
    house = Household()
    house.totals.update(ledger.opened.totals)
    while True:
        for _ in range(3):
            batch = house.batch(1, 10, 1)
            os.write(1, f"handed {batch.deltas[0].total_inlet}\\n".encode())
            ledger.flush(batch)
        await ledger.coverage(0, 1)
        os.write(1, f"durable {batch.deltas[0].total_inlet}\\n".encode())

asyncio.run(main())
"""


def killed_child(place: Place, lines: int) -> tuple[int, int]:
    """Run a writer, kill it after some lines; what it said was on disk, and what it had handed over."""
    durable = handed = 0
    with subprocess.Popen([sys.executable, "-c", CHILD, str(place)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for count, line in enumerate(child.stdout):
            if count == lines:
                child.send_signal(signal.SIGKILL)
            word, total = line.split()
            if word == b"durable":
                durable = int(total)
            else:
                handed = int(total)
    assert child.returncode == -signal.SIGKILL
    return durable, handed


def test_a_killed_writer_loses_nothing_durable_and_counts_nothing_twice(place: Place) -> None:
    chance = random.Random(20)

    async def reopened() -> Totals:
        ledger = await Ledger.open(place, HealthLight())
        assert await ledger.verify() == []
        total = ledger.opened.totals[tunnel_key(1)]
        assert ledger.opened.totals[GLOBAL_KEY] == total
        assert ledger.opened.notes == ()
        await ledger.close()
        return total

    asyncio.run(closed_again(place))
    for _ in range(KILLS):
        durable, handed = killed_child(place, chance.randrange(1, 120))
        total = asyncio.run(reopened())
        assert durable <= total.inlet <= handed
        assert total.export * 10 == total.inlet


async def closed_again(place: Place) -> None:
    await (await furnished(place, 1)).close()


@pytest.fixture
def store(place: Place) -> SqlStore:
    """A furnished database, without the thread."""
    asyncio.run(closed_again(place))
    return open_store(place)


def test_a_commit_that_failed_after_it_was_done_is_not_counted_again(store: SqlStore) -> None:
    house = Household()
    backlog = Backlog(store.sequence)
    backlog.add(house.batch(1, 10, 1))

    def lost(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("COMMIT")
        raise OperationalError("COMMIT", {}, ConnectionError("the answer was lost"))

    event.listen(store._engine, "commit", lost)
    with pytest.raises(LedgerError, match="the answer was lost"):
        store.write(backlog)
    event.remove(store._engine, "commit", lost)
    store.write(backlog)

    assert store.verify() == []
    store.close()


def test_a_ledger_that_someone_else_wrote_to_is_not_written(store: SqlStore) -> None:
    house = Household()
    backlog, stale = Backlog(store.sequence), Backlog(store.sequence)
    for _ in range(2):
        backlog.add(house.batch(1, 10, 1))
    store.write(backlog)
    stale.add(house.batch(1, 10, 1))

    with pytest.raises(LedgerError, match="written by another program"):
        store.write(stale)

    assert store.verify() == []
    store.close()


def test_a_loop_that_ended_before_the_ledger_does_not_lose_a_flush(place: Place) -> None:
    house = Household()

    async def leave_open() -> Ledger:
        ledger = await furnished(place, 1)
        ledger.flush(house.batch(1, 3, 4))
        return ledger

    async def reopened() -> Totals:
        ledger = await Ledger.open(place, HealthLight())
        total = ledger.opened.totals[tunnel_key(1)]
        await ledger.close()
        return total

    left = asyncio.run(leave_open())
    left._thread.shutdown(wait=True)
    left._store.close()

    assert asyncio.run(reopened()) == Totals(3, 4)


flushes = st.tuples(
    st.just("flush"), st.integers(0, 3), st.integers(0, 2**40), st.integers(0, 2**40), st.integers(-2, 3)
)
edits = st.tuples(st.sampled_from(["put", "remove"]), st.integers(0, 3))
opens = st.tuples(st.sampled_from(["reopen", "wait"]))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.one_of(flushes, flushes, edits, opens), max_size=25))
def test_whatever_happens_the_ledger_adds_up(places: Places, steps: list[tuple[Any, ...]]) -> None:
    asyncio.run(live_through(places.new(), steps))


async def live_through(place: Place, steps: list[tuple[Any, ...]]) -> None:
    house = Household()
    alive = {0, 1}
    ledger = await furnished(place, *alive)
    for step, *values in itertools.chain(steps, [("reopen",)]):
        match step, values:
            case "flush", [id_, inlet, export, later] if id_ in alive:
                ledger.flush(house.batch(id_, inlet, export, MINUTE + 60 * later))
            case "put", [id_]:
                await ledger.save(Changes(put=(tunnel(id_),)))
                alive.add(id_)
            case "remove", [id_] if id_ in alive:
                await ledger.save(Changes(removed=(tunnel_key(id_),)))
                alive.remove(id_)
                house.totals.pop(tunnel_key(id_), None)
            case "wait", []:
                assert await ledger.verify() == []
            case "reopen", []:
                await ledger.close()
                ledger = await Ledger.open(place, HealthLight())
                moved = {key: totals for key, totals in ledger.opened.totals.items() if totals != Totals()}
                assert moved == {key: totals for key, totals in house.totals.items() if totals != Totals()}
                assert set(ledger.opened.configuration.tunnels) == alive
                assert await ledger.verify() == []
    await ledger.close()
