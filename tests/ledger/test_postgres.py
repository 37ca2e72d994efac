from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from npsgui.ledger.ledger import Changes, Ledger
from npsgui.ledger.postgres import url_of
from npsgui.model.accounts import Totals
from npsgui.model.audit import AuditEvent, Happening, Search
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.errors import LedgerError
from npsgui.model.views import Health, Step, Usage
from tests.ledger.household import (
    CLIENT,
    MINUTE,
    HealthLight,
    Household,
    count,
    furnished,
    tunnel,
    tunnel_key,
)
from tests.ledger.pen import FOR_EVER
from tests.ledger.server import Server, server

pytestmark = pytest.mark.asyncio


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may stop."""
    with server() as made:
        yield made


async def test_two_nodes_share_a_ledger_and_keep_their_books_apart(postgres: Server) -> None:
    place = postgres.place()
    here, there = Household(), Household()
    one = await Ledger.open(place, HealthLight(), node="one")
    two = await Ledger.open(place, HealthLight(), node="two")
    for ledger, house, inlet in ((one, here, 10), (two, there, 7)):
        await ledger.save(Changes(put=(CLIENT, tunnel(1))))
        ledger.record(AuditEvent(MINUTE, Happening.BEGAN))
        ledger.flush(house.batch(1, inlet, 1))
        assert await ledger.history(CLIENT.owner, 0, FOR_EVER, Step.MINUTE) == [Usage(MINUTE, inlet, 1)]
        assert await ledger.coverage(0, FOR_EVER) == [(MINUTE, MINUTE + 60)]
    assert await one.verify() == await two.verify() == []
    assert [event.what for event in await two.events(Search())] == [Happening.BEGAN]
    assert [usage.inlet for usage in await one.peers(GLOBAL_KEY, 0, FOR_EVER)] == [10]
    await one.close()
    two.flush(there.batch(1, 1, 1))
    await two.close()

    two = await Ledger.open(place, HealthLight(), node="two")
    assert two.opened.totals[tunnel_key(1)] == Totals(8, 2)
    await two.close()
    assert count(place, "owners") == 6


async def test_a_node_is_one_programs_only(postgres: Server) -> None:
    place = postgres.place()
    ledger = await Ledger.open(place, HealthLight(), node="one")

    with pytest.raises(LedgerError, match=r"Another npsgui writes to .* as node “one”"):
        await Ledger.open(place, HealthLight(), node="one")

    await ledger.close()
    await (await Ledger.open(place, HealthLight(), node="one")).close()


async def test_a_server_that_restarts_only_delays(own_server: Server) -> None:
    house, light = Household(), HealthLight()
    place = own_server.place()
    await (await furnished(place, 1)).close()
    ledger = await Ledger.open(place, light)
    ledger.flush(house.batch(1, 1, 1))
    assert await ledger.verify() == []
    own_server.stop()
    ledger.flush(house.batch(1, 20, 2))
    behind = await light.turns(Health.BEHIND)
    ledger.flush(house.batch(1, 300, 3))
    own_server.start()
    await light.turns(Health.OK)

    assert "cannot be reached" in str(behind.reason)
    assert await ledger.verify() == []
    await ledger.close()
    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.totals == house.totals
    await ledger.close()


async def test_what_cannot_be_reached_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be reached") as refused:
        await Ledger.open(f"postgresql://me:secret@/ledger?host={tmp_path}", HealthLight())

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "mysql://host/ledger", "ledger.db", "postgresql://host", "postgresql:"])
async def test_what_is_no_url_of_a_ledger_is_told(text: str) -> None:
    with pytest.raises(LedgerError, match="write it like postgresql://"):
        url_of(text)


TESTS_THAT_HANG = """
from tests.ledger.server import server
with server() as made:
    print(made.place(), flush=True)
    input()
"""


async def test_tests_that_are_killed_leave_no_server_behind() -> None:
    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", TESTS_THAT_HANG], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        place = tests.stdout.readline()
        tests.kill()
        assert tests.stdout.read() == ""  # whoever stops the server has it, too: it is done

    with pytest.raises(LedgerError, match="cannot be reached"):
        await Ledger.open(place.strip(), HealthLight())
