from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from npsgui.ledger.backlog import Backlog
from npsgui.model.entities import GLOBAL_KEY, OwnerKey
from npsgui.model.errors import LedgerError, NotFound
from npsgui.model.peers import OTHERS, PEERS_A_DAY, PeerUsage
from npsgui.model.retention import Retention
from tests.ledger.household import CLIENT, Place, tunnel_key
from tests.ledger.pen import FOR_EVER, Pen

HOUR, DAY = 3600, 86400
TODAY = 1_700_438_400


@pytest.fixture
def pen(place: Place) -> Iterator[Pen]:
    made = Pen(place, 1, 2, retention=Retention(2 * HOUR, 2 * DAY))
    yield made
    made.store.close()


def carry(pen: Pen, minute: int, *moved: tuple[int, str, int, int]) -> None:
    """One flush for each tunnel, peer, inlet and export in ``moved``; all in one backlog."""
    backlog = Backlog(pen.number)
    for id_, peer, inlet, export in moved:
        batch = pen.house.batch(id_, inlet, export, minute)
        backlog.add(replace(batch, peers=((tunnel_key(id_), peer, inlet, export),)))
    pen.write_backlog(backlog)


def read(pen: Pen, owner: OwnerKey, since: int = TODAY, until: int = FOR_EVER) -> list[PeerUsage]:
    return pen.store.peers(owner, since, until)


def test_bytes_are_told_by_peer_and_day_the_heaviest_first(pen: Pen) -> None:
    carry(pen, TODAY, (1, "a", 1, 0), (1, "b", 5, 5), (1, "a", 2, 1), (2, "a", 100, 0))
    carry(pen, TODAY + DAY, (1, "a", 7, 7))

    assert read(pen, tunnel_key(1)) == [
        PeerUsage(TODAY, "b", 5, 5),
        PeerUsage(TODAY, "a", 3, 1),
        PeerUsage(TODAY + DAY, "a", 7, 7),
    ]
    assert read(pen, tunnel_key(1), TODAY + DAY + 5) == [PeerUsage(TODAY + DAY, "a", 7, 7)]
    assert read(pen, CLIENT.owner, TODAY, TODAY + 60) == read(pen, GLOBAL_KEY, TODAY, TODAY + 60)
    assert read(pen, CLIENT.owner)[0] == PeerUsage(TODAY, "a", 103, 1)
    assert pen.store.verify() == []
    with pytest.raises(NotFound):
        read(pen, tunnel_key(9))


def test_bytes_that_belong_to_no_session_are_the_others(pen: Pen) -> None:
    batch = pen.house.batch(1, 10, 20, TODAY)
    backlog = Backlog(pen.number)
    backlog.add(replace(batch, peers=((tunnel_key(1), "a", 4, 20), (tunnel_key(2), "b", 9, 9))))
    pen.write_backlog(backlog)

    assert read(pen, tunnel_key(1)) == [PeerUsage(TODAY, "a", 4, 20), PeerUsage(TODAY, OTHERS, 6, 0)]
    assert read(pen, tunnel_key(2)) == []
    assert pen.store.verify() == []


@pytest.mark.parametrize("at_once", [True, False])
def test_a_flood_of_addresses_is_told_as_others_and_sums_right(pen: Pen, at_once: bool) -> None:
    flood = [(1, f"p{number}", 1, 2) for number in range(PEERS_A_DAY + 50)]
    if at_once:
        carry(pen, TODAY, *flood)
    else:
        carry(pen, TODAY, *flood[:PEERS_A_DAY])
        pen.reopen()
        carry(pen, TODAY, *flood[PEERS_A_DAY:])
    carry(pen, TODAY, (1, "p0", 1, 2), (1, "late", 1, 2))

    usages = read(pen, tunnel_key(1))

    assert len(usages) == PEERS_A_DAY + 1
    assert usages[0] == PeerUsage(TODAY, OTHERS, 51, 102)
    assert usages[1] == PeerUsage(TODAY, "p0", 2, 4)
    assert pen.store.verify() == []
    carry(pen, TODAY + DAY, (1, "late", 1, 2))
    assert read(pen, tunnel_key(1), TODAY + DAY) == [PeerUsage(TODAY + DAY, "late", 1, 2)]


def test_after_a_write_that_failed_it_still_knows_who_is_told_apart(pen: Pen) -> None:
    carry(pen, TODAY, *((1, f"peer {number}", 1, 0) for number in range(PEERS_A_DAY)))
    pen.reopen()
    pen.execute("ALTER TABLE peers RENAME TO away")
    with pytest.raises(LedgerError):
        carry(pen, TODAY, (1, "late", 1, 0))
    pen.execute("ALTER TABLE away RENAME TO peers")
    carry(pen, TODAY, (1, "later", 1, 0))

    assert [usage.peer for usage in read(pen, tunnel_key(1)) if usage.peer[:4] != "peer"] == [OTHERS]


def test_peers_are_forgotten_with_the_hours_and_their_bytes_are_not(pen: Pen) -> None:
    for day in range(6):
        carry(pen, TODAY + day * DAY, (1, "a", 1, 1), (2, "b", 2, 2))
    pen.tidy()

    assert [usage.day for usage in read(pen, tunnel_key(1), 0)] == [TODAY + day * DAY for day in (3, 4, 5)]
    assert pen.store.verify() == []


def test_verify_catches_peers_that_do_not_add_up(pen: Pen) -> None:
    carry(pen, TODAY, (1, "a", 1, 1))
    pen.execute("UPDATE peers SET inlet = 2")

    assert "its peers 2 and 1" in str(pen.store.verify()[0])
