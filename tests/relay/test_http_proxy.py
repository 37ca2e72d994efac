"""HTTP proxy tunnels over real sockets, with curl as a visitor that nobody here wrote."""

from __future__ import annotations

import asyncio
import base64
import random
from typing import Any

import pytest

from npsgui.model.entities import Account, Limits, Mode, Tunnel
from npsgui.model.events import SessionClosed, SessionOpened
from tests.conftest import Run
from tests.relay.house import TUNNEL, House, echo, free_port, hang_up, house, read_all, serving
from tests.relay.http_talk import answer, read_head, tell
from tests.waiting import until

BODY = random.Random(9).randbytes(300_000)


def proxy(made: House, *accounts: Account, limits: Limits | None = None) -> None:
    """Make tunnel 1 an HTTP proxy."""
    made.apply(
        Tunnel(
            id=1,
            client=1,
            mode=Mode.HTTP_PROXY,
            ports=(free_port(),),
            accounts=accounts,
            limits=limits or Limits(),
        )
    )


def test_requests_reach_their_targets_in_origin_form_without_what_is_for_the_proxy(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            proxy(made, Account("anna", "geheim"))
            stream = await made.visit()
            login = base64.b64encode(b"anna:geheim")
            url = b"http://127.0.0.1:%d" % targets[0].port
            stream[1].write(
                b"GET %b/a?b=c HTTP/1.1\r\nHost: wrong\r\nProxy-Authorization: Basic %b\r\n"
                b"Proxy-Connection: keep-alive\r\nConnection: x-hop\r\nX-Hop: 1\r\nX-End: 2\r\n\r\n"
                % (url, login)
            )
            _, told = await answer(stream)

            assert told == (
                b"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-End: 2\r\nConnection: keep-alive\r\n\r\n"
                % targets[0].port
            )
            await hang_up(stream)

    run(body())


def test_each_request_of_one_connection_goes_to_its_own_target(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell, tell) as targets, house(echo) as made:
            proxy(made)
            stream, sent, got = await made.visit(), 0, 0
            for number in (0, 0, 1, 0):
                request = (
                    b"POST http://127.0.0.1:%d/%d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                    % (
                        targets[number].port,
                        number,
                    )
                )
                stream[1].write(request)
                head, told = await answer(stream)

                assert told.startswith(b"POST /%d HTTP/1.1\r\n" % number)
                assert told.endswith(b"abc")
                sent, got = sent + len(request), got + len(head) + len(told)
            assert (made.flow().inlet, made.flow().export) == (sent, got)
            assert len(made.of(SessionOpened)) == 3
            await hang_up(stream)

    run(body())


def test_pipelined_requests_are_answered_in_order(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell, tell) as targets, house(echo) as made:
            proxy(made)
            stream = await made.visit()
            order = [0, 1, 1, 0, 1]
            stream[1].write(
                b"".join(
                    b"GET http://127.0.0.1:%d/%d HTTP/1.1\r\nHost: x\r\n\r\n" % (targets[which].port, number)
                    for number, which in enumerate(order)
                )
            )
            told = [(await answer(stream))[1].split(b" ")[1] for _ in order]

            assert told == [b"/%d" % number for number in range(5)]
            await hang_up(stream)

    run(body())


