"""Clients that agents with the public key bring."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from npsgui.app.guests import MOST, MOST_TUNNELS, Guests
from npsgui.app.program import Program
from npsgui.app.wishes import Wishes
from npsgui.ledger.opening import FILE
from npsgui.model.audit import Happening, Search
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, OwnerKey, Tunnel
from npsgui.model.events import AgentDown, AgentUp, Events
from npsgui.model.views import Sentence
from tests.bridge.clock import hurry
from tests.relay.house import free_port
from tests.waiting import until


class House:
    """A configuration with guests in it."""

    def __init__(self, *clients: Client, seconds: float = 15.0) -> None:
        self.configuration = Configuration()
        for client in (Client(id=1, key="k"), *clients):
            self.configuration = self.configuration.with_owner(client)
        self.events = Events()
        self.erased: list[int] = []
        self.guests = Guests(lambda: self.configuration, self._edit, self._erase, self.events, seconds)

    async def _edit(self, change: Callable[[Configuration], Configuration]) -> None:
        self.configuration = change(self.configuration)

    async def _erase(self, client: OwnerKey) -> None:
        self.erased.append(client.id)

    def ids(self) -> list[int]:
        return list(self.configuration.clients)


def down(client: int) -> AgentDown:
    return AgentDown(client, "10.0.0.9:4000", Sentence("gone"))


def test_a_guest_holds_itself_to_limits_and_nothing_else_of_its_wish_counts() -> None:
    async def body() -> None:
        house = House()
        wish: dict[str, Any] = {
            "Id": 1, "VerifyKey": "mine", "Remark": "lab", "RateLimit": 1000, "MaxConn": 10, "Status": False,
            "Flow": {"InletFlow": 99, "FlowLimit": 1000}, "Cnf": {"Crypt": True},
            "ExpireTime": "2030-01-01 00:00:00",
        }  # fmt: skip

        made = await house.guests.invite(wish)

        assert made is not None
        client = house.configuration.clients[made[0]]
        assert (client.id, client.key, len(client.key)) == (2, made[1], 16)
        assert (client.remark, client.enabled, client.guest, client.crypt) == ("lab", True, True, True)
        limits = client.limits
        assert (limits.rate, limits.quota, limits.connections) == (1000 << 10, 1000 << 20, 10)
        assert (client.expires, client.nps, house.configuration.clients[1].key) == (0, {}, "k")

    asyncio.run(body())


def test_a_guest_goes_with_its_agent_and_takes_its_tunnels_along() -> None:
    async def body() -> None:
        house = House()
        made = await house.guests.invite({"Remark": "lab"})
        assert made is not None
        house.configuration = house.configuration.with_owner(Tunnel(id=1, client=made[0], ports=(9,)))
        house.events.push(AgentUp(made[0], "10.0.0.9:4000", "0.26.10"))
        house.events.push(down(1))

        house.events.push(down(made[0]))

        await until(lambda: house.ids() == [1])
        assert not house.configuration.tunnels
        assert house.erased == []

    asyncio.run(body())


def test_a_guest_that_logs_in_again_stays_if_it_does_so_in_time() -> None:
    async def body() -> None:
        house = House(seconds=0.01)
        made = await house.guests.invite({})
        assert made is not None
        taken_over = replace(down(made[0]), replaced=True)
        for event in (AgentUp(made[0], "10.0.0.9:4000", "0.26.10"), taken_over):
            house.events.push(event)
        house.events.push(AgentUp(made[0], "10.0.0.9:4001", "0.26.10"))
        await asyncio.sleep(0.02)
        assert house.ids() == [1, made[0]]

        house.events.push(taken_over)

        await until(lambda: house.ids() == [1])

    asyncio.run(body())


def test_a_guest_whose_agent_never_comes_is_removed() -> None:
    async def body() -> None:
        house = House(seconds=0.01)

        await house.guests.invite({})

        await until(lambda: house.ids() == [1])
        assert house.erased == [2]

    asyncio.run(body())


def test_a_guest_stays_while_its_wishes_are_granted_slowly() -> None:
    async def body() -> None:
        house = House()
        made = await house.guests.invite({})
        assert made is not None
        wishes = Wishes(lambda: house.configuration, house._edit, house.guests)
        for port in range(8001, 8005):
            await asyncio.sleep(10)
            assert await wishes.add_tunnel(made[0], {"Mode": "socks5", "Port": port})
        house.events.push(AgentUp(made[0], "10.0.0.9:4000", "0.26.10"))
        await asyncio.sleep(20)

        assert house.ids() == [1, made[0]]

    hurry(body())


def test_a_guest_of_whom_a_wish_is_refused_goes_at_once() -> None:
    async def body() -> None:
        house = House()
        made = await house.guests.invite({"MaxTunnelNum": 500})
        assert made is not None
        assert house.configuration.clients[made[0]].tunnels == MOST_TUNNELS
        wishes = Wishes(lambda: house.configuration, house._edit, house.guests)
        assert not await wishes.add_tunnel(made[0], {"Mode": "nonsense"})

        await until(lambda: house.ids() == [1])
        assert house.erased == [made[0]]

    asyncio.run(body())


def test_of_a_guest_that_is_refused_nothing_is_left(tmp_path: Path) -> None:
    async def body() -> None:
        program = await Program.open(tmp_path)
        made = await program._guests.invite({"Remark": "lab"})
        assert made is not None
        wishes = Wishes(lambda: program.configuration, program._desk.edit, program._guests)
        assert await wishes.add_tunnel(made[0], {"Mode": "socks5", "Port": free_port()})
        assert len(await program.audit(Search(text="added"))) == 2

        assert not await wishes.add_tunnel(made[0], {"Mode": "nonsense"})

        [leaving] = [task for task in asyncio.all_tasks() if task.get_name() == f"guest {made[0]} leaves"]
        await leaving
        assert [event.what for event in await program.audit(Search())] == [Happening.BEGAN]
        assert await program.verify() == []
        await program.close()

    asyncio.run(body())
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        assert file.execute("SELECT kind FROM owners").fetchall() == [("global",)]


def test_there_is_an_end_to_guests() -> None:
    async def body() -> None:
        house = House(*(Client(id=10 + at, key=f"k{at}", guest=True) for at in range(MOST)))

        assert await house.guests.invite({}) is None

        house.guests.dismiss_all()
        await until(lambda: house.ids() == [1])
        assert await house.guests.invite({"RateLimit": "much"}) is None

    asyncio.run(body())
