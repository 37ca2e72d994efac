"""A process: many visitors of a tunnel and the target that it leads to, all on plain sockets.

``crowd idle|stalled TUNNEL_PORT TARGET_PORT``. Each number on stdin opens so many sessions more and is
answered when they are open; stalled ones by how many bytes they took until nothing moved any more.
"""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import sys
import time

SEGMENT = 1400
"""Bytes. As on a real line: loopback's 64 KiB would give each socket megabytes of the kernel's memory."""

REST_SECONDS = 0.5
"""Nothing moved for so long: all have stalled."""


class Crowd:
    """The two ends of every session."""

    def __init__(self, tunnel: int, target: int) -> None:
        self._tunnel = tunnel
        self._listener = socket.create_server(("127.0.0.1", target), backlog=128)
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        self._visitors: list[socket.socket] = []
        self._targets: list[socket.socket] = []

    def open(self, count: int) -> None:
        """Open sessions, one after the other: only this crowd's own targets are accepted."""
        for _ in range(count):
            visitor = socket.socket()
            visitor.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
            visitor.connect(("127.0.0.1", self._tunnel))
            target, _address = self._listener.accept()
            self._visitors.append(visitor)
            self._targets.append(target)
            for end in (visitor, target):
                end.setblocking(False)

    def push(self) -> int:
        """Let both ends of every session send all they can, and read nothing; the bytes that went."""
        pushed, data, moved = 0, bytes(1 << 16), time.monotonic()
        while time.monotonic() - moved < REST_SECONDS:
            for end in self._visitors + self._targets:
                with contextlib.suppress(BlockingIOError):
                    pushed += end.send(data)
                    moved = time.monotonic()
        return pushed


def main() -> None:
    """Serve the bench until its end of stdin is closed."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd = Crowd(int(sys.argv[2]), int(sys.argv[3]))
    print("1", flush=True)
    for line in sys.stdin:
        crowd.open(json.loads(line))
        print(json.dumps(crowd.push() if sys.argv[1] == "stalled" else 0), flush=True)


if __name__ == "__main__":
    main()
