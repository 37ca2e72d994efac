"""SOCKS5 tunnels over real sockets, with curl as a visitor that nobody here wrote."""

from __future__ import annotations

import asyncio
import random
import socket
from typing import Any

import pytest

from npsgui.model.entities import Account, Client, Limits, Mode, Target, Tunnel
from npsgui.model.events import SessionClosed, VisitorRefused
from npsgui.model.gate import Cause
from npsgui.relay.socks5 import Reply, format_datagram
from npsgui.relay.socks5_udp import MOST_LOOKUPS, Outlet, known_port
from tests.conftest import Run
from tests.relay.house import (
    TUNNEL,
    House,
    Stream,
    echo,
    free_port,
    hang_up,
    house,
    no_socket_left,
    read_all,
    send_all,
    serving,
)
from tests.relay.udp_peer import Peer, peer
from tests.waiting import until

PAYLOAD = random.Random(5).randbytes(700_000)


def proxy(made: House, *accounts: Account, limits: Limits | None = None) -> None:
    """Make tunnel 1 a SOCKS5 tunnel."""
    made.apply(
        Tunnel(
            id=1,
            client=1,
            mode=Mode.SOCKS5,
            ports=(free_port(),),
            accounts=accounts,
            limits=limits or Limits(),
        )
    )


async def ask(made: House, host: bytes, port: int) -> tuple[Stream, int]:
    """A visitor that asks for ``host``, an IPv4 address; the code of the answer."""
    stream = await made.visit()
    stream[1].write(b"\5\1\0\5\1\0\1" + host + port.to_bytes(2))
    assert await stream[0].readexactly(2) == b"\5\0"
    answer = await stream[0].readexactly(10)
    return stream, answer[1]


LOCAL = socket.inet_aton("127.0.0.1")


