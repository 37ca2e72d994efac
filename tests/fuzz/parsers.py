"""What must hold of every parser of the relay, whatever bytes it is given."""

from __future__ import annotations

import contextlib
import itertools
import ssl
from collections.abc import Callable

import h11
from hypothesis import strategies as st

from npsgui.model.errors import ProtocolError
from npsgui.relay.http.client_hello import server_name
from npsgui.relay.http.framing import Chunked, Framing, request_framing, response_framing
from npsgui.relay.http.heads import FRAMING, BadRequest, find_head, parse_request, parse_response
from npsgui.relay.http.rewriting import authority_of, for_proxy_target, path_of
from npsgui.relay.socks5 import Conversation, Request, format_datagram, parse_datagram

Check = Callable[[bytes], None]


def socks5(data: bytes) -> None:
    """However it arrives, the same is understood, and what is behind the request is left."""
    whole, pieces = _talk([data]), _talk([data[at : at + 1] for at in range(len(data))])

    assert whole == pieces


def _talk(parts: list[bytes]) -> tuple[Request | None, str, bytes, bytes]:
    """Request, failure, what was answered and what is left unread."""
    conversation, unread, answers = Conversation({"anna": "geheim"}), bytearray(), b""
    for number, part in enumerate(parts):
        unread += part
        try:
            answers += conversation.receive(unread)
        except ProtocolError as error:
            return None, str(error), b"", b""
        if conversation.failure or conversation.request is not None:
            return (
                conversation.request,
                conversation.failure,
                answers,
                bytes(unread) + b"".join(parts[number + 1 :]),
            )
    return conversation.request, conversation.failure, answers, bytes(unread)


def datagram(data: bytes) -> None:
    """What is taken has a whole address and its payload at its end, and can be written back."""
    parsed = parse_datagram(data)
    if parsed is not None:
        target, payload = parsed
        assert data.endswith(bytes(payload))
        assert 0 < target.port < 65_536
        again = parse_datagram(format_datagram(target.host, target.port, bytes(payload)))
        assert again is not None
        assert (again[0].port, again[1]) == (target.port, payload)


def request(data: bytes) -> None:
    """h11 reads what we accept the same way, and reads the same of what we send on."""
    unread = bytearray(data)
    try:
        raw = find_head(unread)
        if raw is None:
            return
        head = parse_request(raw)
        framing = request_framing(head)
    except BadRequest:
        return
    behind = bytes(unread[len(raw) :])
    if not head.target.isascii():
        return  # browsers write paths in UTF-8, which h11 refuses
    _agree(h11.SERVER, raw + behind, _our_body(framing, behind))
    sent = for_proxy_target(head)
    assert authority_of(sent) == authority_of(head)
    assert path_of(sent) == path_of(head)
    reread = parse_request(bytes(sent))
    assert [reread.all(name) for name in sorted(FRAMING)] == [head.all(name) for name in sorted(FRAMING)]
    if head.minor and head.method.lower() != b"connect":
        _agree(h11.SERVER, bytes(sent) + behind, _our_body(request_framing(head), behind))


def response(data: bytes) -> None:
    """What we take for an answer h11 takes for one, and its body ends in the same place."""
    unread = bytearray(data)
    try:
        raw = find_head(unread)
        if raw is None:
            return
        head = parse_response(raw)
        framing = response_framing(head, b"GET")
    except BadRequest:
        return
    if head.status >= 200 and head.all(b"transfer-encoding") in ([], [b"chunked"]):
        behind = bytes(unread[len(raw) :])
        _agree(h11.CLIENT, raw + behind, _our_body(framing, behind))


def chunks(data: bytes) -> None:
    """However a body in chunks arrives, it ends, or is refused, in the same place."""
    whole, single = Chunked(), Chunked()
    taken = _take(whole, data)
    pieces = 0
    for at in range(len(data)):
        one = _take(single, data[at : at + 1])
        if one is None:
            assert taken is None
            return
        pieces += one
    assert (taken, whole.done) == (pieces, single.done)


def hello(data: bytes) -> None:
    """A name, nothing yet, or a refusal; more bytes never take back a name, and OpenSSL finds no other."""
    try:
        name = server_name(data)
    except ProtocolError:
        return
    if name is not None:
        assert server_name(data + b"\x16\x03\x01\x00\x01x") == name
        if name.isascii():
            assert _name_for_openssl(data) in (name, None)


def _name_for_openssl(data: bytes) -> str | None:
    """The name that OpenSSL takes a hello to ask for; empty for none, None when it does not take it."""
    found: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _connection, name, _context: found.append(name)
    incoming = ssl.MemoryBIO()
    incoming.write(data)
    with contextlib.suppress(ssl.SSLError):
        context.wrap_bio(incoming, ssl.MemoryBIO(), server_side=True).do_handshake()
    return (found[0] or "") if found else None


