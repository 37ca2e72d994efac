"""``npsgui agent`` as a program of its own."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from npsgui.app.agent import AgentHandle, parse_server, read_npc_conf
from npsgui.app.program import Program
from npsgui.model.entities import GLOBAL_KEY, OwnerKind, Target
from npsgui.model.errors import FieldError
from npsgui.tasks import spawn
from tests.bridge.town import KEY, town
from tests.relay.house import echo, free_port, serving
from tests.waiting import until


def test_the_program_serves_until_it_is_ended() -> None:
    async def body() -> None:
        async with serving(echo) as (target,), town() as place, asyncio.timeout(30):
            agent = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "npsgui", "agent", "--server", str(place.server), "--key", KEY,
                stdout=subprocess.PIPE,
            )  # fmt: skip
            await until(lambda: bool(place.bridge.agents()))
            notes = place.visit(target)
            notes.stream.write(bytes(100_000))
            await until(lambda: len(notes.data) == 100_000)
            agent.send_signal(signal.SIGTERM)
            said, _ = await agent.communicate()

            assert agent.returncode == 0
            assert f"Connected to {place.server}." in said.decode()
            assert said.decode().splitlines()[-1].endswith("inlet 97.7 KiB, export 97.7 KiB")

    asyncio.run(body())


def test_a_wrong_key_is_said_and_tried_again() -> None:
    async def body() -> None:
        async with town() as place, asyncio.timeout(30):
            agent = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "npsgui", "agent", "--server", str(place.server), "--key", "wrong",
                stdout=subprocess.PIPE,
            )  # fmt: skip
            assert agent.stdout is not None
            said = b""
            while said.count(b"does not know this key") < 2:
                said += await agent.stdout.readline()
            agent.send_signal(signal.SIGINT)

            assert await agent.wait() == 0

    asyncio.run(body())


def test_the_agent_loads_no_qt() -> None:
    loads = "import sys, npsgui.__main__, npsgui.cli.agent; sys.exit('PySide6' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", loads], check=False, timeout=30).returncode == 0


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("example.com:9000", Target("example.com", 9000)),
        ("example.com", Target("example.com", 8024)),
        ("[::1]:9000", Target("::1", 9000)),
    ],
)
def test_a_server_is_read(text: str, server: Target) -> None:
    assert parse_server(text) == server


@pytest.mark.parametrize("text", ["", ":80", "a b:80", "host:0", "host:99999", "host:x"])
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        parse_server(text)


def test_a_program_takes_the_tunnels_of_an_agent_and_counts_what_passes(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(echo) as (target,), asyncio.timeout(30):
            bridge, port = free_port(), free_port()
            program = await Program.open(tmp_path / "data")
            await program.set(GLOBAL_KEY, {"bridge_port": str(bridge)})
            await program.add(OwnerKind.CLIENT, {"key": KEY})
            conf = tmp_path / "npc.conf"
            conf.write_text(
                f"[common]\nserver_addr=127.0.0.1:{bridge}\nvkey={KEY}\n"
                f"[echo]\nmode=tcp\nserver_port={port}\nserver_ip=127.0.0.1\ntarget_addr={target}\n"
            )
            agent = AgentHandle(Target("127.0.0.1", bridge), KEY, conf=read_npc_conf(conf))
            task = spawn(agent.run(), "agent")
            await until(lambda: bool(program.agents()))
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(bytes(300_000))
            writer.write_eof()
            assert len(await reader.read()) == 300_000
            writer.close()
            await until(lambda: not program.connections() and not agent.reading().streams)

            (row,) = program.flows(OwnerKind.TUNNEL)
            assert (row.remark, row.inlet, row.export) == ("echo", 300_000, 300_000)
            assert (agent.reading().inlet, agent.reading().export) == (300_000, 300_000)
            task.cancel()
            await asyncio.wait([task])
            await program.close()

    asyncio.run(body())
