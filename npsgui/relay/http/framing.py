"""Where the body of an HTTP/1.1 message ends. Sans-IO: bytes in, a count of them out. Source: RFC 9112."""

from __future__ import annotations

import re
from typing import Protocol

from npsgui.relay.http.heads import FRAMING, BadRequest, Head, RequestHead, ResponseHead

LONGEST_LINE = 4096
"""Bytes of a chunk's size with its extensions, or of a trailer."""

LARGEST_TRAILER = 16 * 1024

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(;[^\x00-\x08\x0a-\x1f\x7f]*|[ \t]*)")
_TRAILER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[^\x00-\x08\x0a-\x1f\x7f]*")


NEVER_TRAILING = FRAMING | {b"host", b"connection", b"authorization", b"proxy-authorization"}
"""What must be known before a body is read: RFC 9110 section 6.5.1. A target might take it for a header."""


class Framing(Protocol):
    """Told of a body's bytes in order, says how many of them are the body's."""

    done: bool
    """Whether the body is complete."""

    def take(self, data: memoryview) -> int:
        """How many bytes at the beginning of ``data`` belong to the body. Raises BadRequest."""


class Sized:
    """A body of so many bytes; of none, it is done at once."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.done = not length

    def take(self, data: memoryview) -> int:
        """At most what is left."""
        count = min(len(data), self._left)
        self._left -= count
        self.done = not self._left
        return count


class UntilClose:
    """A body that ends with the connection."""

    done = False

    def take(self, data: memoryview) -> int:
        """All of it."""
        return len(data)


class Chunked:
    """A body in chunks, each behind a line with its size; trailers follow the last. RFC 9112 section 7.1."""

    def __init__(self) -> None:
        self.done = False
        self._left = 0
        """Bytes of the running chunk that are still to come, and of the CRLF behind it."""
        self._line = bytearray()
        self._in_trailer = False
        self._trailer = 0

    def take(self, data: memoryview) -> int:
        """Everything up to the empty line behind the last chunk."""
        taken = 0
        while taken < len(data) and not self.done:
            if self._left > 2:
                count = min(self._left - 2, len(data) - taken)
                self._left -= count
                taken += count
            elif self._left:
                if data[taken] != b"\n\r"[self._left - 1]:
                    raise BadRequest(400, "A chunk of the body is longer than it says.")
                self._left -= 1
                taken += 1
            else:
                taken += self._take_line(data[taken:])
        return taken

    def _take_line(self, data: memoryview) -> int:
        """Take one line, or the part of it that is there."""
        room = LONGEST_LINE - len(self._line)
        part = bytes(data[:room])
        end = part.find(b"\n")
        if end < 0 and len(part) == room:
            raise BadRequest(400, "A line between the chunks of the body is too long.")
        part = part if end < 0 else part[: end + 1]
        self._line += part
        if end >= 0:
            line = bytes(self._line)
            self._line.clear()
            if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
                raise BadRequest(400, "A line of the body ends with CR or LF alone.")
            self._on_line(line[:-2])
        return len(part)

    def _on_line(self, line: bytes) -> None:
        if self._in_trailer:
            self._on_trailer(line)
            return
        match = _SIZE.fullmatch(line)
        if match is None:
            raise BadRequest(400, "The size of a chunk is not a number.")
        size = int(match[1], 16)
        self._in_trailer = not size
        self._left = size + 2 if size else 0

    def _on_trailer(self, line: bytes) -> None:
        self._trailer += len(line)
        self.done = not line
        if self.done:
            return
        match = _TRAILER.fullmatch(line)
        if match is None or self._trailer > LARGEST_TRAILER or match[1].lower() in NEVER_TRAILING:
            raise BadRequest(400, "A trailer of the body is malformed.")


def request_framing(head: RequestHead) -> Framing:
    """How a request's body is framed, RFC 9112 section 6.3. Raises BadRequest: it could mean two things."""
    length = _length(head)
    if head.all(b"transfer-encoding"):
        if length is not None or head.minor == 0:
            raise BadRequest(400, "A request has a Content-Length or a Transfer-Encoding, not both.")
        if [value.lower() for value in head.all(b"transfer-encoding")] != [b"chunked"]:
            raise BadRequest(501, "The only Transfer-Encoding that is known here is chunked.")
        return Chunked()
    return Sized(length or 0)


def response_framing(head: ResponseHead, method: bytes) -> Framing:
    """How the body of an answer to ``method`` is framed. Raises BadRequest: when it could mean two things."""
    length = _length(head)
    if method == b"HEAD" or head.status in (204, 304) or head.status < 200:
        return Sized(0)
    if head.all(b"transfer-encoding"):
        if length is not None:
            raise BadRequest(502, "The target's answer has a Content-Length and a Transfer-Encoding.")
        return Chunked() if head.tokens(b"transfer-encoding")[-1:] == [b"chunked"] else UntilClose()
    return UntilClose() if length is None else Sized(length)


def _length(head: Head) -> int | None:
    values = head.all(b"content-length")
    if not values:
        return None
    digits = values[0]
    if len(values) > 1 or not digits.isdigit() or len(digits) > 18:
        raise BadRequest(400, "The Content-Length of this message is not one number.")
    return int(digits)
