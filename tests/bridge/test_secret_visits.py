"""The agent as the visitor of a secret tunnel: a local port leads there, through the server."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from npsgui.app.agent import AgentHandle, read_npc_conf
from npsgui.app.program import Program
from npsgui.model.entities import GLOBAL_KEY, OwnerKind, Target
from npsgui.model.errors import NpsError
from npsgui.tasks import spawn
from tests.bridge.town import KEY
from tests.relay.house import echo, free_port, serving
from tests.waiting import until


async def banner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speaks first, then echoes once."""
    writer.write(b"SSH-2.0\r\n")
    writer.write(await reader.readexactly(5))
    await writer.drain()
    writer.close()


async def greeted(port: int) -> bytes:
    """All that ``banner`` says to a visitor of this port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello")
    said = await reader.read()
    writer.close()
    return said


def test_a_local_port_leads_to_the_secret(tmp_path: Path) -> None:
    async def body() -> None:
        bridge, local, wrong = free_port(), free_port(), free_port()
        conf = tmp_path / "npc.conf"
        conf.write_text(
            f"[common]\nserver_addr=127.0.0.1:{bridge}\nvkey={KEY}\n"
            f"[secret_ssh]\nlocal_port={local}\npassword=ssh2\n"
            f"[secret_bad]\nlocal_port={wrong}\npassword=other\n"
        )
        program = await Program.open(tmp_path / "data")
        server = await asyncio.start_server(banner, "127.0.0.1", 0)
        async with server, asyncio.timeout(30):
            target = "{}:{}".format(*server.sockets[0].getsockname())
            await program.set(GLOBAL_KEY, {"bridge_port": str(bridge), "bridge_bind": "127.0.0.1"})
            await program.add(OwnerKind.CLIENT, {"key": KEY})
            words = {"client": "1", "mode": "secret", "password": "ssh2", "targets": target}
            tunnel = (await program.add(OwnerKind.TUNNEL, words)).owner
            agent = AgentHandle(Target("127.0.0.1", bridge), KEY, conf=read_npc_conf(conf))
            task = spawn(agent.run(), "agent")
            await until(lambda: agent.reading().online)

            assert await greeted(local) == b"SSH-2.0\r\nhello"
            refused, closing = await asyncio.open_connection("127.0.0.1", wrong)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await refused.readexactly(1)
            closing.close()

            row, now = program.flow(tunnel), agent.reading()
            assert (row.inlet, row.export) == (now.inlet, now.export) == (5, 14)
            task.cancel()
            await asyncio.wait([task])
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", local)
        await program.close()

    asyncio.run(body())


def test_a_port_in_use_is_reported_while_all_else_goes_on_and_opened_once_it_is_free(tmp_path: Path) -> None:
    async def body() -> None:
        bridge, local, taken = free_port(), free_port(), free_port()
        conf = tmp_path / "npc.conf"
        program = await Program.open(tmp_path / "data")
        async with serving(banner) as (target,), asyncio.timeout(30):
            conf.write_text(
                f"[common]\nserver_addr=127.0.0.1:{bridge}\nvkey={KEY}\n"
                f"[secret_taken]\nlocal_port={taken}\npassword=other\n"
                f"[secret_ssh]\nlocal_port={local}\npassword=ssh2\n"
            )
            occupant = await asyncio.start_server(banner, "127.0.0.1", taken)
            await program.set(GLOBAL_KEY, {"bridge_port": str(bridge), "bridge_bind": "127.0.0.1"})
            await program.add(OwnerKind.CLIENT, {"key": KEY})
            words = {"client": "1", "mode": "secret", "password": "ssh2", "targets": str(target)}
            await program.add(OwnerKind.TUNNEL, words)
            agent = AgentHandle(Target("127.0.0.1", bridge), KEY, conf=read_npc_conf(conf))
            task = spawn(agent.run(), "agent")
            await until(lambda: agent.reading().online)

            assert await greeted(local) == b"SSH-2.0\r\nhello"
            said = str(agent.reading().said)
            assert said.startswith(f"Connected to 127.0.0.1:{bridge}. Port {taken} on 127.0.0.1 cannot")
            occupant.close()
            await until(lambda: str(agent.reading().said) == f"Connected to 127.0.0.1:{bridge}.")
            writer = (await asyncio.open_connection("127.0.0.1", taken))[1]
            writer.close()
            task.cancel()
            await asyncio.wait([task])
        await program.close()

    asyncio.run(body())


def test_a_secret_in_tls_carries_bytes_both_ways_at_once(tmp_path: Path) -> None:
    async def body() -> None:
        bridge, local, data = free_port(), free_port(), os.urandom(3_000_000)
        conf = tmp_path / "npc.conf"
        conf.write_text(
            f"[common]\nserver_addr=127.0.0.1:{bridge}\nvkey={KEY}\n"
            f"[secret_echo]\nlocal_port={local}\npassword=echo\n"
        )
        program = await Program.open(tmp_path / "data")
        async with serving(echo) as (target,), asyncio.timeout(30):
            bridged = {"bridge_port": str(bridge), "bridge_bind": "127.0.0.1", "bridge_tls": "yes"}
            await program.set(GLOBAL_KEY, bridged)
            await program.add(OwnerKind.CLIENT, {"key": KEY})
            words = {"client": "1", "mode": "secret", "password": "echo", "targets": str(target)}
            tunnel = (await program.add(OwnerKind.TUNNEL, words)).owner
            agent = AgentHandle(Target("127.0.0.1", bridge), KEY, tls=True, conf=read_npc_conf(conf))
            task = spawn(agent.run(), "agent")
            await until(lambda: agent.reading().online)

            reader, writer = await asyncio.open_connection("127.0.0.1", local)
            writer.write(data)
            assert await reader.readexactly(len(data)) == data
            writer.close()
            row = program.flow(tunnel)
            assert (row.inlet, row.export) == (len(data), len(data))
            task.cancel()
            await asyncio.wait([task])
        await program.close()

    asyncio.run(body())


def test_a_secret_section_needs_a_port(tmp_path: Path) -> None:
    conf = tmp_path / "npc.conf"
    conf.write_text("[common]\nserver_addr=h:1\nvkey=k\n[secret_x]\npassword=p\n")

    with pytest.raises(NpsError, match="local_port"):
        read_npc_conf(conf)