def test_connect_carries_bytes_as_they_are_and_counts_only_them(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(echo) as targets, house(echo) as made:
            proxy(made)
            stream = await made.visit()
            stream[1].write(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: x\r\n\r\nearly" % targets[0].port)
            stream[1].write_eof()
            head = await read_head(stream[0])

            assert head.startswith(b"HTTP/1.1 200 ")
            assert await read_all(stream) == b"early"
            assert (made.flow().inlet, made.flow().export) == (5, 5)
            await hang_up(stream)

    run(body())


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\n\r\n", 502),
        (b"GET http://nothing.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n", 502),
        (b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n", 502),
        (b"CONNECT nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET http://x/ HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET http://x/ HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 70_000, 431),
    ],
)
def test_what_cannot_be_done_is_answered_in_a_sentence(
    run: Run[Any], request_text: bytes, status: int
) -> None:
    async def body() -> None:
        async with house(echo) as made:
            proxy(made)
            stream = await made.visit()
            stream[1].write(request_text)
            head, page = await answer(stream)

            assert head.startswith(b"HTTP/1.1 %d " % status)
            assert b"<p>" in page
            assert made.flow().used == 0
            await hang_up(stream)

    run(body())


def test_who_has_no_password_is_asked_for_one(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            proxy(made, Account("anna", "geheim"))
            stream = await made.visit()
            stream[1].write(b"GET http://x/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic eDp4\r\n\r\n")
            head, _ = await answer(stream)

            assert head.startswith(b"HTTP/1.1 407 ")
            assert b"\r\nProxy-Authenticate: Basic " in head
            await hang_up(stream)

    run(body())


def test_a_used_up_quota_is_told_with_429_and_cuts_to_the_byte(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            proxy(made, limits=Limits(quota=1000))
            request = (
                b"POST http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"
                % targets[0].port
            )
            first = await made.visit()
            first[1].write(request + bytes(5000))
            await read_all(first)
            second = await made.visit()
            second[1].write(request)
            head, page = await answer(second)

            assert made.flow().used == 1000
            assert head.startswith(b"HTTP/1.1 429 ")
            assert b"quota" in page
            for stream in (first, second):
                await hang_up(stream)

    run(body())


def test_smuggled_requests_end_at_the_relay(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            proxy(made)
            stream = await made.visit()
            url = b"http://127.0.0.1:%d/" % targets[0].port
            stream[1].write(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % url)
            await answer(stream)
            stream[1].write(
                b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                % url
            )
            head, _ = await answer(stream)

            assert head.startswith(b"HTTP/1.1 400 ")
            await hang_up(stream)

    run(body())


def test_a_target_that_closed_a_kept_connection_is_asked_once_more(run: Run[Any]) -> None:
    async def body() -> None:
        async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await reader.read(1)  # the next request is on its way when this side closes

        async with serving(once) as targets, house(echo) as made:
            proxy(made)
            stream, sent = await made.visit(), 0
            for _ in range(3):
                request = b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\n\r\n" % targets[0].port
                stream[1].write(request)
                sent += len(request)

                assert (await answer(stream))[1] == b"ok"
            assert made.flow().inlet == sent
            await hang_up(stream)

    run(body())


@pytest.mark.parametrize("framing", ["--data-binary", "chunked", "close"])
def test_curl_posts_and_gets_whole_bodies(run: Run[Any], framing: str, tmp_path: Any) -> None:
    async def body() -> None:
        async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await read_head(reader)
            if b"Expect: 100-continue" in head:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            got = bytearray()
            if b"chunked" in head:
                while size := int(await reader.readline(), 16):
                    got += await reader.readexactly(size)
                    await reader.readline()
                await reader.readline()
                writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(got), bytes(got)))
                return
            got += await reader.readexactly(len(BODY))
            length = b"" if framing == "close" else b"Content-Length: %d\r\n" % len(got)
            writer.write(b"HTTP/1.1 200 OK\r\n%b\r\n" % length + got)

        (tmp_path / "body").write_bytes(BODY)
        async with serving(server) as targets, house(echo) as made:
            proxy(made)
            extra = ["-H", "Transfer-Encoding: chunked"] if framing == "chunked" else []
            curl = await asyncio.create_subprocess_exec(
                *("curl", "-s", "--max-time", "10", *extra, "--data-binary", f"@{tmp_path / 'body'}"),
                *("--proxy", f"http://127.0.0.1:{made.relay.port(TUNNEL)}"),
                f"http://localhost:{targets[0].port}/",
                stdout=asyncio.subprocess.PIPE,
            )
            said, _ = await curl.communicate()

            assert said == BODY
            await until(lambda: bool(made.of(SessionClosed)))

    run(body())


def test_an_upgraded_connection_carries_bytes_both_ways(run: Run[Any]) -> None:
    async def body() -> None:
        async def upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await read_head(reader)
            assert b"Connection: upgrade" in head
            writer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nConnection: upgrade\r\n\r\nhello"
            )
            await echo(reader, writer)

        async with serving(upgrade) as targets, house(echo) as made:
            proxy(made)
            stream = await made.visit()
            stream[1].write(
                b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: t\r\n\r\n"
                % targets[0].port
            )
            head = await read_head(stream[0])
            assert head.startswith(b"HTTP/1.1 101 ")
            assert await stream[0].readexactly(5) == b"hello"
            stream[1].write(BODY)

            assert await stream[0].readexactly(len(BODY)) == BODY
            stream[1].write_eof()
            assert await read_all(stream) == b""
            await hang_up(stream)

    run(body())
