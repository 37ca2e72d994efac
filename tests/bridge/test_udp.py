"""Datagrams through an agent: boundaries kept, and SOCKS5's to anywhere."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.bridge.agent_datagrams import MOST_LOOKUPS, Association, UdpEnd, read_header, write_header
from npsgui.bridge.certificate import agent_context
from npsgui.bridge.codecs import TlsCodec
from npsgui.bridge.frames import ACK, MSG, OPEN, OPEN_OK, short
from npsgui.bridge.handshake import Errand, prefixed
from npsgui.bridge.link_header import write_link
from npsgui.bridge.trunk import Trunk
from npsgui.model.agents import Link, LinkKind
from npsgui.model.entities import Target
from npsgui.model.flow import Flow
from tests.bridge.official import Npc, told
from tests.bridge.town import town
from tests.bridge.wiring import Datagrams, Notes
from tests.conftest import Run
from tests.relay.house import no_socket_left
from tests.waiting import until


class Echo(asyncio.DatagramProtocol):
    """Sends every datagram back, as often as it says at its head."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(data, addr)


@contextlib.asynccontextmanager
async def echoing() -> AsyncIterator[Target]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    try:
        yield Target("127.0.0.1", transport.get_extra_info("sockname")[1])
    finally:
        transport.close()


SIZES = [1, 1200, 1672, 4085, 4086, 9000, 60_000]


def test_datagrams_keep_their_boundaries(run: Run[None]) -> None:
    async def body() -> None:
        async with echoing() as target, town() as place:
            agent, _task = await place.agent()
            ends = Datagrams()
            stream = place.bridge.open_datagrams(1, Link(LinkKind.UDP, str(target)), ends)
            for number, size in enumerate(SIZES):
                stream.sendto(bytes([number]) * size)
                await until(lambda number=number: len(ends.got) > number)  # type: ignore[misc]

            assert [len(data) for data in ends.got] == SIZES
            assert agent.flow.inlet == agent.flow.export == sum(SIZES)
            stream.close()
            await until(lambda: not agent.streams.open and ends.lost)

    run(body())


@pytest.mark.parametrize(("wrap", "largest"), [("crypt", 16_384), ("compress", 65_000)])
def test_sealed_datagrams_keep_theirs_up_to_one_record(run: Run[None], wrap: str, largest: int) -> None:
    async def body() -> None:
        async with echoing() as target, town() as place:
            agent, _task = await place.agent()
            ends = Datagrams()
            link = Link(LinkKind.UDP, str(target), crypt=wrap == "crypt", compress=wrap == "compress")
            stream = place.bridge.open_datagrams(1, link, ends)
            stream.sendto(bytes(65_537))
            sizes = [1, 2, 1200, 9000, largest]
            for size in sizes:
                stream.sendto(bytes(size))
            await until(lambda: len(ends.got) == len(sizes))

            assert [len(data) for data in ends.got] == sizes
            assert agent.flow.inlet == agent.flow.export == sum(sizes)
            stream.close()
            await until(lambda: not agent.streams.open and ends.lost)

    run(body())


def test_nobody_on_the_way_reads_a_sealed_datagram(run: Run[None]) -> None:
    async def body() -> None:
        async with echoing() as target, town() as place:
            main, chan = await Npc(place.server).log_in()
            await until(lambda: bool(place.bridge.agents()))
            stream = place.bridge.open_datagrams(1, Link(LinkKind.UDP, str(target), crypt=True), Datagrams())
            stream.sendto(b"a secret")
            assert (await chan.next()).flag == OPEN
            await chan.say(short(OPEN_OK, 1))
            assert (await chan.next()).flag == ACK
            assert b'"Crypt":true' in (await chan.next()).body
            npc = TlsCodec(agent_context(), server=False)
            got: list[bytes] = []
            while not got:
                if said := npc.take():
                    await chan.say_frame(MSG, 1, said)
                frame = await chan.next()
                if frame.flag != ACK:
                    got = npc.receive(frame.body)

            assert got == [b"a secret"]
            assert b"secret" not in told(chan.heard, 1)
            for wire in (main, chan):
                wire.close()

    run(body())


