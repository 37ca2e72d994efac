"""Bytes of all kinds from visitors and targets, over real sockets: no service breaks, leaks or overspends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npsgui.app.certificates import Certificates
from npsgui.model.entities import (
    GLOBAL_KEY,
    PASS_THROUGH,
    Everything,
    Limits,
    Mode,
    OwnerKey,
    OwnerKind,
    Target,
    Tunnel,
)
from tests.conftest import Run
from tests.fuzz.parsers import HTTP, SOCKS, TLS
from tests.relay.house import CLIENT, House, free_port, house, read_all
from tests.relay.http_talk import hello, host
from tests.waiting import until

QUOTA = 5000
RESET = struct.pack("ii", 1, 0)
KINDS = {1: Mode.TCP, 2: Mode.SOCKS5, 3: Mode.HTTP_PROXY, 4: Mode.FILE}
DATAGRAMS = OwnerKey(OwnerKind.TUNNEL, 5)

SAID = st.lists(
    HTTP
    | SOCKS
    | TLS
    | st.sampled_from(
        [
            b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 9000\r\n\r\n",
            b"GET http://127.0.0.1:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n",
            b"CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
            b"HTTP/1.1 101 x\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            b"\5\1\0\5\1\0\1\x7f\0\0\1NN",
            b"\5\1\0\5\3\0\1\0\0\0\0\0\0",
            hello("a.test"),
            hello("b.test"),
            bytes(5000),
        ]
    ),
    max_size=5,
)
"""PORT and NN are the target's port."""

Visit = tuple[int, list[bytes], str]


class Street:
    """A house with a tunnel of each kind and two hosts; its target says what it is told to."""

    def __init__(self, made: House, target: Target, answers: list[bytes]) -> None:
        self.made = made
        self._port = target.port
        self._answers = answers
        """What the target says, a part to each connection."""

    def doors(self) -> list[int]:
        """The ports of the kinds that have connections."""
        relay = self.made.relay
        tunnels = [relay.port(OwnerKey(OwnerKind.TUNNEL, number)) for number in KINDS]
        return [*tunnels, relay.shared_port("http"), relay.shared_port("https")]

    async def bear(self, visits: list[Visit], answers: list[bytes], datagrams: list[bytes]) -> None:
        """All visits at once; afterwards nothing of them may be left."""
        made = self.made
        self._answers[:] = [self._named(answer) for answer in answers]
        quota = made.flow(CLIENT).used + QUOTA
        made.limit(CLIENT, Limits(quota=quota))
        with socket.socket(type=socket.SOCK_DGRAM) as visitor:
            for datagram in datagrams:
                visitor.sendto(datagram, ("127.0.0.1", made.relay.port(DATAGRAMS)))
        await asyncio.gather(*(self._visit(*visit) for visit in visits))
        made.remove(DATAGRAMS)  # its sessions would wait for more
        gate = made.accounts.gate(GLOBAL_KEY)
        assert gate is not None
        await until(lambda: not gate.open and not made.relay.connections())
        made.apply(udp(self._port))
        assert made.flow(CLIENT).used <= quota

    def _named(self, said: bytes) -> bytes:
        return said.replace(b"PORT", b"%d" % self._port).replace(b"NN", self._port.to_bytes(2))

    async def _visit(self, door: int, said: list[bytes], end: str) -> None:
        """Say all of it on one connection, then leave in one of three ways."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.doors()[door])
        with contextlib.suppress(ConnectionError, TimeoutError):
            for part in said:
                writer.write(self._named(part))
                await writer.drain()
            if end == "half":
                writer.write_eof()
            async with asyncio.timeout(0.02):
                await read_all((reader, writer))
        if end == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def udp(port: int) -> Tunnel:
    return Tunnel(id=5, client=1, mode=Mode.UDP, ports=(free_port(),), targets=(Target("127.0.0.1", port),))


@contextlib.asynccontextmanager
async def street(folder: Path) -> AsyncIterator[Street]:
    answers: list[bytes] = []

    async def target(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1 << 16)
        writer.write(answers.pop() if answers else b"")

    async with house(target, contexts=Certificates(folder).context) as made:
        tunnel = made.configuration.find(OwnerKey(OwnerKind.TUNNEL, 1))
        assert isinstance(tunnel, Tunnel)
        made.apply(
            Everything(http_port=free_port(), https_port=free_port()),
            *(
                Tunnel(
                    id=number,
                    client=1,
                    mode=mode,
                    ports=(free_port(),),
                    targets=tunnel.targets if mode is Mode.TCP else (),
                    folder=str(folder),
                )
                for number, mode in KINDS.items()
            ),
            udp(tunnel.targets[0].port),
            host(1, "a.test", *tunnel.targets),
            host(2, "b.test", *tunnel.targets, certificate=PASS_THROUGH),
        )
        yield Street(made, tunnel.targets[0], answers)


def test_nothing_said_breaks_a_service_leaks_a_session_or_overspends(
    runner: asyncio.Runner, run: Run[Any], tmp_path: Path
) -> None:
    failures: list[dict[str, Any]] = []
    opened = street(tmp_path)
    made = run(opened.__aenter__())
    runner.get_loop().set_exception_handler(lambda _, context: failures.append(context))
    visits = st.tuples(st.integers(0, 5), SAID, st.sampled_from(["close", "half", "reset"]))

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(visits, max_size=6), st.lists(HTTP | st.binary(), max_size=4), st.lists(SOCKS, max_size=4)
    )
    def bear(visits: list[Visit], answers: list[bytes], datagrams: list[bytes]) -> None:
        failures.clear()  # those of an example that is being shrunk
        run(made.bear(visits, answers, datagrams))
        assert failures == []

    bear()
    run(opened.__aexit__(None, None, None))
    assert failures == []
