"""The captures of nps-wire.md, replayed byte for byte, write by write, with the delays that they had.

What the document leaves out with “…” is filled up to the captured length.
"""

from __future__ import annotations

import asyncio
import itertools
import json

import pytest

from npsgui.bridge import frames
from npsgui.bridge.agent import Agent, AgentPhase
from npsgui.bridge.bridge import Bridge
from npsgui.bridge.handshake import VERSION, digest, prefixed
from npsgui.bridge.snappy_codec import IDENTIFIER
from npsgui.bridge.window import INITIAL, OURS
from npsgui.model.agents import Link, LinkKind
from npsgui.model.entities import Target
from npsgui.model.events import TargetHealth
from npsgui.tasks import spawn
from tests.bridge.captured import BIG, CAPTURED_LINK
from tests.bridge.clock import hurry
from tests.bridge.official import RECONNECT, STAMP, Npc, Wire, breaches, official_server, told
from tests.bridge.steward import FRESH, Steward, served
from tests.bridge.test_layers import CAPTURED as SNAPPY
from tests.bridge.town import KEY, town
from tests.bridge.wiring import Datagrams, Notes
from tests.relay.house import echo, free_port, serving
from tests.waiting import until

LINK = Link(LinkKind.TCP, "127.0.0.1:31001", "127.0.0.1:53552")
OPENED = bytes.fromhex("0601000000"), bytes.fromhex("0101000000")
WINDOW = bytes.fromhex("050100000000000000") + OURS.to_bytes(4, "little")


async def opened(bridge: Bridge, chan: Wire, link: Link = LINK) -> Notes:
    """A stream through npc, which has taken it: it heard the window and the Link, a message of its own."""
    notes = Notes()
    notes.transport = bridge.open_stream(1, link, notes)  # type: ignore[assignment]
    assert await chan.next() == (frames.OPEN, 1, b"")
    await chan.say(OPENED[1])
    assert await chan.next() == (frames.ACK, 1, WINDOW[5:])
    return notes


def test_npc_logs_in_and_pings_every_five_seconds() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        async with town() as place:
            npc = Npc(place.server)
            main, chan = await npc.log_in()
            first, second = [(await chan.frame()), (await chan.frame())]
            assert {first.flag, second.flag} == {frames.PING, frames.PONG}
            assert first.body == STAMP or second.body == STAMP
            await until(lambda: bool(place.bridge.agents()))
            at = []
            for _ in range(4):
                ping = await chan.frame()
                at.append(loop.time())
                assert (ping.flag, ping.body[-1:]) == (frames.PING, b"Z")
                assert 20 <= len(ping.body) <= 30
                await chan.say_frame(frames.PONG, -1, ping.body)
                await chan.say_frame(frames.PING, -1, STAMP)
                assert await chan.frame() == (frames.PONG, -1, STAMP)
            assert [round(later - early, 1) for early, later in itertools.pairwise(at)] == [5.0] * 3
            assert place.bridge.agents()[0].version == "0.26.10"
            for wire in (main, chan):
                wire.close()

    hurry(body())


def test_npc_serves_a_stream() -> None:
    async def body() -> None:
        async with town() as place:
            main, chan = await Npc(place.server).log_in()
            await until(lambda: bool(place.bridge.agents()))
            notes = Notes()
            notes.transport = place.bridge.open_stream(1, LINK, notes)  # type: ignore[assignment]
            notes.stream.write(b"hello")
            assert await chan.next() == (frames.OPEN, 1, b"")
            await chan.say(OPENED[1])

            assert await chan.next() == (frames.ACK, 1, WINDOW[5:])
            assert await chan.next() == (frames.MSG, 1, bytes.fromhex("9c000000") + CAPTURED_LINK)
            assert await chan.next() == (frames.MSG, 1, b"hello")
            for ack in ("05 01000000 00000000 fceb0200", "05 01000000 a5000000 fceb0200"):
                await chan.say(bytes.fromhex(ack))
            for flag, part in ((4, BIG[:4085]), (4, BIG[4085:8170]), (3, BIG[8170:10000])):
                await chan.say_frame(flag, 1, part)
            await until(lambda: len(notes.data) == 10_000)
            reported = 0
            while reported < 10_000:
                flag, ident, window = await chan.next()
                assert (flag, ident, window[4:]) == (frames.ACK, 1, WINDOW[9:])
                reported += int.from_bytes(window[:4], "little")
            assert (reported, bytes(notes.data)) == (10_000, BIG[:10_000])

            await chan.say(bytes.fromhex("07 01000000"))
            assert await chan.next() == (frames.CLOSE, 1, b"")
            await until(lambda: notes.lost)
            assert notes.error is None
            assert breaches(chan.heard) == []
            for wire in (main, chan):
                wire.close()

    hurry(body())