def test_socks_datagrams_go_anywhere_and_say_where_from(run: Run[None]) -> None:
    async def body() -> None:
        async with echoing() as one, echoing() as other, town() as place:
            agent, _task = await place.agent()
            ends = Datagrams()
            stream = place.bridge.open_datagrams(1, Link(LinkKind.SOCKS_UDP), ends)
            for target in (one, other):
                stream.sendto(write_header(target.host, target.port) + b"udp5payload")
            stream.sendto(by_name(one.port, b"by name"))
            await until(lambda: len(ends.got) == 3)

            assert {read_header(data) for data in ends.got} == {
                ("127.0.0.1", one.port, b"udp5payload"),
                ("127.0.0.1", other.port, b"udp5payload"),
                ("127.0.0.1", one.port, b"by name"),
            }
            assert agent.flow.inlet == agent.flow.export == 2 * len(b"udp5payload") + len(b"by name")
            stream.close()

    run(body())


def by_name(port: int, data: bytes) -> bytes:
    return b"\x00\x00\x00\x03\x09localhost" + port.to_bytes(2, "big") + data


def test_an_association_looks_few_names_up_at_once(run: Run[None]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        sink, target = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", 0))
        port = sink.get_extra_info("sockname")[1]
        end = UdpEnd(Flow(), lambda: None)
        end.connection_made(sink)
        await Association(end).open()
        for _ in range(2 * MOST_LOOKUPS):
            end.datagram_received(by_name(port, b"early"), None)
        await until(lambda: len(target.got) == MOST_LOOKUPS)
        end.datagram_received(by_name(port, b"known"), None)
        await until(lambda: b"known" in target.got)

        assert target.got == [b"early"] * MOST_LOOKUPS + [b"known"]
        end.connection_lost(None)
        sink.close()

    run(body())


def test_an_association_for_which_no_socket_is_left_ends_with_its_stream(run: Run[None]) -> None:
    async def body() -> None:
        async with echoing() as target:
            ended: list[bool] = []
            end = UdpEnd(Flow(), lambda: ended.append(True))
            sink, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                Datagrams, local_addr=("127.0.0.1", 0)
            )
            end.connection_made(sink)
            with no_socket_left():
                await Association(end).open()
            end.datagram_received(write_header(target.host, target.port) + b"lost", None)
            end.connection_lost(None)
            assert ended == [True]
            sink.close()

    run(body())


def test_npcs_answers_are_cut_by_the_length_before_them(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            main, _ = await place.knock(Errand.MAIN)
            chan, rest = await place.knock(Errand.CHAN)
            npc = Notes()
            trunk = Trunk(lambda trunk, channel: _answer(trunk, channel), lambda _trunk, _error: None)
            trunk.start(chan, rest)
            await until(lambda: bool(place.bridge.agents()))
            ends = Datagrams()
            place.bridge.open_datagrams(1, Link(LinkKind.SOCKS_UDP), ends)
            await until(lambda: len(ends.got) == 2)

            assert ends.got == [bytes.fromhex("000000017f000001791a") + b"udp5payload"] * 2
            assert not npc.lost
            main.abort()

    def _answer(trunk: Trunk, channel: Any) -> None:
        one = prefixed(bytes.fromhex("000000017f000001791a") + b"udp5payload")
        trunk.accept(channel)
        trunk.mux.send(channel, one + one[:7], message=True)
        trunk.mux.send(channel, one[7:], message=True)
        trunk.flush_soon()

    run(body())


def test_a_udp_link_is_written_without_wraps() -> None:
    assert b'"ConnType":"udp"' in write_link(Link(LinkKind.UDP, "127.0.0.1:53"))
    assert b'"ConnType":"udp5","Host":""' in write_link(Link(LinkKind.SOCKS_UDP))


@given(st.binary(max_size=40))
def test_any_header_is_read_or_refused(data: bytes) -> None:
    read = read_header(data)

    assert read is None or len(read[2]) < len(data)
