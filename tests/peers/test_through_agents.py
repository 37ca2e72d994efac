"""curl and iperf3 through agents: to targets that they dial, and to secrets that they visit."""

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
from tests.peers.conftest import Visit
from tests.peers.place import MIB, Place, call, curl, digest_of, make_file, needs, server
from tests.peers.store import store
from tests.relay.house import free_port, serving
from tests.waiting import until

KEY = "agentkey"


@contextlib.asynccontextmanager
async def agent(place: Place, client: int, sections: str = "") -> AsyncIterator[AgentHandle]:
    """An agent of a client, with its file; online."""
    bridge = free_port()
    words = {"bridge_port": str(bridge), "bridge_bind": "127.0.0.1"}
    await place.do("set", kind="global", id=None, values=words)
    await place.do("set", kind="client", id=client, values={"key": KEY})
    conf = place.folder.with_name("npc.conf")
    conf.write_text(f"[common]\nserver_addr=127.0.0.1:{bridge}\nvkey={KEY}\n{sections}")
    handle = AgentHandle(Target("127.0.0.1", bridge), KEY, conf=read_npc_conf(conf))
    task = spawn(handle.run(), "agent")
    await until(lambda: handle.reading().online)
    yield handle
    task.cancel()
    await asyncio.wait([task])


@contextlib.asynccontextmanager
async def secret(place: Place, target: Target) -> AsyncIterator[tuple[int, AgentHandle]]:
    """A secret tunnel to ``target``, and the local port that an agent of another client has for it."""
    await place.add("client")
    await place.add("tunnel", mode="secret", password="sesame", targets=target)
    local = free_port()
    async with agent(place, 2, f"[secret_door]\nlocal_port={local}\npassword=sesame\n") as visitor:
        yield local, visitor


async def there_and_back(url: str, path: Path) -> tuple[int, int]:
    """curl puts a file and gets it again, which the target has as ``file``; what that moved."""
    digest = make_file(path / "file")
    said, *up = await curl(url, "-T", path / "file", "-H", "Expect:")
    assert said == digest
    _, *down = await curl(url, "-o", path / "got")
    assert digest_of(path / "got") == digest
    return up[0] + down[0], up[1] + down[1]


def test_curl_to_a_target_of_an_agent(visit: Callable[[Visit], None], tmp_path: Path) -> None:
    async def body(place: Place) -> None:
        async with serving(store(tmp_path)) as [target], agent(place, 1) as handle:
            port = await place.tunnel("tcp", target.port, via="agent")
            moved = await there_and_back(f"http://127.0.0.1:{port}/file", tmp_path)
            await place.settled()
            assert await place.flow("tunnel") == moved
            assert (handle.reading().inlet, handle.reading().export) == moved

    visit(body)


def test_curl_to_a_secret(visit: Callable[[Visit], None], tmp_path: Path) -> None:
    async def body(place: Place) -> None:
        async with serving(store(tmp_path)) as [target], secret(place, target) as (port, visitor):
            moved = await there_and_back(f"http://127.0.0.1:{port}/file", tmp_path)
            await place.settled()
            assert await place.flow("tunnel") == moved
            assert (visitor.reading().inlet, visitor.reading().export) == moved

    visit(body)


@needs("iperf3")
@pytest.mark.parametrize("way", [[], ["-R"]], ids=["up", "down"])
def test_iperf3_to_a_secret(visit: Callable[[Visit], None], way: list[str]) -> None:
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
