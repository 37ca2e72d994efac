"""Makes the relay's sockets. The one place on this floor where an OSError becomes a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import ipaddress
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any, TypeAlias

from npsgui.model.entities import Target
from npsgui.model.errors import BindFailed, TargetUnreachable

try:
    import resource
except ImportError:  # Windows knows no such limit
    resource = None  # type: ignore[assignment]

AddressInfo: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]

BACKLOG = 4096

IN_USE = "Port {port} on {address} is in use."

KEEPALIVE_SECONDS = 60
"""A peer that has vanished without a word is found out after this long and nine probes more."""


def allow_many_sockets() -> None:
    """Raise this process's limit of open files as far as the system lets it: two for each session."""
    if resource is not None:
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def listen(address: str, port: int) -> socket.socket:
    """A non-blocking listening socket; ``address`` empty is every interface, IPv4 and IPv6.

    Raises BindFailed: with the reason in words.
    """
    try:
        if not address and socket.has_dualstack_ipv6():
            return _listening(("::", port), socket.AF_INET6, dualstack=True)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return _listening((address, port), family)
    except OSError as error:
        raise bind_failed(error, address, port) from error


def bind_failed(error: OSError, address: str, port: int) -> BindFailed:
    """Why a port cannot be listened on, in words."""
    where = address or "*"
    if error.errno == errno.EADDRINUSE:
        return BindFailed(IN_USE, port=port, address=where)
    if error.errno in (errno.EACCES, errno.EPERM):
        return BindFailed("Port {port} needs administrator rights; use one from 1024 to 65535.", port=port)
    if error.errno == errno.EADDRNOTAVAIL:
        return BindFailed("This machine has no address {address}.", address=where)
    return BindFailed(
        "Port {port} on {address} cannot be opened: {reason}.",
        port=port,
        address=where,
        reason=error.strerror or error,
    )


def _listening(
    address: tuple[str, int], family: socket.AddressFamily, *, dualstack: bool = False
) -> socket.socket:
    made = socket.create_server(
        address, family=family, backlog=BACKLOG, dualstack_ipv6=dualstack, reuse_port=False
    )
    adopt(made)
    return made


def adopt_visitor(made: socket.socket) -> None:
    """Set what every connection has; on Linux it has it from the socket that it came in through."""
    if sys.platform == "linux":
        made.setblocking(False)
    else:
        adopt(made)


def adopt(made: socket.socket) -> None:
    """Set what every connection of the relay has."""
    made.setblocking(False)
    with contextlib.suppress(OSError):
        # asyncio does it only for sockets that were made with their protocol's number
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_SECONDS)


def peer_text(address: tuple[str, int] | tuple[str, int, int, int]) -> str:
    """``address:port`` of a peer; an IPv4 peer on a dual-stack socket looks like one."""
    host, port = address[0].removeprefix("::ffff:"), address[1]
    return str(Target(host, port))


def connect_now(target: Target) -> socket.socket | None:
    """A connected non-blocking socket to an address of this machine, if the kernel connects at once.

    None when the connection takes time, as all others do: then ``connect``. Raises OSError: refused at once.
    """
    family, loopback = _kind_of(target.host)
    if family is None or not loopback:
        return None
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        adopt(made)
        code = made.connect_ex((target.host, target.port))
        if code not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
            raise OSError(code, os.strerror(code))
        if code and not _is_connected(made):
            made.close()
            return None
    except BaseException:
        made.close()
        raise
    return made


@functools.lru_cache(4096)
def _kind_of(host: str) -> tuple[socket.AddressFamily | None, bool]:
    """The family of an address, None of a name; and whether it is one of this machine's own."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None, False
    return socket.AF_INET6 if address.version == 6 else socket.AF_INET, address.is_loopback


def _is_connected(made: socket.socket) -> bool:
    """Whether a connection that was begun is made. Raises OSError when it has failed already."""
    try:
        made.getpeername()
    except OSError:
        code = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code)) from None
        return False
    return True


async def connect(target: Target, seconds: float) -> socket.socket:
    """A connected non-blocking socket, within ``seconds``. Raises TargetUnreachable: with the reason."""
    try:
        made = connect_now(target)
        if made is not None:
            return made
        async with asyncio.timeout(seconds):
            return await _first_of(await _addresses_of(target))
    except (OSError, UnicodeError) as error:
        raise unreachable(target, error, seconds) from error


async def _addresses_of(target: Target) -> Sequence[AddressInfo]:
    """Where a target may be; nobody is asked about an address. Raises OSError, UnicodeError."""
    family, _loopback = _kind_of(target.host)
    if family is not None:
        return [(family, socket.SOCK_STREAM, 0, "", (target.host, target.port))]
    loop = asyncio.get_running_loop()
    return await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)


async def _first_of(found: Sequence[AddressInfo]) -> socket.socket:
    """Connect to the first address that answers. Raises the OSError of the last one."""
    loop = asyncio.get_running_loop()
    failure: OSError = OSError(errno.EADDRNOTAVAIL, "no address")
    for family, kind, protocol, _name, address in found:
        made = socket.socket(family, kind, protocol)
        try:
            adopt(made)
            await loop.sock_connect(made, address)
        except OSError as error:
            made.close()
            failure = error
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise failure


def unreachable(target: Target, error: Exception, seconds: float) -> TargetUnreachable:
    """What kept a target from being connected to, in words."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return TargetUnreachable("The name of target {target} is not known.", target=str(target))
    if isinstance(error, ConnectionRefusedError):
        return TargetUnreachable("Target {target} refused the connection.", target=str(target))
    if isinstance(error, TimeoutError):
        return TargetUnreachable(
            "Target {target} did not answer within {seconds} s.", target=str(target), seconds=f"{seconds:g}"
        )
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return TargetUnreachable(
        "Target {target} cannot be reached: {reason}.", target=str(target), reason=reason
    )
