"""Heads and bodies of HTTP/1.1, byte by byte; h11 gives a second opinion."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.relay.http.framing import Chunked, Sized, UntilClose, request_framing, response_framing
from npsgui.relay.http.heads import (
    LARGEST_HEAD,
    BadRequest,
    RequestHead,
    find_head,
    parse_request,
    parse_response,
)

GET = b"GET /a?b HTTP/1.1\r\nHost: x.test\r\nX-A:  1 \r\nx-a: 2\r\n\r\n"


def request(*lines: bytes, first: bytes = b"POST / HTTP/1.1") -> bytes:
    return b"\r\n".join([first, b"Host: x", *lines, b"", b""])


def test_a_head_is_found_whole_behind_empty_lines() -> None:
    unread = bytearray(b"\r\n" + GET + b"body")

    assert find_head(unread) == GET
    assert unread == GET + b"body"
    assert find_head(bytearray(GET[:-1])) is None


def test_a_head_that_is_too_large_is_refused() -> None:
    with pytest.raises(BadRequest) as caught:
        find_head(bytearray(b"GET / HTTP/1.1\r\n" + b"x" * LARGEST_HEAD))

    assert caught.value.status == 431


def test_a_head_says_what_it_holds() -> None:
    head = parse_request(GET)

    assert (head.method, head.target, head.get(b"host"), head.all(b"x-a")) == (
        b"GET",
        b"/a?b",
        b"x.test",
        [b"1", b"2"],
    )
    assert head.keeps_alive
    assert bytes(head) == b"GET /a?b HTTP/1.1\r\nHost: x.test\r\nX-A: 1\r\nx-a: 2\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: x\n\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET /\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_not_strictly_http_is_refused(head: bytes) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_request(head)

    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([b"Content-Length: 5", b"Transfer-Encoding: chunked"], 400),
        ([b"Content-Length: 5", b"Content-Length: 6"], 400),
        ([b"Content-Length: 5, 6"], 400),
        ([b"Content-Length: 5, 5"], 400),
        ([b"Content-Length: 5", b"Content-Length: 5"], 400),
        ([b"Content-Length: +5"], 400),
        ([b"Content-Length: 5x"], 400),
        ([b"Content-Length: " + b"9" * 19], 400),
        ([b"Transfer-Encoding: gzip, chunked"], 501),
        ([b"Transfer-Encoding: chunked, chunked"], 501),
        ([b"Transfer-Encoding: xchunked"], 501),
        ([b"Transfer-Encoding: \x0bchunked"], 400),
    ],
)
def test_a_body_whose_end_could_be_in_two_places_is_refused(lines: list[bytes], status: int) -> None:
    with pytest.raises(BadRequest) as caught:
        request_framing(parse_request(request(*lines)))

    assert caught.value.status == status


@pytest.mark.parametrize(
    "body",
    [
        b"3\r\nabcd\r\n",
        b"3\r\nab\r\n0\r\n\r\n",
        b"3\nabc\r\n",
        b"x\r\n",
        b"-1\r\n",
        b"\r\n",
        b"3 \x00\r\nabc",
        b"11111111111111111\r\n",
        b"0\r\nno trailer\r\n\r\n",
        b"0\r\n folded: 1\r\n\r\n",
        b"0\r\nContent-Length: 1\r\n\r\n",
        b"0\r\nHost: b\r\n\r\n",
        b"3 ;a=b\r\nabc\r\n",
        b"3;" + b"x" * 5000,
        b"3\r\r\nabc",
    ],
)
def test_chunks_that_do_not_add_up_are_refused(body: bytes) -> None:
    framing = Chunked()
    with pytest.raises(BadRequest):
        framing.take(memoryview(body))


def chunked(pieces: list[bytes], trailers: bytes) -> bytes:
    return (
        b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece)
        + b"0\r\n"
        + trailers
        + b"\r\n"
    )


@given(
    st.lists(st.binary(max_size=40), max_size=6),
    st.sampled_from([b"", b"A: b\r\n", b"A: b\r\nC: d\r\n"]),
    st.integers(1, 50),
    st.binary(max_size=10),
)
def test_a_chunked_body_ends_in_the_same_place_however_it_arrives(
    pieces: list[bytes], trailers: bytes, split: int, behind: bytes
) -> None:
    body = chunked(pieces, trailers)
    framing, taken = Chunked(), 0
    for start in range(0, len(body + behind), split):
        taken += framing.take(memoryview((body + behind)[start : start + split]))

    assert framing.done
    assert taken == len(body)


@given(
    st.sampled_from([b"GET", b"POST"]),
    st.lists(
        st.tuples(st.sampled_from([b"A", b"Content-Length", b"Transfer-Encoding"]), st.binary(max_size=8))
    ),
)
def test_what_we_accept_h11_accepts_and_frames_alike(
    method: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    raw = request(*(b"%b: %b" % header for header in headers), first=method + b" / HTTP/1.1")
    if raw.find(b"\r\n\r\n") != len(raw) - 4:
        return
    try:
        ours = parse_request(raw)
        framing = request_framing(ours)
    except BadRequest:
        return
    theirs = h11.Connection(h11.SERVER)
    theirs.receive_data(raw)
    event = theirs.next_event()

    assert isinstance(event, h11.Request)
    assert [(name.lower(), value) for name, value in ours.headers if name.lower() == b"a"] == [
        (name, value) for name, value in event.headers if name == b"a"
    ]
    assert isinstance(theirs.next_event(), h11.EndOfMessage) is framing.done


@pytest.mark.parametrize(
    ("status", "lines", "method", "kind"),
    [
        (200, [b"Content-Length: 3"], b"GET", Sized),
        (200, [b"Content-Length: 3"], b"HEAD", Sized),
        (200, [b"Transfer-Encoding: chunked"], b"GET", Chunked),
        (200, [b"Transfer-Encoding: gzip"], b"GET", UntilClose),
        (200, [], b"GET", UntilClose),
        (304, [b"Content-Length: 3"], b"GET", Sized),
    ],
)
def test_an_answer_is_framed_by_its_status_and_headers(
    status: int, lines: list[bytes], method: bytes, kind: type[object]
) -> None:
    head = parse_response(b"\r\n".join([b"HTTP/1.1 %d OK" % status, *lines, b"", b""]))
    framing = response_framing(head, method)

    assert isinstance(framing, kind)
    assert framing.done is (method == b"HEAD" or status == 304)


def test_headers_for_the_next_hop_are_left_out() -> None:
    head = parse_request(
        request(b"Connection: close, X-Hop", b"X-Hop: 1", b"Keep-Alive: 5", b"TE: x", b"X-End: 2")
    )

    assert head.end_to_end() == [(b"Host", b"x"), (b"X-End", b"2")]
    assert not head.keeps_alive
    assert isinstance(head.with_headers([]), RequestHead)
