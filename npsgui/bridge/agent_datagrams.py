"""UDP at the agent: one connected socket for a stream, or a socket that sends anywhere for SOCKS5.

Source: nps-wire.md sections 10.2 and 10.6; RFC 1928 section 7.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable
from typing import Any, Final, cast

from npsgui.model.entities import Target
from npsgui.model.flow import Direction, Flow
from npsgui.tasks import spawn

_log = logging.getLogger(__name__)

MOST_EARLY: Final = 64
"""Datagrams that are kept until the socket is there."""

IPV4: Final = 1
NAME: Final = 3
IPV6: Final = 4

MOST_NAMES: Final = 256

MOST_LOOKUPS: Final = 16
"""Names of one association that are looked up at once; what goes to another meanwhile is lost."""

LOOKUP_SECONDS: Final = 10.0
"""For one name."""


class UdpEnd(asyncio.DatagramProtocol):
    """The stream's side: its datagrams go to the target, the target's come back here."""

    def __init__(self, flow: Flow, ended: Callable[[], None], measure: Callable[[bytes], int] = len) -> None:
        """``measure`` says how many bytes of what comes from the stream are the visitor's."""
        self.flow = flow
        self._measure = measure
        self.out: Callable[[bytes], None] | None = None
        """Sends one datagram on; None until the socket is there."""
        self.closes: Callable[[], None] | None = None
        self._ended = ended
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.stream = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.flow.add(Direction.INLET, self._measure(data))
        if self.out is not None:
            self.out(data)
        elif len(self._early) < MOST_EARLY:
            self._early.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.closes is not None:
            self.closes()
        self._ended()

    def reply(self, data: bytes, header: bytes = b"") -> None:
        """A datagram from a target."""
        if not self.stream.is_closing():
            self.flow.add(Direction.EXPORT, len(data))
            self.stream.sendto(header + data)

    def begin(self, out: Callable[[bytes], None], closes: Callable[[], None]) -> None:
        """The socket is there: send what came early."""
        if self.stream.is_closing():
            closes()
            return
        self.out, self.closes = out, closes
        early, self._early = self._early, []
        for data in early:
            out(data)

    async def connect(self, target: Target) -> None:
        """A socket to one target."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Replies(lambda data, _address: self.reply(data)),
                    None,
                    (target.host, target.port),
                )
        except (OSError, UnicodeError) as error:
            _log.info("target %s: %s", target, str(error) or "its name was not found in time")
            self.stream.close()
            return
        self.begin(transport.sendto, transport.close)


class _Replies(asyncio.DatagramProtocol):
    """What comes to a socket. An ICMP refusal is no end: the next datagram may be answered."""

    def __init__(self, received: Callable[[bytes, Any], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._received(data, addr)


def associate(end: UdpEnd) -> None:
    """Serve the datagrams of a SOCKS5 association, to and from anywhere."""
    spawn(Association(end).open(), "associate")


class Association:
    """Takes SOCKS5's header off what goes out, puts it and a length before what comes back."""

    def __init__(self, end: UdpEnd) -> None:
        self._end = end
        self._transports: dict[int, asyncio.DatagramTransport] = {}
        self._names: dict[str, str] = {}
        self._lookups = 0

    async def open(self) -> None:
        """Make the sockets, as far as there are any to be had."""
        loop = asyncio.get_running_loop()
        for version, family, anywhere in ((4, socket.AF_INET, "0.0.0.0"), (6, socket.AF_INET6, "::")):
            try:
                self._transports[version], _ = await loop.create_datagram_endpoint(
                    lambda: _Replies(self._reply), family=family, local_addr=(anywhere, 0)
                )
            except OSError as error:
                _log.info("no socket for IPv%d: %s", version, error)
        self._end.begin(self._send, self._close)

    def _close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    def _send(self, datagram: bytes) -> None:
        read = read_header(datagram)
        if read is None:
            return
        host, port, data = read
        if host in self._names:
            self._send_to(self._names[host], port, data)
        elif _version(host):
            self._send_to(host, port, data)
        elif self._lookups < MOST_LOOKUPS:
            self._lookups += 1
            spawn(self._look_up(host, port, data), "look up")

    async def _look_up(self, host: str, port: int, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            _log.info("target %s: %s", host, str(error) or "its name was not found in time")
            return
        finally:
            self._lookups -= 1
        address = str(found[0][4][0])
        if len(self._names) < MOST_NAMES:
            self._names[host] = address
        self._send_to(address, port, data)

    def _send_to(self, address: str, port: int, data: bytes) -> None:
        transport = self._transports.get(_version(address))
        if transport is not None and not transport.is_closing():
            transport.sendto(data, (address, port))

    def _reply(self, data: bytes, address: Any) -> None:
        header = write_header(address[0], address[1])
        size = len(header) + len(data)
        self._end.reply(data, size.to_bytes(4, "little") + header)


def _version(host: str) -> int:
    """4 or 6 for an address, 0 for a name."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return 0


def read_header(datagram: bytes) -> tuple[str, int, bytes] | None:
    """Host, port and data of a SOCKS5 datagram; None when it is none, or a fragment."""
    if len(datagram) < 10 or datagram[2]:
        return None
    kind, at = datagram[3], 4
    size = {IPV4: 4, IPV6: 16, NAME: datagram[4]}.get(kind)
    if size is None:
        return None
    if kind == NAME:
        at += 1
    address, rest = datagram[at : at + size], datagram[at + size :]
    if len(rest) < 2 or not size:
        return None
    host = address.decode("ascii", "replace") if kind == NAME else str(ipaddress.ip_address(address))
    return host, int.from_bytes(rest[:2], "big"), rest[2:]


def payload_size(datagram: bytes) -> int:
    """Bytes behind SOCKS5's header; 0 when there is none."""
    read = read_header(datagram)
    return 0 if read is None else len(read[2])


def write_header(host: str, port: int) -> bytes:
    """SOCKS5's header of a datagram from ``host``."""
    address = ipaddress.ip_address(host.partition("%")[0])
    kind = IPV4 if address.version == 4 else IPV6
    return bytes((0, 0, 0, kind)) + address.packed + port.to_bytes(2, "big")
