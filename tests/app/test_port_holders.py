from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from npsgui.app.port_holders import OURSELVES, PortHolders, holder_of
from npsgui.model.views import Sentence
from npsgui.relay.sockets import IN_USE

LISTENER = """
import socket, sys
made = socket.socket(type=getattr(socket, sys.argv[1]))
made.bind(("127.0.0.1", 0))
if sys.argv[1] == "SOCK_STREAM":
    made.listen()
print(made.getsockname()[1], flush=True)
sys.stdin.read()
"""


def in_use(port: int) -> Sentence:
    return Sentence(IN_USE, (("port", port), ("address", "127.0.0.1")))


@pytest.fixture(params=["SOCK_STREAM", "SOCK_DGRAM"])
def stranger(request: pytest.FixtureRequest) -> Iterator[tuple[int, bool, str]]:
    """Another program with a port: the port, whether it is a UDP port, and the program's name."""
    with subprocess.Popen(
        [sys.executable, "-c", LISTENER, request.param],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield port, request.param == "SOCK_DGRAM", psutil.Process(process.pid).name()
        process.communicate()


def test_the_program_that_has_a_port_is_named(stranger: tuple[int, bool, str]) -> None:
    port, udp, name = stranger

    assert holder_of(port, udp=udp) == name
    assert holder_of(port, udp=not udp) == ""


def test_a_port_of_our_own_is_told_from_others() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        assert holder_of(ours.getsockname()[1], udp=False) == OURSELVES


def test_the_name_is_in_the_sentence_once_it_is_found(stranger: tuple[int, bool, str]) -> None:
    port, udp, name = stranger
    holders, failure = PortHolders(), in_use(port)

    async def body() -> Sentence:
        async with asyncio.timeout(10):
            while (said := holders.explain(failure, udp=udp)) == failure:  # noqa: ASYNC110  # a thread looks
                await asyncio.sleep(0.001)
        return said

    assert str(asyncio.run(body())) == f"Port {port} on 127.0.0.1 is in use by {name}."


def test_other_failures_are_left_as_they_are() -> None:
    failure = Sentence("This machine has no address {address}.", (("address", "192.0.2.1"),))

    assert PortHolders().explain(failure, udp=False) is failure
