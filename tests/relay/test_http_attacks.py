"""Requests and answers that try to be read in two ways: none gets where it should not. Real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from npsgui.model.entities import Limits, OwnerKey, OwnerKind, Target
from npsgui.model.events import SessionClosed
from npsgui.relay.http.heads import RequestHead, parse_request
from npsgui.relay.http.rewriting import authority_of, path_of
from tests.conftest import Run
from tests.relay.house import House, Serve, Stream, echo, hang_up, house, read_all, serving
from tests.relay.http_talk import answer, get, host, open_ports, read_head, tell, visit
from tests.waiting import until

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked"


def post(*lines: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join([b"POST / HTTP/1.1", b"Host: a.test", *lines, b"", body])


def replying(said: bytes) -> Serve:
    """A target that answers each head with the same bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                await read_head(reader)
            except asyncio.IncompleteReadError:
                return
            writer.write(said)

    return serve


async def house_of(made: House, target: Target, **words: Any) -> Stream:
    """A visitor of the host a.test."""
    open_ports(made, host(1, "a.test", target, **words))
    return await visit(made)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (post(b"Content-Length: 4", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED), 400),
        (post(CHUNKED, b"Content-Length: 4", body=b"0\r\n\r\n" + SMUGGLED), 400),
        (post(b"Content-Length: 0", b"Content-Length: 44", body=SMUGGLED), 400),
        (post(b"Content-Length: 0, 44", body=SMUGGLED), 400),
        (post(b"Content-Length: 0x2c", body=SMUGGLED), 400),
        (post(b"Content-Length : 44", body=SMUGGLED), 400),
        (post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n" + SMUGGLED), 400),
        (post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + SMUGGLED), 501),
        (post(b"Transfer-Encoding: , chunked", body=b"0\r\n\r\n" + SMUGGLED), 501),
        (post(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + SMUGGLED), 501),
        (post(CHUNKED, b"Transfer-Encoding: x", body=b"0\r\n\r\n" + SMUGGLED), 501),
        (post(CHUNKED, b"Transfer-Encoding:", body=b"0\r\n\r\n" + SMUGGLED), 501),
        (post(b"Transfer-Encoding:\x0bchunked", body=b"0\r\n\r\n" + SMUGGLED), 400),
        (post(b"Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n" + SMUGGLED), 400),
        (post(b"X: y\nTransfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED), 400),
        (post(b"X: y\rTransfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED), 400),
        (b"POST / HTTP/1.0\r\nHost: a.test\r\n" + CHUNKED + b"\r\n\r\n0\r\n\r\n" + SMUGGLED, 400),
        (post(CHUNKED, body=b"0;\nx\r\n\r\n" + SMUGGLED), 400),
        (post(CHUNKED, body=b"1\r\nab\r\n0\r\n\r\n" + SMUGGLED), 400),
        (post(CHUNKED, body=b"10000000000000000\r\n" + SMUGGLED), 400),
        (post(CHUNKED, body=b"0;" + b"x" * 5000 + b"\r\n\r\n" + SMUGGLED), 400),
        (post(CHUNKED, body=b"0\r\n" + b"A: b\r\n" * 5000 + b"\r\n" + SMUGGLED), 400),
        (post(b"Host: b.test"), 400),
        (b"GET / HTTP/1.1\r\nHost: a.test:80@b.test\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a.test/b.test\r\n\r\n", 400),
        (b"GET http://a.test@b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", 404),
        (b"GET http://nobody.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", 404),
        (b"GET / HTTP/1.1 \r\nHost: a.test\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: a.test\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET /\r\n\r\n" + SMUGGLED, 400),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_and_nothing_behind_it_is_asked(
    run: Run[Any], request_bytes: bytes, status: int
) -> None:
    async def body() -> None:
        heard = bytearray()

        async def target(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(1 << 16):
                heard.extend(data)

        async with serving(target) as targets, house(echo) as made:
            stream = await house_of(made, targets[0])
            stream[1].write(request_bytes)
            said = await read_all(stream)

            assert said.startswith(b"HTTP/1.1 %d " % status)
            assert said.count(b"\r\n\r\n") == 1
            assert b"smuggled" not in heard
            await hang_up(stream)

    run(body())


@pytest.mark.parametrize("named", [b"Content-Length", b"Transfer-Encoding", b"Host, Trailer"])
def test_connection_takes_nothing_away_that_tells_where_a_message_ends(run: Run[Any], named: bytes) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            stream = await house_of(made, targets[0])
            stream[1].write(
                post(b"Connection: " + named, b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED)
                + get("a.test", "/last")
            )
            _, first = await answer(stream)
            _, last = await answer(stream)

            assert first.startswith(b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 40\r\n")
            assert first.endswith(SMUGGLED)
            assert last.startswith(b"GET /last ")
            await hang_up(stream)

    run(body())


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse",
        b"HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse",
    ],
)
def test_what_a_target_says_unasked_never_answers_the_next_request(run: Run[Any], said: bytes) -> None:
    async def body() -> None:
        async with serving(replying(said)) as targets, house(echo) as made:
            stream = await house_of(made, targets[0])
            stream[1].write(get("a.test") * 3 + get("a.test", "/", "Connection: close"))
            heard = await read_all(stream)

            assert heard.count(said.partition(b"\r\n")[0]) == 4
            assert b"false" not in heard
            await hang_up(stream)

    run(body())


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a\nX: y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: y\r\n folded\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    ],
)
def test_an_answer_that_could_be_read_in_two_ways_is_a_502(run: Run[Any], said: bytes) -> None:
    async def body() -> None:
        async with serving(replying(said)) as targets, house(echo) as made:
            stream = await house_of(made, targets[0])
            stream[1].write(get("a.test"))

            assert (await read_all(stream)).startswith(b"HTTP/1.1 502 ")
            await hang_up(stream)

    run(body())


def test_thousands_of_interim_answers_are_passed_on(run: Run[Any]) -> None:
    async def body() -> None:
        interim = b"HTTP/1.1 100 Continue\r\n\r\n" * 5000
        last = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        async with serving(replying(interim + last)) as targets, house(echo) as made:
            stream = await house_of(made, targets[0])
            stream[1].write(get("a.test", "/", "Connection: close"))
            heard = await read_all(stream)

            assert heard == interim + last
            await hang_up(stream)

    run(body())


def test_http2_is_not_let_through_unread(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            stream = await house_of(made, targets[0])
            stream[1].write(
                get(
                    *("a.test", "/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"),
                    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                )
            )
            _, told = await answer(stream)

            assert b"pgrade" not in told
            assert b"HTTP2-Settings" not in told
            await hang_up(stream)

    run(body())


def test_requests_that_came_before_a_half_close_are_all_answered(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            stream = await house_of(made, targets[0])
            stream[1].write(get("a.test", "/1") + get("a.test", "/2") + get("a.test", "/3")[:-2])
            stream[1].write_eof()
            heard = await read_all(stream)

            assert [path in heard for path in (b"GET /1 ", b"GET /2 ", b"GET /3 ")] == [True, True, False]
            await until(lambda: bool(made.of(SessionClosed)))
            await hang_up(stream)

    run(body())


def test_a_visitor_that_speaks_http_1_0_is_not_answered_in_chunks(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            stream = await house_of(made, targets[0])
            stream[1].write(b"GET / HTTP/1.0\r\nHost: a.test\r\n\r\n")
            _, told = await answer(stream)

            assert told.startswith(b"GET / HTTP/1.0\r\n")
            assert await stream[0].read(1) == b""
            await hang_up(stream)

    run(body())


def test_a_request_larger_than_what_is_left_of_the_quota_is_told_so(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            stream = await house_of(made, targets[0], limits=Limits(quota=1))
            stream[1].write(get("a.test"))
            head, page = await answer(stream)

            assert head.startswith(b"HTTP/1.1 429 ")
            assert b"quota" in page
            assert made.flow(OwnerKey(OwnerKind.HOST, 1)).used == 0
            await hang_up(stream)

    run(body())


@pytest.mark.parametrize("head", [get("a.test", "/", "X: " + "x" * 70_000), get("dead.test")])
def test_an_answer_is_not_lost_to_a_visitor_that_is_still_sending(run: Run[Any], head: bytes) -> None:
    async def body() -> None:
        async with house(echo) as made:
            stream = await house_of(made, Target("127.0.0.1", 1))
            stream[1].write(head)
            for _ in range(64):
                stream[1].write(bytes(1 << 18))
            assert (await read_head(stream[0])).startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 404 "))
            await stream[1].drain()
            await hang_up(stream)

    run(body())


@pytest.mark.parametrize(
    ("target", "authority", "path"),
    [
        (b"http://a.test", b"a.test", b"/"),
        (b"http://a.test?b", b"a.test", b"/?b"),
        (b"HTTP://a.test:1/b?c", b"a.test:1", b"/b?c"),
        (b"http://a.test@b.test/", b"x", b"http://a.test@b.test/"),
        (b"http:///b", b"x", b"http:///b"),
        (b"http://:80/b", b"x", b"http://:80/b"),
        (b"http://a\x82/b", b"x", b"http://a\x82/b"),
        (b"http://[::1]:80/b", b"[::1]:80", b"/b"),
        (b"/http://a.test/", b"x", b"/http://a.test/"),
    ],
)
def test_the_target_of_a_request_has_one_meaning(target: bytes, authority: bytes, path: bytes) -> None:
    head = parse_request(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % target)

    assert isinstance(head, RequestHead)
    assert (authority_of(head), path_of(head)) == (authority, path)
