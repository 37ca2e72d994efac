"""How long each wait of the bridge and of the agent is, on a clock that does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from npsgui.bridge import frames
from npsgui.bridge.agent import TAKEN_OVER_SECONDS, AgentPhase
from npsgui.bridge.agent_config import bring_tunnels, patience
from npsgui.bridge.certificate import agent_context
from npsgui.bridge.frames import PING
from npsgui.bridge.knock import converse
from npsgui.bridge.npc_conf import parse_npc_conf
from npsgui.bridge.trunk import FAREWELL_SECONDS
from npsgui.bridge.window import INITIAL
from npsgui.model.entities import Target
from npsgui.model.errors import AgentLost
from npsgui.model.events import AgentDown, AgentUp
from tests.bridge.captured import NPC_SAYS
from tests.bridge.clock import hurry
from tests.bridge.official import STAMP, Npc, Nps, Wire
from tests.bridge.test_captures import LINK
from tests.bridge.town import Town, town
from tests.bridge.wiring import Notes
from tests.relay.house import serving
from tests.waiting import until


@asynccontextmanager
async def visited(missed_pings: int = 60) -> AsyncIterator[tuple[Town, Wire, Notes]]:
    """A town with an npc, and a visitor whose stream npc has not taken yet."""
    async with town(missed_pings) as place:
        main, chan = await Npc(place.server).log_in()
        await until(lambda: bool(place.bridge.agents()))
        notes = Notes()
        notes.transport = place.bridge.open_stream(1, LINK, notes)  # type: ignore[assignment]
        try:
            yield place, chan, notes
        finally:
            main.close()
            chan.close()


async def seconds_until_closed(wire: Wire) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await wire.rest()
    return loop.time() - began


@pytest.mark.parametrize("said", [b"", NPC_SAYS[:5], NPC_SAYS, NPC_SAYS + b"1" * 31])
def test_a_handshake_has_ten_seconds(said: bytes) -> None:
    async def body() -> None:
        async with town() as place:
            wire = Wire(*await asyncio.open_connection("127.0.0.1", place.port))
            await wire.say(said)

            assert 9.5 < await seconds_until_closed(wire) < 10.5
            wire.close()

    hurry(body())


@pytest.mark.parametrize(
    "said", [b"", b"\x16\x03\x01\x02\x00\x01", None], ids=["silent", "half", "TLS, then silent"]
)
def test_tls_and_the_handshake_have_ten_seconds_together(said: bytes | None) -> None:
    async def body() -> None:
        async with town() as place:
            await asyncio.sleep(0.1)
            place.apply(replace(place.configuration.everything, bridge_tls=True))
            await asyncio.sleep(0.1)
            tls = agent_context() if said is None else None
            wire = Wire(*await asyncio.open_connection("127.0.0.1", place.port, ssl=tls))
            await wire.say(said or b"")

            assert 9.5 < await seconds_until_closed(wire) < 10.5
            assert not len(place.bridge._porter.waiting)
            wire.close()

    hurry(body())


def test_an_agent_that_brings_tunnels_has_two_seconds_more_for_each() -> None:
    wishes = "".join(f"[t{port}]\nmode=tcp\nserver_port={port}\n" for port in range(8001, 8009))
    conf = parse_npc_conf("[common]\nserver_addr=x\nvkey=plainkey\n" + wishes, {}, str)

    async def grant(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Nps().meet(reader, writer)
        writer.write(b"\x00")
        while await reader.read(4):
            await reader.readexactly(int.from_bytes(await reader.readexactly(4), "little"))
            await asyncio.sleep(1.9)
            writer.write(b"\x01")
        writer.close()

    async def body() -> None:
        async with serving(grant) as (server,):
            made, dialogue = await converse(server, bring_tunnels(conf, "plainkey"), None, patience(conf))
            assert dialogue.learned == "plainkey"
            made.close()
            await asyncio.sleep(0.1)

    hurry(body())


@pytest.mark.parametrize("flag", [b"main", b"chan"])
def test_half_a_login_has_three_strikes_of_five_seconds(flag: bytes) -> None:
    async def body() -> None:
        async with town() as place:
            wire = await Npc(place.server).connect(flag)

            assert 14.5 < await seconds_until_closed(wire) < 15.5
            assert place.seen == []
            wire.close()

    hurry(body())


def test_an_npc_that_says_nothing_at_all_is_gone_after_three_missed_pings() -> None:
    async def body() -> None:
        async with visited() as (place, chan, notes):
            assert 18 < await seconds_until_closed(chan) < 21
            assert isinstance(notes.error, AgentLost)
            (down,) = place.of(AgentDown)
            assert str(down.reason) == "The agent broke the protocol: no answer to pings."

    hurry(body())


@pytest.mark.parametrize("missed", [60, 4])
def test_one_that_talks_and_answers_no_ping_is_gone_after_disconnect_timeout(missed: int) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        async with visited(missed) as (place, chan, notes):
            began, pings = loop.time(), 0
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    if (await chan.frame()).flag == PING:
                        pings += 1
                        await chan.say_frame(PING, -1, STAMP)
            await until(lambda: notes.lost)

            assert pings == missed
            assert 5 * missed - 1 < loop.time() - began < 5 * missed + 1
            assert place.bridge.agents() == []

    hurry(body())


def test_a_stream_that_npc_does_not_take_has_120_seconds() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        async with visited() as (place, chan, notes):
            began = loop.time()
            while (await chan.next()).flag != frames.CLOSE:
                pass

            assert 119 < loop.time() - began < 126
            assert notes.lost
            assert place.of(AgentDown) == []

    hurry(body())


def test_an_npc_that_reads_nothing_keeps_no_socket_when_it_is_taken_over() -> None:
    async def body() -> None:
        async with town() as place:
            npc = Npc(place.server)
            main, chan = await npc.log_in()
            await until(lambda: bool(place.bridge.agents()))
            chan.writer.transport.pause_reading()  # type: ignore[attr-defined]
            chan.writer.write(b"".join(frames.short(frames.OPEN_OK, ident) for ident in range(1, 201)))
            for _ in range(200):
                place.visit(Target("127.0.0.1", 1)).stream.write(bytes(INITIAL))
            trunk = place.bridge._logins[1].trunk
            assert trunk is not None
            await until(lambda: not trunk.writable)
            assert trunk._transport is not None
            peer = trunk._transport.get_extra_info("socket")
            again = await npc.log_in()
            await until(lambda: place.bridge._logins[1].trunk not in (None, trunk))
            await asyncio.sleep(FAREWELL_SECONDS - 1)
            assert peer.fileno() >= 0
            await asyncio.sleep(2)

            assert peer.fileno() == -1
            for wire in (main, chan, *again):
                wire.close()

    hurry(body())


def test_the_same_agent_is_back_within_six_seconds_after_the_server_was_gone_for_minutes() -> None:
    async def body() -> None:
        async with town() as place:
            everything = place.configuration.everything
            agent, _task = await place.agent()
            place.bridge.close()
            await asyncio.sleep(600)
            assert agent.state.reason is not None
            place.apply(everything)
            await asyncio.sleep(6)

            assert len(place.bridge.agents()) == 1
            assert len(place.of(AgentUp)) == 2

    hurry(body())


def test_an_agent_that_was_taken_over_leaves_the_other_one_alone_for_a_while() -> None:
    async def body() -> None:
        async with town() as place:
            agent, _task = await place.agent()
            npc = Npc(place.server)
            main, chan = await npc.log_in()
            await until(lambda: agent.state.phase is AgentPhase.WAITING)
            assert str(agent.state.reason) == "Another agent has logged in with the same key."
            assert place.bridge.agents()[0].version == "0.26.10"
            main.close()
            chan.close()
            await asyncio.sleep(0.8 * TAKEN_OVER_SECONDS)
            assert place.bridge.agents() == []
            await asyncio.sleep(0.4 * TAKEN_OVER_SECONDS)

            assert len(place.bridge.agents()) == 1

    hurry(body())
