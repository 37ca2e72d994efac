"""Connections to targets: made at once, or in time, or refused in words."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from npsgui.model.entities import Target
from npsgui.model.errors import TargetUnreachable
from npsgui.relay.sockets import connect, connect_now
from tests.conftest import Run


@pytest.mark.parametrize(("bind", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def test_an_address_of_this_machine_is_connected_to_at_once(bind: str, family: int) -> None:
    with socket.create_server((bind, 0), family=family) as server:
        made = connect_now(Target(bind, server.getsockname()[1]))
        assert made is not None
        with made:
            assert made.getpeername()[:2] == server.getsockname()[:2]
            assert made.getblocking() is False


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "localhost"])
def test_what_takes_time_is_not_begun(host: str) -> None:
    assert connect_now(Target(host, 9)) is None


def test_an_address_is_connected_to_without_asking_who_knows_names(run: Run[Any]) -> None:
    async def body() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            before = threading.active_count()
            (await connect(Target("127.0.0.1", server.getsockname()[1]), 5.0)).close()
            assert threading.active_count() == before

    run(body())


def test_a_name_is_connected_to(run: Run[Any]) -> None:
    async def body() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            (await connect(Target("localhost", server.getsockname()[1]), 5.0)).close()

    run(body())


def test_a_target_that_refuses_and_one_that_is_silent_are_told_apart(run: Run[Any]) -> None:
    async def body() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            with pytest.raises(TargetUnreachable, match="refused the connection"):
                await connect(Target("127.0.0.1", port), 5.0)
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(0)
            port = listening.getsockname()[1]
            waiting = [socket.socket() for _ in range(4)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            with pytest.raises(TargetUnreachable, match=r"did not answer within 0\.05 s"):
                await connect(Target("127.0.0.1", port), 0.05)
            for one in waiting:
                one.close()

    run(body())
