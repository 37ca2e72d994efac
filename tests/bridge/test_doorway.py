"""Whom the porter takes for one and the same: an address, of IPv6 the network of 64 bits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from npsgui.bridge.doorway import MOST_PER_ADDRESS, Doorway, Porter
from npsgui.bridge.penalties import FORGIVEN, MEMORY_SECONDS, MOST_KEYS, Penalties
from tests.bridge.captured import NPC_SAYS, NPS_ANSWERS
from tests.waiting import until


class Line(asyncio.Transport):
    """A connection from anywhere."""

    def __init__(self, peername: Any) -> None:
        super().__init__({"peername": peername})
        self.sent = bytearray()
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def pause_reading(self) -> None:
        """Nothing is read from it by itself."""

    def resume_reading(self) -> None:
        """The same."""

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True


def call(porter: Porter, address: str, said: bytes = b"") -> Line:
    """A connection from ``address`` that says something."""
    line = Line((address, 4000, 0, 0) if ":" in address else (address, 4000))
    doorway: Doorway = porter.doorway()
    doorway.connection_made(line)
    if said:
        doorway.get_buffer(-1)[: len(said)] = said
        doorway.buffer_updated(len(said))
    return line


NEIGHBOURS = [
    ("2001:db8::1", "2001:db8::ffff:2", True),
    ("2001:db8::1", "2001:db8:0:1::1", False),
    ("192.0.2.7", "::ffff:192.0.2.7", True),
    ("192.0.2.7", "192.0.2.8", False),
    ("fe80::1%eth0", "fe80::2%eth0", True),
]


@pytest.mark.parametrize(("guesser", "other", "waits"), NEIGHBOURS)
def test_wrong_keys_slow_down_who_may_have_shown_them(guesser: str, other: str, waits: bool) -> None:
    async def body() -> None:
        porter = Porter(lambda _caller: None)
        for guess in range(FORGIVEN):
            assert call(porter, guesser, NPC_SAYS + b"%032d" % guess).sent == NPS_ANSWERS + b"vkey"

        line = call(porter, other, NPC_SAYS + bytes(32))

        assert (line.sent == NPS_ANSWERS) is waits
        await until(lambda: line.closed)
        assert line.sent == NPS_ANSWERS + b"vkey"

    asyncio.run(body())


def test_an_agent_whose_client_was_removed_keeps_no_neighbour_waiting() -> None:
    async def body() -> None:
        porter = Porter(lambda _caller: None)
        porter.keys = ((b"%032d" % 1, 1),)
        for _ in range(10 * FORGIVEN):
            assert call(porter, "192.0.2.7", NPC_SAYS + bytes(32)).sent == NPS_ANSWERS + b"vkey"

        assert call(porter, "192.0.2.7", NPC_SAYS + b"%032d" % 1).sent == NPS_ANSWERS + b"sucs"
        porter.waiting.close()

    asyncio.run(body())


def test_the_wait_grows_with_the_guesses_and_ends_with_the_memory_of_them() -> None:
    penalties, waits = Penalties(), []
    for guess in range(2 * MOST_KEYS):
        waits.append(penalties.wait("192.0.2.7", guess))
        penalties.failed("192.0.2.7", b"%d" % guess, guess)

    assert waits == [0, 0, 0, 0.25, 0.5, 1, 2, *[4] * 9]
    assert penalties.wait("192.0.2.7", 2 * MOST_KEYS + MEMORY_SECONDS) == 0


@pytest.mark.parametrize(("crowd", "other", "same"), NEIGHBOURS)
def test_a_crowd_from_one_place_crowds_out_only_itself(crowd: str, other: str, same: bool) -> None:
    async def body() -> None:
        porter = Porter(lambda _caller: None)
        lines = [call(porter, crowd) for _ in range(MOST_PER_ADDRESS)]

        call(porter, other)

        assert [line.closed for line in lines] == [same] + [False] * (MOST_PER_ADDRESS - 1)
        porter.waiting.close()
        assert not len(porter.waiting)

    asyncio.run(body())
