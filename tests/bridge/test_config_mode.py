"""Agents that bring their own tunnels, to the letter of the captures; and TLS around the port."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path

import psutil
import pytest

from npsgui.app.certificates import Certificates
from npsgui.bridge.agent import Agent, AgentPhase
from npsgui.bridge.bridge import MOST_CONFIGURING_PER_ADDRESS, Bridge
from npsgui.bridge.certificate import agent_context
from npsgui.bridge.config_mode import Record, configure
from npsgui.bridge.crowd import Crowd
from npsgui.bridge.doorway import Caller
from npsgui.bridge.handshake import Errand, KeyRefused, Purpose, digest, prefixed
from npsgui.bridge.knock import knock
from npsgui.model.agents import Link, LinkKind
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Everything, Target
from npsgui.model.errors import AgentLost
from npsgui.model.events import Events
from npsgui.model.views import Sentence
from npsgui.relay.sockets import allow_many_sockets
from npsgui.tasks import spawn
from tests.bridge.clock import hurry
from tests.bridge.steward import FRESH, Steward, served, wish
from tests.bridge.town import KEY, listen
from tests.bridge.wiring import Notes
from tests.relay.house import echo, free_port, serving
from tests.waiting import until

DEEP = b'{"Target":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
"""JSON that is deeper than Python goes."""


async def talk(server: Target, key: str, said: bytes) -> bytes:
    """All that a conf connection answers to ``said``."""
    transport, rest = await knock(server, key, Purpose(Errand.CONF), None)
    reader = asyncio.StreamReader()
    transport.set_protocol(asyncio.StreamReaderProtocol(reader))
    transport.write(said)
    transport.write_eof()
    answer = rest + await reader.read()
    transport.abort()
    return answer


def test_an_ordinary_client_adds_tunnels_and_hosts_one_byte_each() -> None:
    async def body(_bridge: Bridge, steward: Steward, server: Target) -> None:
        answer = await talk(server, KEY, wish("host", "a") + wish("task", "b") + b"????" + wish("task", "c"))

        assert answer == b"\x00" + b"\x01\x01\x01"
        assert steward.granted == [("host", 1, "a"), ("task", 1, "b"), ("task", 1, "c")]

    served(body)


class Slow(Steward):
    """Its disk takes a minute."""

    async def add_tunnel(self, client: int, wish: Record) -> bool:
        await asyncio.sleep(60)
        return await super().add_tunnel(client, wish)


def test_a_wish_that_is_being_granted_is_not_given_up_for_the_time_of_the_peer() -> None:
    steward, (ours, theirs) = Slow(), socket.socketpair()

    async def body() -> bytes:
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
        caller = Caller(1, "", "here", Purpose(Errand.CONF), transport, wish("task", "a"))
        granting = spawn(configure(caller, steward, Crowd(1, 1), public=False), "configure")
        reader, writer = await asyncio.open_connection(sock=theirs)
        answer = await reader.readexactly(2)
        writer.close()
        await granting
        return answer

    assert hurry(body()) == b"\x00\x01"
    assert steward.granted == [("task", 1, "a")]


def test_a_public_agent_gets_a_client_and_sixteen_bytes_of_key() -> None:
    async def body(_bridge: Bridge, steward: Steward, server: Target) -> None:
        answer = await talk(server, "public", wish("conf", "pubclient") + wish("task", "t"))

        assert answer == b"\x01" + b"\x01" + FRESH.encode() + b"\x01"
        assert steward.granted == [("client", "pubclient"), ("task", 9, "t")]

    served(body)


@pytest.mark.parametrize(
    ("key", "said", "answer"),
    [
        (KEY, wish("task", "bad") + wish("task", "never"), b"\x00\x00"),
        (KEY, wish("conf", "mine"), b"\x00\x00"),
        ("public", wish("task", "early"), b"\x01\x00"),
        ("other", wish("task", "no"), b""),
        (KEY, b"task" + prefixed(b"[]"), b"\x00"),
        (KEY, b"task\xff\xff\xff\x7f", b"\x00"),
        pytest.param(KEY, b"task" + prefixed(DEEP), b"\x00", id="deep"),
        (KEY, b"stus" + digest(KEY), b"\x00" + bytes.fromhex("06000000") + b"web*#*"),
        ("public", b"stus" + digest(KEY), b"\x01" + bytes.fromhex("06000000") + b"web*#*"),
        (KEY, b"stus" + digest("x"), b"\x00" + bytes(4)),
    ],
)
def test_a_word_is_answered_as_the_document_says(key: str, said: bytes, answer: bytes) -> None:
    async def body(_bridge: Bridge, _steward: Steward, server: Target) -> None:
        assert await talk(server, key, said) == answer

    served(body)


@pytest.mark.parametrize("errand", [Errand.MAIN, Errand.CHAN, Errand.FILE])
def test_the_public_key_logs_nobody_in(errand: Errand) -> None:
    async def body(bridge: Bridge, _steward: Steward, server: Target) -> None:
        transport, _ = await knock(server, "public", Purpose(errand), None)
        reader = asyncio.StreamReader()
        transport.set_protocol(asyncio.StreamReaderProtocol(reader))

        assert await reader.read() == b""
        assert bridge.agents() == []
        transport.abort()

    served(body)


def test_a_registration_is_taken_without_a_word() -> None:
    async def body(_bridge: Bridge, _steward: Steward, server: Target) -> None:
        transport, rest = await knock(server, KEY, Purpose(Errand.REGISTER, b"\x03\x00\x00\x00"), None)
        reader = asyncio.StreamReader()
        transport.set_protocol(asyncio.StreamReaderProtocol(reader))

        assert rest + await reader.read() == b""
        transport.abort()

    served(body)


def test_a_bridge_wrapped_in_tls_takes_agents_that_speak_it_and_no_others() -> None:
    async def body(bridge: Bridge, _steward: Steward, server: Target) -> None:
        data = os.urandom(3_000_000)
        agent = Agent(server, KEY, tls=agent_context())
        task = spawn(agent.run(), "agent")
        await until(lambda: agent.state.phase is AgentPhase.ONLINE and bool(bridge.agents()))
        async with serving(echo) as (target,):
            visitors = [Notes() for _ in range(3)]
            for notes, crypt in zip(visitors, (False, False, True), strict=True):
                stream = bridge.open_stream(1, Link(LinkKind.TCP, str(target), crypt=crypt), notes)
                stream.write(data)
            await until(lambda: all(len(notes.data) == len(data) for notes in visitors))
            assert all(notes.data == data for notes in visitors)
            task.cancel()
            await asyncio.wait([task])
            await until(lambda: all(notes.lost for notes in visitors))
            assert {type(notes.error) for notes in visitors} == {AgentLost}
        with pytest.raises((OSError, AgentLost)):
            await _plain(server)

    async def _plain(server: Target) -> None:
        await knock(server, KEY, Purpose(Errand.MAIN), None)

    served(body, bridge_tls=True)


def test_half_open_tls_is_counted_as_any_handshake_and_keeps_no_agent_out() -> None:
    async def body(bridge: Bridge, _steward: Steward, server: Target) -> None:
        loop = asyncio.get_running_loop()
        allow_many_sockets()
        memory = psutil.Process().memory_info().rss
        with contextlib.ExitStack() as stack:
            for _ in range(600):
                flood = stack.enter_context(socket.socket())
                flood.setblocking(False)
                await loop.sock_connect(flood, (server.host, server.port))
                flood.send(b"\x16\x03\x01\x02\x00\x01")
            grown = psutil.Process().memory_info().rss - memory
            began = loop.time()
            transport, _ = await knock(server, KEY, Purpose(Errand.MAIN), agent_context())

            assert loop.time() - began < 3
            assert len(bridge._porter.waiting) <= 256
            assert grown < 32 << 20
            transport.abort()

    served(body, bridge_tls=True)


def test_who_sits_on_connections_for_wishes_is_sent_away_for_who_comes() -> None:
    async def body(bridge: Bridge, steward: Steward, server: Target) -> None:
        async with contextlib.AsyncExitStack() as stack:
            sitting = []
            for _ in range(MOST_CONFIGURING_PER_ADDRESS + 1):
                transport, rest = await knock(server, KEY, Purpose(Errand.CONF), None)
                stack.callback(transport.abort)
                reader = asyncio.StreamReader()
                transport.set_protocol(asyncio.StreamReaderProtocol(reader))
                transport.write(b"task\x00\xff\x00\x00 a wish that does not end")
                sitting.append(reader)
                assert rest + await reader.readexactly(1 - len(rest)) == b"\x00"

            with contextlib.suppress(ConnectionError):
                assert await sitting[0].read() == b""
            assert not sitting[1].at_eof()
            assert len(bridge._configuring) == MOST_CONFIGURING_PER_ADDRESS
            assert await talk(server, KEY, wish("task", "a")) == b"\x00\x01"
            assert steward.granted == [("task", 1, "a")]

    served(body)


def test_a_port_that_fails_when_it_is_to_listen_says_so_and_is_tried_again(tmp_path: Path) -> None:
    async def body() -> None:
        first, second = (socket.socket() for _ in range(2))
        for made in (first, second):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(("127.0.0.1", first.getsockname()[1] if made is second else 0))
            made.setblocking(False)
        first.listen()
        sockets = [second]
        port = first.getsockname()[1]
        bridge = Bridge(Events(), Certificates(tmp_path).bridge, lambda *_place: sockets.pop())
        bridge.apply(Configuration().with_owner(Everything(bridge_port=port)))
        await until(lambda: isinstance(bridge.listener(), Sentence))

        assert str(bridge.listener()).startswith(f"Port {port} on * cannot be opened: ")
        first.close()
        sockets.append(listen("", port))
        bridge.try_to_listen()
        assert bridge.listener() is True
        await asyncio.sleep(0.01)
        bridge.close()

    asyncio.run(body())


def test_without_a_certificate_tls_is_not_listened_for_and_no_stream_is_opened(tmp_path: Path) -> None:
    async def body() -> None:
        (tmp_path / "certificates").write_text("in the way")
        bridge = Bridge(Events(), Certificates(tmp_path).bridge, listen)
        bridge.apply(Configuration().with_owner(Everything(bridge_port=free_port(), bridge_tls=True)))

        assert str(bridge.listener()).startswith("The certificate of the agents' port cannot be kept: ")

    asyncio.run(body())


def test_a_wrong_key_is_refused_beside_the_public_one() -> None:
    async def body(_bridge: Bridge, _steward: Steward, server: Target) -> None:
        with pytest.raises(KeyRefused):
            await knock(server, "nobody", Purpose(Errand.CONF), None)

    served(body)
