from __future__ import annotations

import re

import pytest

from npsgui.ledger.ledger import Ledger
from tests.ledger.household import HealthLight, Household, Place, execute, furnished

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE owners SET inlet = inlet + 1 WHERE kind = 'tunnel'", "tunnel 1"),
        ("UPDATE owners SET export = 0 WHERE kind = 'client'", "client 1"),
        ("UPDATE owners SET opening_inlet = 5 WHERE kind = 'tunnel'", "opening balance"),
        (
            "UPDATE owners SET opening_inlet = 5, inlet = inlet + 5 WHERE kind = 'tunnel'",
            "client 1 .*opening balance",
        ),
        ("UPDATE minutes SET inlet = inlet - 1 WHERE owner = 1", "global"),
        ("DELETE FROM minutes WHERE owner = 3", "those of what it owns"),
        ("INSERT INTO minutes VALUES (77, 60, 1, 1)", "row 77"),
        ("UPDATE owners SET client = NULL WHERE kind = 'tunnel'", "client 1"),
        ("UPDATE nodes SET number = number + 1", "sequence is broken"),
        ("UPDATE runs SET last_number = last_number - 1", "sequence is broken"),
        ("DELETE FROM runs", "sequence is broken"),
        ("UPDATE runs SET how_many = how_many + 1", "sequence is broken"),
    ],
)
async def test_verify_names_what_was_tampered_with(place: Place, tampering: str, told: str) -> None:
    house = Household()
    ledger = await furnished(place, 1, 2)
    ledger.flush(house.batch(1, 10, 1))
    ledger.flush(house.batch(2, 20, 2))
    assert await ledger.verify() == []
    assert execute(place, tampering) > 0

    found = "\n".join(map(str, await ledger.verify()))

    assert re.search(told, found, re.IGNORECASE)
    await ledger.close()


async def test_verify_catches_a_removed_owner_too(place: Place) -> None:
    house = Household()
    ledger = await furnished(place, 1)
    ledger.flush(house.batch(1, 10, 1))
    await ledger.close()
    execute(place, "UPDATE owners SET deleted_at = 1, inlet = 0 WHERE kind = 'tunnel'")

    ledger = await Ledger.open(place, HealthLight())
    assert "Tunnel 1" in str((await ledger.verify())[0])
    await ledger.close()