def test_npc_comes_back_after_its_five_seconds() -> None:
    async def body() -> None:
        async with town() as place:
            npc, everything = Npc(place.server), place.configuration.everything
            main, chan = await npc.log_in()
            await until(lambda: bool(place.bridge.agents()))
            place.bridge.close()
            assert await main.rest() == b""
            await chan.rest()
            place.apply(everything)
            assert place.bridge.agents() == []
            await asyncio.sleep(RECONNECT)
            again = await npc.log_in()
            await until(lambda: bool(place.bridge.agents()))
            for wire in (main, chan, *again):
                wire.close()

    hurry(body())


def test_npc_tells_of_its_targets_health() -> None:
    async def body() -> None:
        async with town() as place:
            main, chan = await Npc(place.server).log_in()
            await until(lambda: bool(place.bridge.agents()))
            for state, healthy in ((b"0", False), (b"1", True)):
                text = b"127.0.0.1:31009*#*%s*#*" % state
                await main.say(bytes.fromhex("16000000"), text)
                assert place.of(TargetHealth)[-1] == TargetHealth(1, "127.0.0.1:31009", healthy=healthy)
            for wire in (main, chan):
                wire.close()

    hurry(body())


def test_npc_answers_a_socks5_datagram() -> None:
    sent = bytes.fromhex("000000 01 7f000001 791a") + b"udp5payload"

    async def body() -> None:
        async with town() as place:
            main, chan = await Npc(place.server).log_in()
            await until(lambda: bool(place.bridge.agents()))
            for ident in range(1, 8):
                ends = Datagrams()
                stream = place.bridge.open_datagrams(1, Link(LinkKind.SOCKS_UDP, crypt=True), ends)
                assert await chan.next() == (frames.OPEN, ident, b"")
            stream.sendto(sent)
            await chan.say(bytes.fromhex("01 07000000"))
            assert (await chan.next()).flag == frames.ACK
            link = await chan.next()
            assert b'"ConnType":"udp5","Host":"","Crypt":true' in link.body
            assert await chan.next() == (frames.MSG, 7, sent)
            assert len(sent) == 0x15
            await chan.say_frame(frames.MSG, 7, bytes.fromhex("15000000") + sent)
            await until(lambda: bool(ends.got))

            assert ends.got == [sent]
            for wire in (main, chan):
                wire.close()

    hurry(body())


def test_npc_answers_a_datagram_in_parts() -> None:
    """A reply of 9000 bytes was seen as 4085, 4085 and 830. Source: nps-wire.md section 10.2."""

    async def body() -> None:
        async with town() as place:
            main, chan = await Npc(place.server).log_in()
            await until(lambda: bool(place.bridge.agents()))
            ends = Datagrams()
            place.bridge.open_datagrams(1, Link(LinkKind.UDP, "127.0.0.1:31001"), ends).sendto(b"ask")
            assert await chan.next() == (frames.OPEN, 1, b"")
            await chan.say(OPENED[1])
            for flag, part in ((4, BIG[:4085]), (4, BIG[4085:8170]), (3, BIG[8170:9000]), (3, b"next")):
                await chan.say_frame(flag, 1, part)
            await until(lambda: len(ends.got) == 2)

            assert ends.got == [BIG[:9000], b"next"]
            for wire in (main, chan):
                wire.close()

    hurry(body())


