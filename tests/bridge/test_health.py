"""Health checks of the agent, from the configuration file to the server's events."""

from __future__ import annotations

import asyncio
from pathlib import Path

from npsgui.app.agent import AgentHandle, read_npc_conf
from npsgui.app.program import Program
from npsgui.bridge.health import Patient
from npsgui.model.entities import GLOBAL_KEY, OwnerKind, Target
from npsgui.model.events import Event, TargetHealth
from npsgui.tasks import spawn
from tests.bridge.town import KEY
from tests.relay.house import free_port
from tests.waiting import until


def test_sick_is_told_at_each_multiple_of_the_limit_and_well_once() -> None:
    patient = Patient(Target("127.0.0.1", 31009), 2)
    sick = bytes.fromhex("16000000 3132372e302e302e313a33313030392a232a302a232a")

    said = [patient.examined(well) for well in (False, False, False, False, True, True, False, True)]

    assert said == [b"", sick, b"", sick, sick.replace(b"*#*0", b"*#*1"), b"", b"", b""]


async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        asked = await reader.readline()
        status = b"200 OK" if asked.startswith(b"GET /ok ") else b"500 Oh"
        writer.write(b"HTTP/1.1 %b\r\n\r\n" % status)
        await writer.drain()
    finally:
        writer.close()


def test_the_server_hears_which_targets_are_well(tmp_path: Path) -> None:
    async def body() -> None:
        bridge, dead, conf = free_port(), free_port(), tmp_path / "npc.conf"
        program, seen = await Program.open(tmp_path / "data"), list[Event]()
        program.events.subscribe(seen.append)
        await program.set(GLOBAL_KEY, {"bridge_port": str(bridge), "bridge_bind": "127.0.0.1"})
        await program.add(OwnerKind.CLIENT, {"key": KEY})
        server = await asyncio.start_server(page, "127.0.0.1", 0)
        live = server.sockets[0].getsockname()[1]
        async with server, asyncio.timeout(30):
            conf.write_text(
                f"[common]\nserver_addr=127.0.0.1:{bridge}\nvkey={KEY}\n"
                f"[health_tcp]\nhealth_check_target=127.0.0.1:{dead},127.0.0.1:{live}\n"
                f"[health_good]\nhealth_check_type=http\nhealth_http_url=/ok\n"
                f"health_check_target=127.0.0.1:{live}\n"
                f"[health_bad]\nhealth_check_type=http\nhealth_http_url=/no\n"
                f"health_check_target=localhost:{live}\n"
            )
            agent = AgentHandle(Target("127.0.0.1", bridge), KEY, conf=read_npc_conf(conf))
            task = spawn(agent.run(), "agent")
            targets = (f"127.0.0.1:{dead}", f"localhost:{live}")
            sick = [TargetHealth(1, target, healthy=False) for target in targets]
            await until(lambda: all(event in seen for event in sick))
            async with await asyncio.start_server(page, "127.0.0.1", dead):
                await until(lambda: TargetHealth(1, f"127.0.0.1:{dead}", healthy=True) in seen)

            told = {event.target for event in seen if isinstance(event, TargetHealth)}
            assert told == set(targets)
            task.cancel()
            await asyncio.wait([task])
        await program.close()

    asyncio.run(body())
