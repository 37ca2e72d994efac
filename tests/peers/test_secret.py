"""curl and iperf3 through an agent's port that leads to a secret tunnel."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from npsgui.app.agent import AgentHandle, read_npc_conf
from npsgui.model.entities import Target
from npsgui.tasks import spawn
from tests.bridge.wiring import until
from tests.peers.conftest import Visit
from tests.peers.place import MIB, Place, call, digest_of, make_file, needs, server
from tests.peers.store import store
from tests.peers.test_curl import curl
from tests.relay.house import free_port, serving

KEY = "visitorkey"


@contextlib.asynccontextmanager
async def secret(place: Place, target: Target) -> AsyncIterator[tuple[int, AgentHandle]]:
    """A secret tunnel to ``target``, and the local port that an agent of another client has for it."""
    bridge, local = free_port(), free_port()
    await place.do(
        "set", kind="global", id=None, values={"bridge_port": str(bridge), "bridge_bind": "127.0.0.1"}
    )
    await place.add("client", key=KEY)
    await place.add("tunnel", mode="secret", password="sesame", targets=target)
    conf = place.folder.with_name("npc.conf")
    conf.write_text(
        f"[common]\nserver_addr=127.0.0.1:{bridge}\nvkey={KEY}\n"
        f"[secret_door]\nlocal_port={local}\npassword=sesame\n"
    )
    agent = AgentHandle(Target("127.0.0.1", bridge), KEY, conf=read_npc_conf(conf))
    task = spawn(agent.run(), "visitor")
    await until(lambda: agent.reading().online)
    yield local, agent
    task.cancel()
    await asyncio.wait([task])


def test_curl(visit: Callable[[Visit], None], tmp_path: Path) -> None:
    digest = make_file(tmp_path / "file")

    async def body(place: Place) -> None:
        async with serving(store(tmp_path)) as [target], secret(place, target) as (port, agent):
            url = f"http://127.0.0.1:{port}/file"
            said, *up = await curl(url, "-T", tmp_path / "file", "-H", "Expect:")
            assert said == digest
            _, *down = await curl(url, "-o", tmp_path / "got")
            assert digest_of(tmp_path / "got") == digest
            await place.settled()
            moved = (up[0] + down[0], up[1] + down[1])
            assert await place.flow("tunnel") == moved
            assert (agent.reading().inlet, agent.reading().export) == moved

    visit(body)


@needs("iperf3")
@pytest.mark.parametrize("way", [[], ["-R"]], ids=["up", "down"])
def test_iperf3(visit: Callable[[Visit], None], way: list[str]) -> None:
    async def body(place: Place) -> None:
        port = free_port()
        async with (
            server("iperf3", "-s", "-p", port, port=port),
            secret(place, Target("127.0.0.1", port)) as (local, _),
        ):
            words = ("-c", "127.0.0.1", "-p", local, "-n", f"{MIB}M", *way)
            end = json.loads(await call("iperf3", "-J", *words))["end"]
            await place.settled()
            # the receiver stops at the end of the sender: what is on its way then is lost
            carried = max(await place.flow("tunnel"))
            assert end["sum_received"]["bytes"] <= carried <= end["sum_sent"]["bytes"] + (64 << 10)

    visit(body)