def test_npc_speaks_snappy() -> None:
    async def body() -> None:
        async with town() as place:
            main, chan = await Npc(place.server).log_in()
            await until(lambda: bool(place.bridge.agents()))
            notes = await opened(place.bridge, chan, Link(LinkKind.TCP, "127.0.0.1:31001", compress=True))
            assert b'"Crypt":false,"Compress":true' in (await chan.next()).body
            for part in (SNAPPY[:18], SNAPPY[18:30], SNAPPY[30:]):
                await chan.say_frame(frames.MSG, 1, part)
            await until(lambda: len(notes.data) == 312)
            notes.stream.write(b"hello-snappy")
            while (said := await chan.next()).flag == frames.ACK:
                pass

            assert bytes(notes.data) == b"hello-snappy" + b"A" * 300
            assert said.body == SNAPPY[:30]
            assert said.body.startswith(IDENTIFIER)
            for wire in (main, chan):
                wire.close()

    hurry(body())


CLIENT = json.dumps(
    {"Cnf": {"U": "11", "P": "3", "Compress": False, "Crypt": False}, "Id": 0, "VerifyKey": "", "Addr": "",
     "Remark": "pubclient", "Status": True, "IsConnect": False, "RateLimit": 1000,
     "Flow": {"ExportFlow": 0, "InletFlow": 0, "FlowLimit": 1000}, "Rate": None, "NoStore": True,
     "NoDisplay": True, "MaxConn": 1000, "NowConn": 0, "WebUserName": "user", "WebPassword": "12345",
     "ConfigConnAllow": True, "MaxTunnelNum": 0, "Version": ""}, separators=(",", ":"),
).encode()  # fmt: skip
HOST = (
    b'{"Id":0,"Host":"c.o.test","Target":{"TargetStr":"127.0.0.1:31003\\n127.0.0.1:31009","TargetArr":null}'
)
TASK = b'{"Id":0,"Mode":"tcp","Ports":"22001"'


def filled(record: bytes, size: int) -> bytes:
    """A record with a remark of the length that is missing."""
    return record + b',"Remark":"%s"}' % (b"r" * (size - len(record) - 13))


@pytest.mark.parametrize(
    ("key", "writes", "answer"),
    [
        ("public", (b"conf", bytes.fromhex("7d010000"), CLIENT), b"\1\1" + FRESH.encode()),
        (KEY, (b"host", bytes.fromhex("32010000"), filled(HOST, 0x132)), b"\0\1"),
        (KEY, (b"task", bytes.fromhex("0b020000"), filled(TASK, 0x20B)), b"\0\1"),
        (KEY, (b"stus", digest(KEY)), b"\0" + bytes.fromhex("06000000") + b"web*#*"),
        (KEY, (), b"\0"),
    ],
    ids=["public client", "host", "tunnel of 523 bytes", "status", "nothing"],
)
def test_npc_brings_its_configuration(key: str, writes: tuple[bytes, ...], answer: bytes) -> None:
    async def body(_bridge: Bridge, _steward: Steward, server: Target) -> None:
        npc = Npc(server, digest(key))
        wire = await npc.connect(b"conf", *writes)
        wire.writer.write_eof()

        assert await wire.rest() == answer
        wire.close()

    assert len(CLIENT) == 0x17D
    served(body)


def test_npc_registers_and_visits_a_secret() -> None:
    async def body() -> None:
        async with town() as place:
            npc = Npc(place.server)
            wire = await npc.connect(b"rgst", bytes.fromhex("03000000"))
            assert await wire.rest() == b""
            visitor = await npc.connect(b"sert", digest("sec1"), b"secret!")
            await until(lambda: bool(place.secrets))

            (caller,) = place.secrets
            assert (caller.purpose.argument[:5].hex(), caller.purpose.argument[-2:].hex()) == (
                "3335663762",
                "3531",
            )
            wire.close()
            visitor.close()
            caller.transport.abort()

    hurry(body())


def link_to(target: Target) -> bytes:
    """The captured Link, to another target."""
    return prefixed(CAPTURED_LINK.replace(b"127.0.0.1:31001", str(target).encode()))


