"""UDP sockets on a loop. Replies leave from the address that the visitor wrote to."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
from collections.abc import Callable
from typing import Any, TypeAlias

from npsgui.model.entities import Target
from npsgui.relay.sockets import bind_failed, unreachable
from npsgui.tasks import spawn

LARGEST = 65_536
"""A buffer that every datagram fits into: 65,507 bytes at most. Source: RFC 768, RFC 791."""

BATCH = 64
"""Datagrams read in one callback; the rest come in the next turn of the loop."""

BUFFER = 4 * 1024 * 1024
"""Bytes that the system may keep for us: a burst must not be lost while Qt paints."""

IP_PKTINFO = 8
"""Linux; Python has no name for it before 3.14."""

Address: TypeAlias = tuple[Any, ...]
ReplyFrom: TypeAlias = list[tuple[int, int, bytes]]
"""Ancillary data that makes an answer leave from the address written to; empty: the system chooses one."""

OnDatagram: TypeAlias = Callable[[bytes, Address, ReplyFrom], None]


def listen_udp(address: str, port: int) -> socket.socket:
    """A bound UDP socket; ``address`` empty is every interface, IPv4 and IPv6. Raises BindFailed."""
    everywhere = not address and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if everywhere or ":" in address else socket.AF_INET
    try:
        made = socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:
        raise bind_failed(error, address, port) from error
    try:
        if everywhere:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        made.bind(("::" if everywhere else address, port))
    except OSError as error:
        made.close()
        raise bind_failed(error, address, port) from error
    _prepare(made)
    return made


async def connect_udp(target: Target, seconds: float) -> socket.socket:
    """A UDP socket that talks with ``target`` alone. Raises TargetUnreachable: with the reason."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _name, address = found[0]
        made = socket.socket(family, kind, protocol)
        try:
            made.connect(address)
        except OSError:
            made.close()
            raise
    except (OSError, UnicodeError) as error:
        raise unreachable(target, error, seconds) from error
    _prepare(made)
    return made


def _prepare(made: socket.socket) -> None:
    made.setblocking(False)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        with contextlib.suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    if hasattr(socket, "IPV6_RECVPKTINFO") and made.getsockname()[0] in ("::", "0.0.0.0"):
        with contextlib.suppress(OSError):
            if made.family == socket.AF_INET6:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            else:
                made.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)


class Datagrams(asyncio.DatagramProtocol):
    """One UDP socket: hands on what comes, sends what it is given. What cannot be sent at once is lost.

    Read in batches where the loop watches sockets, else through a transport (Windows; unverified there).
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        made: socket.socket,
        on_datagram: OnDatagram,
        on_error: Callable[[OSError], None],
    ) -> None:
        self.socket = made
        self._loop = loop
        self._on_datagram = on_datagram
        self._on_error = on_error
        self._transport: asyncio.DatagramTransport | None = None
        self._opening: asyncio.Task[Any] | None = None
        self._closed = False
        try:
            loop.add_reader(made, self._on_readable)
        except NotImplementedError:
            self._opening = spawn(
                loop.create_datagram_endpoint(lambda: self, sock=made), f"open UDP {made.getsockname()}"
            )

    @property
    def port(self) -> int:
        """The port it is bound to."""
        return int(self.socket.getsockname()[1])

    def send(self, data: bytes, address: Address | None = None, reply_from: ReplyFrom | None = None) -> bool:
        """Send one datagram; to ``address`` if it is not connected. Whether the system took it."""
        if self._closed:
            return False
        try:
            if reply_from:
                self.socket.sendmsg([data], reply_from, 0, address)
            elif address is not None:
                self.socket.sendto(data, address)
            else:
                self.socket.send(data)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ENOBUFS):
                self._on_error(error)
            return False
        return True

    def close(self) -> None:
        """Close the socket."""
        if self._closed:
            return
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
            if self._transport is not None:
                self._transport.close()
                return
        else:
            self._loop.remove_reader(self.socket)
        self.socket.close()

    def _on_readable(self) -> None:
        for _ in range(BATCH):
            try:
                data, ancillary, _flags, address = self.socket.recvmsg(LARGEST, 64)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self._on_error(error)
                return
            self._on_datagram(data, address, _reply_from(ancillary) if ancillary else [])
            if self._closed:
                return

    # What asyncio calls, where it reads

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._on_datagram(data, addr, [])

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, OSError):
            self._on_error(exc)


def _reply_from(ancillary: ReplyFrom) -> ReplyFrom:
    """What makes an answer leave from the address that the datagram came to. Source: ip(7), RFC 3542."""
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
            _index, _local, destination = struct.unpack("I4s4s", data[:12])
            return [(level, kind, struct.pack("I4s4s", 0, destination, bytes(4)))]
        if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            return [(level, kind, data[:20])]
    return []
