"""A connected socket as a transport: what a session asks of asyncio's, and nothing besides.

For loops that watch sockets as asyncio's own does. What a socket does not take at once keeps the other side
waiting, so it is seldom more than a chunk.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any


class SocketTransport(asyncio.Transport):
    """Made with its protocol connected, and not reading yet. Any byte unsent pauses the protocol.

    A mistake in the protocol closes the connection and travels to the loop's exception handler.
    """

    __slots__ = ("_closing", "_eof", "_fd", "_loop", "_lost", "_protocol", "_reading", "_socket", "_unsent")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, made: socket.socket, protocol: asyncio.BufferedProtocol
    ) -> None:
        self._loop = loop
        self._socket = made
        self._fd = made.fileno()
        self._protocol = protocol
        self._reading = False
        self._unsent = bytearray()
        self._eof = False
        """Whether nothing more is to be sent than what is unsent."""
        self._closing = False
        self._lost = False
        """Whether the protocol is told that it is lost, or soon will be."""
        protocol.connection_made(self)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "socket":
            return self._socket
        if name == "sockname" and not self._lost:
            return self._socket.getsockname()
        return default

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Changes nothing: they are 0."""

    def get_write_buffer_size(self) -> int:
        return len(self._unsent)

    # Reading

    def is_reading(self) -> bool:
        return self._reading

    def pause_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def resume_reading(self) -> None:
        if not self._reading and not self._closing:
            self._reading = True
            self._loop.add_reader(self._fd, self._on_readable)

    def _on_readable(self) -> None:
        protocol = self._protocol
        try:
            buffer = protocol.get_buffer(-1)
            try:
                count = self._socket.recv_into(buffer)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self._lose(error)
                return
            if count:
                protocol.buffer_updated(count)
            elif protocol.eof_received():
                self.pause_reading()
            else:
                self.close()
        except BaseException:
            self.abort()
            raise

    # Writing

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._lost:
            return
        if not self._unsent:
            try:
                sent = self._socket.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError as error:
                self._lose(error)
                return
            if sent == len(data):
                return
            self._unsent += data[sent:]
            self._loop.add_writer(self._fd, self._on_writable)
            self._protocol.pause_writing()
        else:
            self._unsent += data

    def _on_writable(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._lose(error)
            return
        del self._unsent[:sent]
        if self._unsent:
            return
        self._loop.remove_writer(self._fd)
        try:
            self._protocol.resume_writing()
        except BaseException:
            self.abort()
            raise
        if self._unsent:
            return
        if self._closing:
            self._lose(None)
        elif self._eof:
            # a peer that has reset the connection takes no EOF; reading will tell
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        """Send EOF after what is unsent. Raises OSError: the peer has reset the connection."""
        if not self._eof and not self._closing:
            self._eof = True
            if not self._unsent:
                self._socket.shutdown(socket.SHUT_WR)

    # Ending

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        self.pause_reading()
        self._closing = True
        if not self._unsent:
            self._lose(None)

    def abort(self) -> None:
        self._lose(None)

    def _lose(self, error: OSError | None) -> None:
        """Nothing is read or sent any more; the protocol hears of it soon."""
        if self._lost:
            return
        self.pause_reading()
        self._lost = self._closing = True
        if self._unsent:
            self._unsent.clear()
            self._loop.remove_writer(self._fd)
        self._loop.call_soon(self._end, error)

    def _end(self, error: OSError | None) -> None:
        try:
            self._protocol.connection_lost(error)
        finally:
            self._socket.close()