def _real_hello(name: str | None, newest: ssl.TLSVersion) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.maximum_version = newest
    context.set_alpn_protocols(["h2", "http/1.1"])
    outgoing = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def _edited(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """With some bytes replaced, put in and taken out."""
    for where, taken, put in edits:
        at = int(where * len(data))
        data = data[:at] + put + data[at + taken :]
    return data


def _in_records(payload: bytes, ends: list[int]) -> bytes:
    """A handshake in TLS records that end there."""
    cuts = sorted({0, len(payload), *(end for end in ends if end < len(payload))})
    parts = (payload[start:end] for start, end in itertools.pairwise(cuts))
    return b"".join(b"\x16\x03\x01" + len(part).to_bytes(2) + part for part in parts)


def _take(framing: Framing, data: bytes) -> int | None:
    try:
        return framing.take(memoryview(data))
    except BadRequest:
        return None


def _our_body(framing: Framing, behind: bytes) -> tuple[bool, bytes] | None:
    """Whether the body is whole, and what is behind it; None: broken."""
    taken = _take(framing, behind)
    return None if taken is None else (framing.done, behind[taken:] if framing.done else b"")


def _agree(role: type[h11.SERVER] | type[h11.CLIENT], data: bytes, ours: tuple[bool, bytes] | None) -> None:
    """What we refuse h11 may have hopes of; else both see the same."""
    if ours is not None:
        assert _h11_body(role, data) == ours


def _h11_body(role: type[h11.SERVER] | type[h11.CLIENT], data: bytes) -> tuple[bool, bytes] | None:
    connection = h11.Connection(role, max_incomplete_event_size=1 << 20)
    if role is h11.CLIENT:
        connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.EndOfMessage):
                return True, connection.trailing_data[0]
            if event in (h11.NEED_DATA, h11.PAUSED) or isinstance(event, h11.ConnectionClosed):
                return False, b""
    except h11.RemoteProtocolError:
        return None


def _mixed(*fragments: bytes) -> st.SearchStrategy[bytes]:
    """Bytes that are mostly made of what the parser knows."""
    piece = st.sampled_from(fragments) | st.binary(max_size=4)
    return st.lists(piece, max_size=24).map(b"".join)


_HEADERS = tuple(
    name + colon + value + b"\r\n"
    for name, value in (
        (b"Host", b"a"),
        (b"Content-Length", b"3"),
        (b"content-length", b"03, 3"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Transfer-Encoding", b"gzip, chunked"),
        (b"Connection", b"content-length"),
        (b"Connection", b"close, Transfer-Encoding"),
        (b"Connection", b"upgrade"),
        (b"Upgrade", b"h2c"),
        (b"X", b"y \t"),
    )
    for colon in (b": ", b":")
)
_FIRST = (
    *(
        b"POST / HTTP/1.1\r\nHost: a\r\n",
        b"GET http://a?b HTTP/1.0\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: b\r\n",
    ),
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200\r\n", b"HTTP/1.1 204 \r\n", b"HTTP/1.1 100 x\r\n"),
)
_BODY = _mixed(
    *(b"3\r\nabc\r\n", b"0\r\n\r\n", b'3;a="b"\r\nabc\r\n', b"0\r\nA: b\r\n\r\n"),
    *(b"3 \r\nabc\r\n", b"abc", b"\r\n", b"\n", b"\r", b"0", b";", b" "),
)
_FRAMED = st.tuples(st.sampled_from(_FIRST), _mixed(*_HEADERS), st.just(b"\r\n"), _BODY).map(b"".join)
HTTP = _FRAMED | _mixed(*_FIRST, *_HEADERS, b"\r\n", b"\n", b"\r", b" ", b"\t", b": ", b"http://a@b/ ", b"* ")

SOCKS = _mixed(
    *(b"\5\1\0", b"\5\1\2", b"\5\2\0\2", b"\1\4anna\6geheim", b"\1\1a\1b", b"\0\x50", b"\3\xff"),
    *(b"\5\1\0\1\x7f\0\0\1\0\x50", b"\5\3\0\1\0\0\0\0\0\0", b"\5\1\0\3\6a.test\0\x50", b"\5\2\0"),
    *(b"\5\1\0\3\0", b"\5\1\0\4" + bytes(16), b"\0\0\0", b"\0\0\0\1\x7f\0\0\1\0\x35"),
    *(b"\0\0\0\3\4name\0\x35", b"\0\0\0\4", b"\0\0\1\1"),
)

_EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4), st.binary(max_size=4)), max_size=3)
_REAL = st.sampled_from(
    [
        _real_hello(name, newest)
        for name in ("a.test", "xn--fiq228c.example.org", None)
        for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    ]
)
_SAME_LENGTH = st.lists(st.tuples(st.floats(0, 1), st.just(1), st.binary(min_size=1, max_size=1)), max_size=4)
_HELLOS = st.builds(_edited, _REAL, _EDITS | _SAME_LENGTH) | st.builds(
    _in_records,
    st.builds(_edited, _REAL.map(lambda whole: whole[5:]), _SAME_LENGTH),
    st.lists(st.integers(1, 600), max_size=6),
)

TLS = _HELLOS | _mixed(
    *(b"\x16\3\1", b"\x16\3\3\0\1\1", b"\0\x2f", b"\1\0\0\x2b", b"\3\3" + bytes(32), b"\0", b"\1\0"),
    *(b"\0\2\x13\1", b"\0\x0b\0\0\0\6\0\4\0\0\1a", b"\0\0\0\6\0\4\0\0\1a", b"\x15\3\1"),
    *(b"\xff\xff", b"\1\0\0\0"),
)

PARSERS: dict[str, tuple[Check, st.SearchStrategy[bytes]]] = {
    "socks5": (socks5, SOCKS),
    "datagram": (datagram, SOCKS),
    "request": (request, HTTP),
    "response": (response, HTTP),
    "chunks": (chunks, _BODY),
    "hello": (hello, TLS),
}
"""What is checked of each parser, and bytes that get deep into it."""