def test_nps_uses_our_agent() -> None:
    async def body() -> None:
        async with serving(echo) as (target,), official_server() as (nps, server):
            agent = Agent(server, KEY)
            task = spawn(agent.run(), "agent")
            await until(lambda: b"chan" in nps.wires)
            main, chan = nps.wires[b"main"], nps.wires[b"chan"]
            assert nps.versions == [VERSION.encode()] * 2
            ping = await chan.frame()
            assert ping.flag == frames.PING
            await chan.say(frames.ping(ping.body, frames.PONG) + frames.ping(STAMP))
            assert await chan.frame() == (frames.PONG, -1, STAMP)

            await chan.say(OPENED[0])
            assert await chan.next() == (frames.OPEN_OK, 1, b"")
            assert await chan.next() == (frames.ACK, 1, WINDOW[5:])
            link = link_to(target)
            await chan.say_frame(frames.MSG, 1, link)
            await chan.say_frame(frames.MSG, 1, b"hello")
            for ack in ("05 01000000 00000000 44380b00", "05 01000000 05000000 44380b00"):
                await chan.say(bytes.fromhex(ack))
            for flag, part in ((4, BIG[:4085]), (4, BIG[4085:8170]), (3, BIG[8170:10000])):
                await chan.say_frame(flag, 1, part)
            while len(told(chan.heard, 1)) < 10_005:
                await chan.next()
            assert told(chan.heard, 1) == b"hello" + BIG[:10_000]
            assert (agent.flow.inlet, agent.flow.export) == (10_005, 10_005)

            await chan.say(bytes.fromhex("07 01000000"))
            while (last := await chan.next()).flag == frames.ACK:
                pass
            assert last == (frames.CLOSE, 1, b"")
            assert reported(chan, 1) <= len(link) + 10_005
            await main.say(b"udpc", prefixed(b"10.9.9.9:6000"), prefixed(b"clse" * 8), b"rlip")
            assert agent.state.phase is AgentPhase.ONLINE
            assert breaches(chan.heard) == []
            task.cancel()
            await asyncio.wait([task])

    hurry(body())


def reported(wire: Wire, ident: int) -> int:
    """Bytes that were said to be read."""
    return sum(
        int.from_bytes(frame.body[:4], "little")
        for frame in wire.heard
        if frame.flag == frames.ACK and frame.ident == ident
    )


def test_nps_hears_of_a_dead_target_by_the_end_of_its_stream_alone() -> None:
    async def body() -> None:
        async with official_server() as (nps, server):
            task = spawn(Agent(server, KEY).run(), "agent")
            await until(lambda: b"chan" in nps.wires)
            chan = nps.wires[b"chan"]
            await chan.say(OPENED[0])
            await chan.say_frame(frames.MSG, 1, link_to(Target("127.0.0.1", free_port())))

            flags = [(await chan.next()).flag]
            while flags[-1] != frames.CLOSE:
                flags.append((await chan.next()).flag)
            assert flags == [frames.OPEN_OK, frames.ACK, frames.CLOSE]
            task.cancel()
            await asyncio.wait([task])

    hurry(body())


def test_a_bulk_to_npc_keeps_all_rules_of_a_go_peer() -> None:
    """npc reports every frame when it comes, and again when it has read it. Source: nps-wire.md section 7."""

    async def body() -> None:
        data = BIG * 100
        async with town() as place:
            main, chan = await Npc(place.server).log_in()
            await until(lambda: bool(place.bridge.agents()))
            notes = await opened(place.bridge, chan)
            link = await chan.next()
            notes.stream.write(data)
            sent, largest = len(link.body), INITIAL
            while len(told(chan.heard, 1)) < len(link.body) + len(data):
                frame = await chan.next()
                sent += len(frame.body)
                assert sent <= largest
                largest = 191_484
                chan.writer.write(frames.ack(1, 0, largest) + frames.ack(1, len(frame.body), largest))
                sent -= len(frame.body)

            assert told(chan.heard, 1) == link.body + data
            assert breaches(chan.heard) == []
            for wire in (main, chan):
                wire.close()

    hurry(body())
