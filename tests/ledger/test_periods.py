from __future__ import annotations

import re

import pytest

from npsgui.ledger.ledger import Changes, Ledger
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.errors import LedgerError, NotFound
from npsgui.model.periods import Beginning, Period
from tests.ledger.household import (
    CLIENT,
    MINUTE,
    HealthLight,
    Household,
    Place,
    execute,
    furnished,
    tunnel_key,
)

pytestmark = pytest.mark.asyncio


async def test_a_period_ends_with_its_total_where_the_next_begins(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1)
    ledger.flush(house.batch(1, 100, 7))
    await ledger.save(Changes(periods={CLIENT.owner: Beginning(MINUTE, 100, 7)}))
    ledger.flush(house.batch(1, 5, 1))
    await ledger.save(Changes(periods={CLIENT.owner: Beginning(MINUTE + 60, 105, 8)}))
    ledger.flush(house.batch(1, 2, 2))

    assert await ledger.verify() == []
    assert await ledger.periods(CLIENT.owner) == [
        Period(0, MINUTE, 100, 7),
        Period(MINUTE, MINUTE + 60, 5, 1),
        Period(MINUTE + 60, None, 2, 2),
    ]
    assert await ledger.periods(GLOBAL_KEY) == [Period(0, None, 107, 10)]
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.periods == {CLIENT.owner: Beginning(MINUTE + 60, 105, 8)}
    with pytest.raises(NotFound):
        await ledger.periods(tunnel_key(9))
    with pytest.raises(LedgerError):
        await ledger.save(Changes(periods={tunnel_key(9): Beginning(MINUTE, 1, 1)}))
    await ledger.close()


async def test_a_removed_owners_periods_stay_and_a_new_one_begins_afresh(place: Place) -> None:
    ledger = await furnished(place, 1)
    await ledger.save(Changes(periods={tunnel_key(1): Beginning(MINUTE, 0, 0)}))
    await ledger.save(Changes(removed=(tunnel_key(1),)))

    assert len(await ledger.periods(tunnel_key(1))) == 2
    await ledger.close()
    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.periods == {}
    await ledger.close()


async def test_the_running_period_is_adjusted_in_its_place(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1)
    ledger.flush(house.batch(1, 9, 0))
    await ledger.save(Changes(periods={CLIENT.owner: Beginning(0, 0, 0, 70, 5)}))
    assert await ledger.periods(CLIENT.owner) == [Period(0, None, 9, 0, 70, 5)]
    await ledger.save(Changes(periods={CLIENT.owner: Beginning(MINUTE, 9, 0)}))
    await ledger.save(Changes(periods={CLIENT.owner: Beginning(MINUTE, 9, 0, 0, 3)}))

    assert await ledger.periods(CLIENT.owner) == [
        Period(0, MINUTE, 9, 0, 70, 5),
        Period(MINUTE, None, 0, 0, 0, 3),
    ]
    await ledger.close()


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE periods SET inlet = inlet + 1 WHERE start = 0", r"client 1 .* began with 100 bytes in"),
        ("UPDATE periods SET from_export = 0 WHERE until IS NULL", r"began with 100 bytes in and 0 out"),
        ("UPDATE periods SET until = until - 60 WHERE start = 0", r"do not follow each other"),
        ("DELETE FROM periods WHERE until IS NULL", r"do not follow each other"),
    ],
)
async def test_verify_holds_periods_against_the_totals(place: Place, tampering: str, told: str) -> None:
    house = Household()
    ledger = await furnished(place, 1)
    ledger.flush(house.batch(1, 100, 7))
    await ledger.save(Changes(periods={CLIENT.owner: Beginning(MINUTE, 100, 7)}))
    assert await ledger.verify() == []
    await ledger.close()
    assert execute(place, tampering) == 1

    ledger = await Ledger.open(place, HealthLight())
    assert re.search(told, "\n".join(map(str, await ledger.verify())), re.IGNORECASE)
    await ledger.close()