def test_what_goes_through_is_whole_and_counted_without_the_handshake(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(echo) as targets, house(echo) as made:
            proxy(made)
            stream, code = await ask(made, LOCAL, targets[0].port)
            assert code == Reply.SUCCEEDED
            _, answer = await asyncio.gather(send_all(stream, PAYLOAD), read_all(stream))
            await hang_up(stream)

            assert answer == PAYLOAD
            assert (made.flow().inlet, made.flow().export) == (len(PAYLOAD), len(PAYLOAD))

    run(body())


def test_bytes_sent_with_the_request_are_carried_and_counted(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(echo) as targets, house(echo) as made:
            proxy(made)
            stream = await made.visit()
            stream[1].write(b"\5\1\0\5\1\0\1" + LOCAL + targets[0].port.to_bytes(2) + b"early")
            stream[1].write_eof()

            assert (await read_all(stream))[12:] == b"early"
            assert made.flow().inlet == 5
            await hang_up(stream)

    run(body())


def test_the_answer_tells_why_a_target_was_not_reached(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            proxy(made)
            stream, code = await ask(made, LOCAL, free_port())

            assert code == Reply.CONNECTION_REFUSED
            assert await read_all(stream) == b""
            await hang_up(stream)
            await until(lambda: bool(made.of(SessionClosed)))

    run(body())


def test_a_name_that_does_not_exist_is_an_unreachable_host(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            proxy(made)
            stream = await made.visit()
            stream[1].write(b"\5\1\0\5\1\0\3\x0fnothing.invalid\0\x50")

            assert (await stream[0].readexactly(12))[3] == Reply.HOST_UNREACHABLE
            await hang_up(stream)

    run(body())


def test_a_refused_visitor_is_told_with_code_2(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(echo) as targets, house(echo) as made:
            proxy(made, limits=Limits(quota=5))
            first, _ = await ask(made, LOCAL, targets[0].port)
            first[1].write(b"123456789")
            await read_all(first)
            stream, code = await ask(made, LOCAL, targets[0].port)

            assert code == Reply.NOT_ALLOWED
            assert made.flow().used == 5
            refused = made.of(VisitorRefused)[0]
            assert isinstance(refused, VisitorRefused)
            assert refused.cause is Cause.QUOTA
            for one in (first, stream):
                await hang_up(one)

    run(body())


def test_bind_is_not_supported_and_says_so(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            proxy(made)
            stream = await made.visit()
            stream[1].write(b"\5\1\0\5\2\0\1" + LOCAL + b"\0\x50")

            assert (await stream[0].readexactly(12))[3] == Reply.COMMAND_NOT_SUPPORTED
            await hang_up(stream)

    run(body())


def test_a_visitor_that_is_gone_before_its_target_answers_gives_its_lease_back(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(echo) as targets, house(echo) as made:
            proxy(made)
            for said in (b"", b"\5", b"\5\1\0\5\1", b"\5\1\0\5\1\0\1" + LOCAL + targets[0].port.to_bytes(2)):
                stream = await made.visit()
                stream[1].write(said)
                await stream[1].drain()
                await hang_up(stream)
            gate = made.accounts.gate(TUNNEL)
            assert gate is not None
            await until(lambda: gate.open == 0)

    run(body())


@pytest.mark.parametrize(
    ("user", "works"), [("anna:geheim", True), ("bob:x", True), ("anna:x", False), ("", False)]
)
def test_curl_gets_in_with_the_right_password_alone(run: Run[Any], user: str, works: bool) -> None:
    async def body() -> None:
        async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.0 200 OK\r\n\r\nhello")

        async with serving(page) as targets, house(echo) as made:
            proxy(made, Account("anna", "geheim"))
            made.apply(Client(id=1, key="k", accounts=(Account("bob", "x"),)))
            if user.startswith("bob"):
                proxy(made)  # those of the client hold where the tunnel has none
            login = ["--proxy-user", user] if user else []
            curl = await asyncio.create_subprocess_exec(
                *("curl", "-s", "--max-time", "10", *login),
                *(
                    "--proxy",
                    f"socks5h://127.0.0.1:{made.relay.port(TUNNEL)}",
                    f"http://localhost:{targets[0].port}/",
                ),
                stdout=asyncio.subprocess.PIPE,
            )
            said, _ = await curl.communicate()

            assert (said == b"hello") is works

    run(body())


async def associated(made: House, visitor: Peer) -> tuple[Stream, tuple[str, int]]:
    """The control connection of a UDP association, and where datagrams go."""
    stream = await made.visit()
    stream[1].write(b"\5\1\0\5\3\0\1" + bytes(4) + visitor.port.to_bytes(2))
    answer = (await stream[0].readexactly(12))[2:]
    assert answer[1] == Reply.SUCCEEDED
    return stream, (socket.inet_ntoa(answer[4:8]), int.from_bytes(answer[8:]))


def test_datagrams_are_associated_with_any_target_by_address_or_name(run: Run[Any]) -> None:
    async def body() -> None:
        async with peer(lambda data: data.upper()) as target, peer() as visitor, house(echo) as made:
            proxy(made)
            stream, door = await associated(made, visitor)
            for host in ("127.0.0.1", "localhost"):
                visitor.send(format_datagram(host, target.port, b"hello"), door)
                answer = (await visitor.came.get())[0]

                assert answer == format_datagram("127.0.0.1", target.port, b"HELLO")
            assert (made.flow().inlet, made.flow().export) == (10, 10)
            await hang_up(stream)
            await until(lambda: bool(made.of(SessionClosed)))
            assert made.relay.connections() == []

    run(body())


def test_fragments_and_strangers_are_not_carried(run: Run[Any]) -> None:
    async def body() -> None:
        async with peer() as target, peer() as visitor, peer() as stranger, house(echo) as made:
            proxy(made)
            stream, door = await associated(made, visitor)
            good = format_datagram("127.0.0.1", target.port, b"good")
            visitor.send(b"\0\0\1" + good[3:], door)
            stranger.send(format_datagram("127.0.0.1", target.port, b"bad"), door)
            visitor.send(good, door)

            assert (await target.came.get())[0] == b"good"
            assert target.came.empty()
            assert made.flow().inlet == 4
            assert made.accounts.everything.dropped == 1
            await hang_up(stream)

    run(body())


def test_a_quota_that_is_used_up_ends_an_association(run: Run[Any]) -> None:
    async def body() -> None:
        async with peer() as target, peer() as visitor, house(echo) as made:
            proxy(made, limits=Limits(quota=8))
            stream, door = await associated(made, visitor)
            for _ in range(2):
                visitor.send(format_datagram("127.0.0.1", target.port, b"four"), door)

            assert await read_all(stream) == b""
            assert made.flow().used == 8
            await hang_up(stream)

    run(body())


def test_the_port_that_a_visitor_names_counts_only_where_no_nat_can_change_it() -> None:
    assert (known_port("127.0.0.1", 5000), known_port("::1", 5000)) == (5000, 5000)
    assert known_port("198.51.100.7", 5000) == 0


def outlet_in(seconds: float) -> Outlet:
    return Outlet(asyncio.get_running_loop(), lambda data, address: None, seconds)


def test_a_name_that_is_not_found_in_time_is_given_up(run: Run[Any]) -> None:
    async def body() -> None:
        for seconds, found in ((0.0, [None]), (5.0, ["127.0.0.1", "::1"])):
            outlet = outlet_in(seconds)
            assert outlet.begin_look_up()
            assert await outlet.look_up(Target("localhost", 9)) in found

    run(body())


def test_only_so_many_names_are_looked_up_at_once(run: Run[Any]) -> None:
    async def body() -> None:
        outlet = outlet_in(5.0)
        assert [outlet.begin_look_up() for _ in range(MOST_LOOKUPS + 1)].count(True) == MOST_LOOKUPS
        await outlet.look_up(Target("localhost", 9))
        assert outlet.begin_look_up()

    run(body())


def test_a_datagram_for_which_no_socket_is_left_is_dropped_and_no_fault_of_ours(run: Run[Any]) -> None:
    async def body() -> None:
        outlet = outlet_in(5.0)
        with no_socket_left():
            assert not outlet.send(b"x", ("127.0.0.1", 9))
        assert outlet.send(b"x", ("127.0.0.1", 9))
        outlet.close()

    run(body())
