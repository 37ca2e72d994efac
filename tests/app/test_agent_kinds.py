"""What only a whole program and an agent with a file show: a folder of the agent's, a WebSocket to a host."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from npsgui.app.agent import AgentHandle, read_npc_conf
from npsgui.app.program import Program
from npsgui.bridge.handshake import digest, prefixed
from npsgui.model.entities import GLOBAL_KEY, OwnerKind, Target
from npsgui.tasks import spawn
from tests.bridge.official import Npc
from tests.bridge.test_captures import CLIENT
from tests.bridge.town import KEY
from tests.relay.house import free_port, hang_up, serving
from tests.waiting import until


@contextlib.asynccontextmanager
async def configured(folder: Path, sections: str) -> AsyncIterator[tuple[Program, AgentHandle]]:
    """A program, and an agent that brings these sections."""
    program, bridge, conf = await Program.open(folder / "data"), free_port(), folder / "npc.conf"
    try:
        await program.set(GLOBAL_KEY, {"bridge_port": str(bridge), "bridge_bind": "127.0.0.1"})
        await program.add(OwnerKind.CLIENT, {"key": KEY})
        conf.write_text(f"[common]\nserver_addr=127.0.0.1:{bridge}\nvkey={KEY}\n{sections}")
        agent = AgentHandle(Target("127.0.0.1", bridge), KEY, conf=read_npc_conf(conf))
        task = spawn(agent.run(), "agent")
        async with asyncio.timeout(30):
            await until(lambda: agent.reading().online and bool(program.agents()))
            yield program, agent
        task.cancel()
        await asyncio.wait([task])
    finally:
        await program.close()


def test_a_folder_of_the_agent_is_served_and_counted_alike_on_both_sides(tmp_path: Path) -> None:
    async def body() -> None:
        port, data = free_port(), os.urandom(300_000)
        (tmp_path / "big").write_bytes(data)
        place = f"server_ip=127.0.0.1\nserver_port={port}\n"
        files = f"[files]\nmode=file\n{place}local_path={tmp_path}\nstrip_pre=/f\n"
        async with configured(tmp_path, files) as (program, agent):
            assert program._engine is not None
            bridge = program._engine._bridge
            await until(lambda: 1 in bridge._files)
            visitor = await asyncio.open_connection("127.0.0.1", port)
            asked = b"GET /f/big HTTP/1.1\r\nHost: x\r\n\r\n"
            visitor[1].write(asked)
            head = await visitor[0].readuntil(b"\r\n\r\n")
            assert await visitor[0].readexactly(len(data)) == data
            await hang_up(visitor)
            await until(lambda: not program.connections())

            (row,), now = program.flows(OwnerKind.TUNNEL), agent.reading()
            assert (row.inlet, row.export) == (len(asked), len(head) + len(data))
            assert (now.inlet, now.export) == (row.inlet, row.export)

    asyncio.run(body())


@pytest.mark.parametrize(
    "seal", [{}, {"crypt": "yes"}, {"compress": "yes"}], ids=["plain", "crypt", "compress"]
)
def test_datagrams_that_npc_has_no_room_for_are_not_counted(tmp_path: Path, seal: dict[str, str]) -> None:
    async def body() -> None:
        program, bridge, port = await Program.open(tmp_path), free_port(), free_port()
        await program.set(GLOBAL_KEY, {"bridge_port": str(bridge), "bridge_bind": "127.0.0.1"})
        await program.add(OwnerKind.CLIENT, {"key": KEY, **seal})
        words = {"client": "1", "mode": "udp", "port": str(port), "targets": "127.0.0.1:1", "via": "agent"}
        tunnel = (await program.add(OwnerKind.TUNNEL, words)).owner
        main, chan = await Npc(Target("127.0.0.1", bridge)).log_in()
        await until(lambda: bool(program.agents()))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as visitor:
            visitor.connect(("127.0.0.1", port))
            for _ in range(30):
                visitor.send(os.urandom(10_000))
                await asyncio.sleep(0.001)
        moved = program.flow(tunnel).inlet

        assert 100_000 <= moved <= 130_000
        for wire in (main, chan):
            wire.close()
        await program.close()

    asyncio.run(body())


def test_a_guest_that_logs_in_again_with_its_key_keeps_its_tunnels(tmp_path: Path) -> None:
    async def body() -> None:
        program, bridge, port = await Program.open(tmp_path), free_port(), free_port()
        words = {"bridge_port": str(bridge), "bridge_bind": "127.0.0.1", "public_key": "public"}
        await program.set(GLOBAL_KEY, words)
        server = Target("127.0.0.1", bridge)
        task = b'{"Mode":"tcp","Ports":"%d","Target":{"TargetStr":"127.0.0.1:1"}}' % port
        conf = await Npc(server, digest("public")).connect(b"conf", b"conf", prefixed(CLIENT))
        await conf.hear(b"\1\1")
        key = await conf.reader.readexactly(16)
        await conf.say(b"task", prefixed(task))
        await conf.hear(b"\1")
        conf.close()
        guest = Npc(server, digest(key.decode()))
        first = await guest.log_in()
        await until(lambda: bool(program.agents()))
        again = await guest.log_in()
        assert await first[0].rest() == b"clse"
        await until(lambda: bool(program.agents()))
        for wire in first:
            wire.close()
        await asyncio.sleep(0.05)

        assert [client.remark for client in program.configuration.clients.values()] == ["pubclient"]
        assert [tunnel.ports for tunnel in program.configuration.tunnels.values()] == [(port,)]
        for wire in again:
            wire.close()
        await until(lambda: not program.configuration.clients)
        await program.close()

    asyncio.run(body())


async def upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes a WebSocket, then echoes."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()


def test_a_websocket_to_a_host_passes_the_agent_both_ways(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(upgrade) as (target,):
            host = f"[web]\nhost=a.test\ntarget_addr={target}\n"
            async with configured(tmp_path, host) as (program, _agent):
                port = free_port()
                await program.set(GLOBAL_KEY, {"http_port": str(port)})
                visitor = await asyncio.open_connection("127.0.0.1", port)
                visitor[1].write(
                    b"GET /chat HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                )
                assert (await visitor[0].readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
                for frame in (b"\x81\x05hello", b"\x82\x01x"):
                    visitor[1].write(frame)
                    assert await visitor[0].readexactly(len(frame)) == frame
                await hang_up(visitor)

    asyncio.run(body())
