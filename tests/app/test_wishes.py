"""What an agent's wishes may do to a configuration, and what not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from npsgui.app.guests import Guests
from npsgui.app.wishes import Wishes
from npsgui.bridge.handshake import digest
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Limits, Mode, OwnerKey, Target, Tunnel, Via
from npsgui.model.events import Events


class Desk:
    """A configuration, and wishes that edit it."""

    def __init__(self, *owners: Any) -> None:
        self.configuration = Configuration()
        for owner in (Client(id=1, key="k", tunnels=3), Client(id=2, key="other"), *owners):
            self.configuration = self.configuration.with_owner(owner)
        guests = Guests(lambda: self.configuration, self._edit, self._erase, Events())
        self.wishes = Wishes(lambda: self.configuration, self._edit, guests)

    async def _edit(self, change: Callable[[Configuration], Configuration]) -> None:
        self.configuration = change(self.configuration)

    async def _erase(self, client: OwnerKey) -> None:
        """None of its clients is a guest."""

    def task(self, **values: Any) -> bool:
        return asyncio.run(self.wishes.add_tunnel(1, wish(**values)))

    def host(self, **values: Any) -> bool:
        return asyncio.run(self.wishes.add_host(1, wish(**values)))


def wish(target: str = "127.0.0.1:22", **values: Any) -> dict[str, Any]:
    return {"Id": 7, "Client": {"Id": 2}, "Status": False, "Target": {"TargetStr": target}, **values}


def test_a_tunnel_is_added_for_the_agents_own_client() -> None:
    desk = Desk()

    assert desk.task(Remark="ssh", Mode="tcp", Ports="22001", Flow={"InletFlow": 9, "FlowLimit": 9})
    (tunnel,) = desk.configuration.tunnels.values()
    assert (tunnel.id, tunnel.client, tunnel.remark, tunnel.mode) == (1, 1, "ssh", Mode.TCP)
    assert (tunnel.ports, tunnel.targets) == ((22001,), (Target("127.0.0.1", 22),))
    assert (tunnel.via, tunnel.enabled, tunnel.limits) == (Via.AGENT, True, Limits())


def test_a_range_of_ports_leads_to_as_many_targets_elsewhere() -> None:
    desk = Desk()

    assert desk.task(target="80-82", Mode="tcp", Ports="22010-22012", TargetAddr="10.0.0.1")
    (tunnel,) = desk.configuration.tunnels.values()
    assert tunnel.ports == (22010, 22011, 22012)
    assert [str(target) for target in tunnel.targets] == ["10.0.0.1:80", "10.0.0.1:81", "10.0.0.1:82"]


def test_the_same_wish_again_renews_what_it_brought_and_keeps_its_limits() -> None:
    desk = Desk()
    desk.task(Mode="tcp", Ports="22001")
    limited = replace(desk.configuration.tunnels[1], limits=Limits(quota=5), enabled=False)
    desk.configuration = desk.configuration.with_owner(limited)

    assert desk.task(target="127.0.0.1:23", Mode="tcp", Ports="22001")
    assert desk.configuration.tunnels[1] == replace(limited, targets=(Target("127.0.0.1", 23),))
    assert len(desk.configuration.tunnels) == 1


def test_a_host_is_added_and_no_certificate_of_this_machine() -> None:
    desk = Desk()

    assert desk.host(Host="c.o.test", Location="", Scheme="all", CertFilePath="/etc/shadow")
    (host,) = desk.configuration.hosts.values()
    assert (host.host, host.location, host.client, host.via) == ("c.o.test", "/", 1, Via.AGENT)
    assert "shadow" not in repr(host)


@pytest.mark.parametrize(
    "values",
    [
        {"Mode": "tcp", "Ports": "22001"},
        {"Mode": "nonsense", "Ports": "22002"},
        {"Mode": "tcp", "Ports": "0"},
        {"Mode": "tcp", "Ports": 5},
        {"Mode": "tcp", "Ports": "22002", "target": "a b"},
        {},
    ],
)
def test_what_the_rules_forbid_is_refused(values: dict[str, Any]) -> None:
    local = Tunnel(id=1, client=1, bind="", ports=(22001,), targets=(Target("127.0.0.1", 1),))
    desk = Desk(local)

    assert not desk.task(**values)
    assert dict(desk.configuration.tunnels) == {1: local}


def test_an_agent_gets_no_more_tunnels_than_its_client_may_have() -> None:
    desk = Desk()

    assert [desk.task(Mode="tcp", Ports=str(port)) for port in (1001, 1002, 1003, 1004)] == [True] * 3 + [
        False
    ]


def test_who_may_configure() -> None:
    desk = Desk(Client(id=3, key="x", config_allowed=False))

    assert [desk.wishes.may_configure(client) for client in (1, 3, 9)] == [True, False, False]


def test_remarks_are_told_to_who_has_the_key() -> None:
    desk = Desk()
    desk.task(Remark="ssh", Mode="tcp", Ports="22001")

    assert desk.wishes.remarks(digest("k")) == ["ssh"]
    assert desk.wishes.remarks(digest("nobody")) == []
