from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from npsgui.ledger.backlog import Backlog, Batch
from npsgui.ledger.ledger import Changes, Ledger
from npsgui.model.audit import AuditEvent, Happening, Search
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.errors import LedgerError, NotFound
from npsgui.model.gate import Cause
from npsgui.model.views import Step, Usage
from tests.ledger.household import (
    CLIENT,
    MINUTE,
    HealthLight,
    Household,
    Place,
    count,
    furnished,
    tunnel,
    tunnel_key,
)
from tests.ledger.pen import FOR_EVER, Pen

pytestmark = pytest.mark.asyncio

CUT = AuditEvent(
    MINUTE + 7.25, Happening.CUT, tunnel_key(1), 1, "web", Cause.QUOTA, {"used": 2**60, "inlet": 1}
)
REFUSED = AuditEvent(
    MINUTE, Happening.REFUSED, tunnel_key(1), 1, "web", Cause.QUOTA, {"by": ["client", 1], "peer": "a:1"}, 3
)


async def everything(ledger: Ledger) -> list[AuditEvent]:
    return await ledger.events(Search())


async def test_an_event_comes_back_as_it_was_recorded(place: Place) -> None:
    ledger = await furnished(place, 1)
    ledger.record(CUT)
    assert await everything(ledger) == [CUT]
    ledger.record(replace(CUT, at=MINUTE + 8))
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert await everything(ledger) == [CUT, replace(CUT, at=MINUTE + 8)]
    assert await ledger.events(Search(MINUTE + 7.5, MINUTE + 8)) == []
    assert await ledger.verify() == []
    await ledger.close()


async def test_refusals_of_a_minute_are_one_row_that_counts(place: Place) -> None:
    ledger = await furnished(place, 1)
    other = replace(REFUSED, cause=Cause.CONNECTIONS)
    later = replace(REFUSED, at=MINUTE + 60)
    for event in (REFUSED, other, REFUSED, later):
        ledger.record(event)
    newest = replace(REFUSED, details={"by": ["client", 1], "peer": "b:2"})
    ledger.record(newest)

    assert await everything(ledger) == [replace(newest, count=9), other, later]
    await ledger.close()


async def test_an_edit_and_what_is_said_of_it_are_saved_together(place: Place) -> None:
    ledger = await furnished(place, 1)
    await ledger.save(Changes(put=(tunnel(2),), events=(AuditEvent(5, Happening.ADDED, tunnel_key(2)),)))
    with pytest.raises(LedgerError):
        await ledger.save(
            Changes(removed=(tunnel_key(9),), events=(AuditEvent(6, Happening.REMOVED, tunnel_key(9)),))
        )

    assert [event.what for event in await everything(ledger)] == [Happening.ADDED]
    await ledger.close()


async def test_a_removed_client_is_erased_if_it_carried_nothing_and_another_is_not(place: Place) -> None:
    ledger, household = await furnished(place, 1), Household()
    guest, its = replace(CLIENT, id=2, key="k2"), replace(tunnel(2), client=2)
    added = tuple(AuditEvent(5, Happening.ADDED, owner.owner, 2) for owner in (guest, its))
    await ledger.save(
        Changes(put=(guest, its), events=(*added, AuditEvent(5, Happening.ADDED, CLIENT.owner, 1)))
    )
    await ledger.erase(guest.owner)
    assert len(await everything(ledger)) == 3

    await ledger.save(Changes(removed=(guest.owner,)))
    ledger.record(AuditEvent(6, Happening.REMOVED, guest.owner, 2))
    await ledger.erase(guest.owner)
    ledger.flush(household.batch(1, 5, 5))
    await ledger.save(Changes(removed=(CLIENT.owner,)))
    await ledger.erase(CLIENT.owner)

    assert [event.owner for event in await everything(ledger)] == [CLIENT.owner]
    for gone in (guest, its):
        with pytest.raises(NotFound):
            await ledger.history(gone.owner, 0, FOR_EVER, Step.DAY)
    assert await ledger.history(tunnel_key(1), MINUTE, MINUTE + 60, Step.MINUTE) == [Usage(MINUTE, 5, 5)]
    assert await ledger.verify() == []
    await ledger.close()
    assert count(place, "owners") == 3


async def test_the_trail_is_searched_by_owner_and_by_text(place: Place) -> None:
    ledger = await furnished(place, 1)
    host = OwnerKey(OwnerKind.HOST, 1)
    trail = [
        AuditEvent(1, Happening.ADDED, CLIENT.owner, 1, "home-nas"),
        AuditEvent(2, Happening.EDITED, host, 1, "blog", None, {"quota": ["0", "10GiB"]}),
        AuditEvent(3, Happening.EDITED, tunnel_key(1), 2, "100%_sure", None, {"rate": ["0", "5KiB"]}),
        AuditEvent(4, Happening.CLOCK_JUMPED, GLOBAL_KEY, 0, "", None, {"seconds": -3600}),
    ]
    for event in trail:
        ledger.record(event)

    async def found(owner: OwnerKey | None, text: str = "") -> list[float]:
        return [event.at for event in await ledger.events(Search(owner=owner, text=text))]

    assert await found(None) == await found(GLOBAL_KEY) == [1, 2, 3, 4]
    assert await found(CLIENT.owner) == [1, 2]
    assert await found(host) == [2]
    assert await found(None, "QUOTA") == [2]
    assert await found(None, "host 1") == [2]
    assert await found(None, "jumped") == [4]
    assert await found(None, "100%_s") == [3]
    assert await found(None, "%") == [3]
    assert await found(CLIENT.owner, "rate") == []
    await ledger.close()


async def test_a_run_that_did_not_say_that_it_ended_is_noticed(place: Place) -> None:
    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.unclean_since is None
    ledger.record(AuditEvent(MINUTE + 5, Happening.BEGAN))
    ledger.flush(Batch(MINUTE + 600, MINUTE + 601.0, ()))
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.unclean_since == MINUTE + 600
    ledger.record(AuditEvent(MINUTE + 700, Happening.ENDED))
    await ledger.close()

    ledger = await Ledger.open(place, HealthLight())
    assert ledger.opened.unclean_since is None
    await ledger.close()


async def test_a_flush_that_is_tried_again_records_its_events_once(place: Place) -> None:
    pen = await asyncio.to_thread(Pen, place, 1)
    backlog = Backlog(pen.store.sequence)
    backlog.add(Batch(MINUTE, MINUTE + 1.0, (), (CUT, REFUSED)))
    pen.store.write(backlog)
    pen.store.write(backlog)

    assert pen.store.events(Search()) == [REFUSED, CUT]
    assert pen.store.events(Search(most=1)) == [CUT]
    assert pen.store.events(Search(skip=1)) == [REFUSED]
    assert pen.store.events(Search(kinds=(Happening.REFUSED,))) == [REFUSED]
    pen.store.close()
