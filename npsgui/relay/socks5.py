"""SOCKS5, the server's side. Sans-IO: bytes in, a request and answers out. Source: RFC 1928 and RFC 1929."""

from __future__ import annotations

import enum
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from npsgui.model.entities import Target
from npsgui.model.errors import ProtocolError
from npsgui.model.targets import is_host

VERSION = 5
NO_AUTH, USER_PASSWORD, NO_METHOD = 0x00, 0x02, 0xFF
"""RFC 1928 section 3."""

AUTH_VERSION = 1
"""RFC 1929 section 2."""

IPV4, NAME, IPV6 = 1, 3, 4
"""Address types, RFC 1928 section 5."""


class Command(enum.IntEnum):
    """RFC 1928 section 4."""

    CONNECT = 1
    BIND = 2
    UDP_ASSOCIATE = 3


class Reply(enum.IntEnum):
    """RFC 1928 section 6."""

    SUCCEEDED = 0
    GENERAL_FAILURE = 1
    NOT_ALLOWED = 2
    NETWORK_UNREACHABLE = 3
    HOST_UNREACHABLE = 4
    CONNECTION_REFUSED = 5
    TTL_EXPIRED = 6
    COMMAND_NOT_SUPPORTED = 7
    ADDRESS_NOT_SUPPORTED = 8


@dataclass(frozen=True, slots=True)
class Request:
    """What a visitor wants. ``address`` is a name or an address without brackets; port 0 is any."""

    command: int
    """A ``Command``, or a number that is none."""
    address: Target


class _Refused(Exception):
    """The visitor is to be told ``answer``, and gone with."""

    def __init__(self, answer: bytes, reason: str) -> None:
        super().__init__(reason)
        self.answer = answer


class Conversation:
    """What is said until the request is known: methods, perhaps user and password, request.

    Without ``accounts`` (password by user) nobody is asked who he is; else everybody is.
    """

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self._accounts = accounts
        self._step = self._methods
        self.request: Request | None = None
        """Once it is understood; nothing is read after it."""
        self.failure: str = ""
        """Why the visitor must go, once what ``receive`` returned is sent."""

    def receive(self, unread: bytearray) -> bytes:
        """Take what is understood out of ``unread``; returns what to answer.

        Raises ProtocolError: when it is not SOCKS5, and there is nothing to say.
        """
        answers = []
        try:
            while self.request is None:
                before = len(unread)
                answers.append(self._step(unread))
                if len(unread) == before:
                    break
        except _Refused as refused:
            answers.append(refused.answer)
            self.failure = str(refused)
        return b"".join(answers)

    def _methods(self, unread: bytearray) -> bytes:
        if unread[:1] and unread[0] != VERSION:
            raise ProtocolError(f"not SOCKS5: begins with {unread[0]}")
        if len(unread) < 2 or len(unread) < 2 + unread[1]:
            return b""
        offered = bytes(unread[2 : 2 + unread[1]])
        del unread[: 2 + unread[1]]
        method = USER_PASSWORD if self._accounts else NO_AUTH
        if method not in offered:
            raise _Refused(bytes([VERSION, NO_METHOD]), f"offers the methods {offered.hex()}, not {method}")
        self._step = self._password if self._accounts else self._request
        return bytes([VERSION, method])

    def _password(self, unread: bytearray) -> bytes:
        if unread[:1] and unread[0] != AUTH_VERSION:
            raise ProtocolError(f"not RFC 1929: begins with {unread[0]}")
        if len(unread) < 2 or len(unread) < 3 + unread[1]:
            return b""
        user_end = 2 + unread[1]
        end = user_end + 1 + unread[user_end]
        if len(unread) < end:
            return b""
        user, password = bytes(unread[2:user_end]), bytes(unread[user_end + 1 : end])
        del unread[:end]
        if not self._knows(user, password):
            raise _Refused(bytes([AUTH_VERSION, 1]), "wrong user or password")
        self._step = self._request
        return bytes([AUTH_VERSION, 0])

    def _knows(self, user: bytes, password: bytes) -> bool:
        """Compares with every account, so that the time it takes tells nothing."""
        found = False
        for known, secret in self._accounts.items():
            same = hmac.compare_digest(known.encode(), user) & hmac.compare_digest(secret.encode(), password)
            found = found or same
        return found

    def _request(self, unread: bytearray) -> bytes:
        if unread[:1] and unread[0] != VERSION:
            raise ProtocolError(f"not a SOCKS5 request: begins with {unread[0]}")
        if len(unread) < 5:
            return b""
        command = unread[1]
        try:
            parsed = parse_address(memoryview(bytes(unread))[3:], named=command != Command.UDP_ASSOCIATE)
        except ProtocolError as error:
            raise _Refused(reply(Reply.ADDRESS_NOT_SUPPORTED), str(error)) from error
        if parsed is None:
            return b""
        address, length = parsed
        del unread[: 3 + length]
        self.request = Request(command, address)
        return b""


def parse_address(data: memoryview, *, named: bool = True) -> tuple[Target, int] | None:
    """The address and port at the beginning of ``data``, and their length; None while incomplete.

    Not ``named``: what stands for a name may be anything, for nobody looks it up. Who wants an association
    need not know where it will send from; PySocks says "0" then.

    Raises ProtocolError: for an address type that does not exist, or a name that is none.
    """
    kind = data[0]
    if kind == NAME:
        if len(data) < 2 or len(data) < 4 + data[1]:
            return None
        start, end = 2, 2 + data[1]
        try:
            host = str(data[start:end], "ascii")
        except UnicodeDecodeError:
            host = ""
        if named and not is_host(host):
            raise ProtocolError(f"no host name: {bytes(data[start:end])!r}")
    elif kind in (IPV4, IPV6):
        end = 5 if kind == IPV4 else 17
        if len(data) < end + 2:
            return None
        host = str(ipaddress.ip_address(bytes(data[1:end])))
    else:
        raise ProtocolError(f"no address type: {kind}")
    return Target(host, int.from_bytes(data[end : end + 2])), end + 2


def format_address(host: str, port: int) -> bytes:
    """An address and port as SOCKS5 writes them."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii")
        return bytes([NAME, len(name)]) + name + port.to_bytes(2)
    return bytes([IPV4 if address.version == 4 else IPV6]) + address.packed + port.to_bytes(2)


def reply(code: Reply, host: str = "0.0.0.0", port: int = 0) -> bytes:
    """The answer to a request; ``host`` and ``port`` are where the relay is bound."""
    return bytes([VERSION, code, 0]) + format_address(host, port)


def parse_datagram(data: bytes) -> tuple[Target, memoryview] | None:
    """Where a visitor's UDP datagram goes, and its payload; None for one that must be dropped.

    Fragments are dropped, as RFC 1928 section 7 allows.
    """
    if len(data) < 5 or data[2]:
        return None
    view = memoryview(data)[3:]
    try:
        parsed = parse_address(view)
    except ProtocolError:
        return None
    if parsed is None or not parsed[0].port:
        return None
    return parsed[0], view[parsed[1] :]


def format_datagram(host: str, port: int, payload: bytes) -> bytes:
    """A datagram to a visitor, from the address that sent ``payload``."""
    return b"\0\0\0" + format_address(host, port) + payload
