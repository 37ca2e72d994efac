"""The heads of HTTP/1.1 messages, read strictly and written back. Sans-IO. Source: RFC 9110, RFC 9112.

Ours and not httptools, because bytes are metered: a parser that does not tell where in a chunk a message
ends cannot charge the bytes after it to another owner. What could be read in two ways is refused: that is how
requests are smuggled past a relay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from npsgui.model.errors import ProtocolError

Header: TypeAlias = tuple[bytes, bytes]
"""Name and value."""

LARGEST_HEAD = 64 * 1024
"""Bytes."""

END = b"\r\n\r\n"

# the group is not possessive: before Python 3.11.5 it would match nothing (python/cpython#100061)
_HEADERS = re.compile(rb"(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[^\x00-\x08\x0a-\x1f\x7f]*+)*\r\n\r\n")
"""What follows the first line: tokens (RFC 9110 section 5.6.2) with values, which have no control characters
but tab (section 5.5). A line that begins with a space, the old way to fold, is none: RFC 9112 section 5.2."""
_REQUEST = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e\x80-\xff]+) HTTP/1\.([01])")
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})( [^\x00-\x08\x0a-\x1f\x7f]*)?")

AUTHORITY = rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~%!$&'()*+,;=]*)(?::[0-9]*)?"
"""RFC 9110 section 7.2: a name or an address, perhaps a port, and no user. It may be empty."""

_HOST = re.compile(AUTHORITY)

HOP_BY_HOP = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization"),
        *(b"te", b"upgrade"),
    }
)
"""Headers for the next hop alone, RFC 9110 section 7.6.1."""

FRAMING = frozenset({b"content-length", b"transfer-encoding", b"trailer"})
"""They stay even if Connection names them: the framing of a body is carried as it is, and the next hop must
find its end where we do."""


class BadRequest(ProtocolError):
    """A request that gets an answer: ``status`` and the sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """The lines of one message. ``headers`` in their order, names as they were written."""

    headers: tuple[Header, ...]
    minor: int
    """HTTP/1.``minor``."""

    def all(self, name: bytes) -> list[bytes]:
        """The values of every header ``name``, which is in lower case."""
        return [value for key, value in self.headers if key.lower() == name]

    def get(self, name: bytes) -> bytes:
        """The first value of ``name``; empty when there is none."""
        return next(iter(self.all(name)), b"")

    def tokens(self, name: bytes) -> list[bytes]:
        """The members of the lists of ``name``, in lower case."""
        parts = b",".join(self.all(name)).split(b",")
        return [part.strip().lower() for part in parts if part.strip()]

    @property
    def keeps_alive(self) -> bool:
        """Whether its sender will go on with another message. RFC 9112 section 9.3."""
        options = self.tokens(b"connection")
        return b"close" not in options and (self.minor == 1 or b"keep-alive" in options)

    def end_to_end(self, but: Iterable[bytes] = ()) -> list[Header]:
        """The headers that are not for the next hop alone, but for these, which are in lower case."""
        dropped = (HOP_BY_HOP.union(self.tokens(b"connection")) - FRAMING).union(but)
        return [header for header in self.headers if header[0].lower() not in dropped]


@dataclass(frozen=True, slots=True)
class RequestHead(Head):
    """A request's."""

    method: bytes
    target: bytes

    @property
    def upgrades(self) -> bool:
        """Whether it asks for another protocol. HTTP/2 is none: its requests would pass us unread."""
        asked = self.tokens(b"upgrade")
        other = bool(asked) and not any(protocol.startswith(b"h2") for protocol in asked)
        return other and b"upgrade" in self.tokens(b"connection")

    def with_headers(self, headers: list[Header], target: bytes | None = None) -> RequestHead:
        """The same with other headers, and perhaps another target."""
        return RequestHead(tuple(headers), self.minor, self.method, target or self.target)

    def __bytes__(self) -> bytes:
        return _lines(b"%b %b HTTP/1.%d" % (self.method, self.target, self.minor), self.headers)


@dataclass(frozen=True, slots=True)
class ResponseHead(Head):
    """A response's."""

    status: int
    reason: bytes

    def with_headers(self, headers: list[Header]) -> ResponseHead:
        """The same with other headers."""
        return ResponseHead(tuple(headers), self.minor, self.status, self.reason)

    def __bytes__(self) -> bytes:
        return _lines(b"HTTP/1.1 %d%b" % (self.status, self.reason or b" "), self.headers)


def find_head(unread: bytearray) -> bytes | None:
    """The head, END and all, that ``unread`` begins with; None while it is incomplete.

    Empty lines before it are taken out, RFC 9112 section 2.2. Raises BadRequest: when it is too large.
    """
    while unread[:2] == b"\r\n":
        del unread[:2]
    end = unread.find(END)
    if end < 0 and len(unread) < LARGEST_HEAD:
        return None
    if end < 0 or end + len(END) > LARGEST_HEAD:
        raise BadRequest(431, "The head of this request is larger than 64 KiB.")
    return bytes(unread[: end + len(END)])


def parse_request(head: bytes) -> RequestHead:
    """The head that ``find_head`` gave. Raises BadRequest: for what is not strictly HTTP/1.1."""
    first, headers = _split(head)
    match = _REQUEST.fullmatch(first)
    if match is None:
        raise BadRequest(400, "The first line is not that of an HTTP/1.1 request.")
    minor = int(match[3])
    parsed = RequestHead(headers, minor, match[1], match[2])
    hosts = parsed.all(b"host")
    if len(hosts) > 1 or (minor and not hosts):
        raise BadRequest(400, "A request names its host once.")
    if hosts and _HOST.fullmatch(hosts[0]) is None:
        raise BadRequest(400, "The Host of this request is no name.")
    return parsed


def parse_response(head: bytes) -> ResponseHead:
    """The head of a target's answer. Raises BadRequest: for what is not strictly HTTP/1.1."""
    first, headers = _split(head)
    match = _STATUS.fullmatch(first)
    if match is None:
        raise BadRequest(502, "The target's answer is not HTTP/1.1.")
    return ResponseHead(headers, int(match[1]), int(match[2]), match[3] or b"")


def _split(head: bytes) -> tuple[bytes, tuple[Header, ...]]:
    """The first line, and the headers."""
    lines = head[: -len(END)].split(b"\r\n")
    ends = len(lines) + 1
    if head.count(b"\r") != ends or head.count(b"\n") != ends:
        raise BadRequest(400, "A line of the head ends with CR or LF alone.")
    if _HEADERS.fullmatch(head, len(lines[0])) is None:
        raise BadRequest(400, "A header of this message is malformed.")
    parts = [line.partition(b":") for line in lines[1:]]
    return lines[0], tuple([(name, value.strip(b" \t")) for name, _colon, value in parts])


def _lines(first: bytes, headers: tuple[Header, ...]) -> bytes:
    return b"\r\n".join([first, *(b"%b: %b" % header for header in headers), b"", b""])
