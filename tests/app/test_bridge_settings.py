"""What is set of the bridge, and that it holds at once."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from npsgui.app.agent import AgentHandle
from npsgui.app.program import Program
from npsgui.model.entities import GLOBAL_KEY, OwnerKind, Target
from npsgui.model.errors import FieldError
from npsgui.tasks import spawn
from tests.bridge.official import Npc
from tests.bridge.town import KEY
from tests.relay.house import echo, free_port, hang_up, serving
from tests.waiting import until


def test_tls_of_the_whole_port_is_turned_on_and_off_while_it_runs(tmp_path: Path) -> None:
    async def body() -> None:
        program, port = await Program.open(tmp_path), free_port()
        await program.add(OwnerKind.CLIENT, {"key": "k"})
        try:
            for tls in ("yes", "no"):
                words = {"bridge_port": str(port), "bridge_bind": "127.0.0.1", "bridge_tls": tls}
                await program.set(GLOBAL_KEY, words)
                agent = AgentHandle(Target("127.0.0.1", port), "k", tls=tls == "yes")
                task = spawn(agent.run(), "agent")
                await until(lambda: bool(program.agents()))
                task.cancel()
                await until(lambda: not program.agents())
        finally:
            await program.close()

    asyncio.run(body())


def test_a_guest_comes_with_the_public_key_only(tmp_path: Path) -> None:
    async def body() -> None:
        program = await Program.open(tmp_path)
        try:
            await program.add(OwnerKind.CLIENT, {"key": "taken"})
            with pytest.raises(FieldError, match="This key is taken"):
                await program.set(GLOBAL_KEY, {"public_key": "taken"})
            await program.set(GLOBAL_KEY, {"public_key": "public"})
            with pytest.raises(FieldError, match="This is the public key"):
                await program.add(OwnerKind.CLIENT, {"key": "public"})
            for word, value in (("disconnect_timeout", "0"), ("bridge_bind", "everywhere")):
                with pytest.raises(FieldError) as caught:
                    await program.set(GLOBAL_KEY, {word: value})
                assert caught.value.field == word
        finally:
            await program.close()

    asyncio.run(body())


def test_only_who_has_registered_is_let_in(tmp_path: Path) -> None:
    async def body() -> None:
        program, bridge, port = await Program.open(tmp_path), free_port(), free_port()
        async with serving(echo) as (target,):
            await program.add(OwnerKind.CLIENT, {"key": KEY})
            await program.add(OwnerKind.TUNNEL, {"client": "1", "port": str(port), "targets": str(target)})
            words = {"bridge_port": str(bridge), "bridge_bind": "127.0.0.1", "registered_only": "yes"}
            await program.set(GLOBAL_KEY, words)
            got = []
            for hours in (-1, 3, 0):
                wire = await Npc(Target("127.0.0.1", bridge)).connect(
                    b"rgst", hours.to_bytes(4, "little", signed=True)
                )
                await wire.rest()
                wire.close()
                visitor = await asyncio.open_connection("127.0.0.1", port)
                visitor[1].write(b"hello")
                answer = b""
                with contextlib.suppress(ConnectionError):
                    answer = await visitor[0].read(5)
                got.append(answer)
                await hang_up(visitor)
        await program.close()

        assert got == [b"", b"hello", b""]

    asyncio.run(body())
