"""The agent's health checks: tries targets, and tells the server on ``main`` which are well.

Source: nps-wire.md section 13; the sections' words nps-formats.md section 9.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from npsgui.bridge.handshake import prefixed
from npsgui.bridge.npc_conf import HealthCheck
from npsgui.bridge.signal_line import SEPARATOR
from npsgui.model.entities import Target

LONGEST_LINE = 4096


class Patient:
    """What is known of one target. Pure."""

    def __init__(self, target: Target, most_failed: int) -> None:
        self._target = target
        self._most = most_failed
        self._failed = 0

    def examined(self, well: bool) -> bytes:
        """What to tell the server after another try: sick at each multiple of the limit, well once after."""
        if not well:
            self._failed += 1
            return self._message("0") if self._failed % self._most == 0 else b""
        told, self._failed = self._failed >= self._most, 0
        return self._message("1") if told else b""

    def _message(self, state: str) -> bytes:
        return prefixed(f"{self._target}{SEPARATOR}{state}{SEPARATOR}".encode())


async def watch(check: HealthCheck, target: Target, tell: Callable[[bytes], None]) -> None:
    """Try one target again and again, until it is cancelled."""
    patient = Patient(target, check.most_failed)
    while True:
        await asyncio.sleep(check.interval)
        said = patient.examined(await _is_well(check, target))
        if said:
            tell(said)


async def _is_well(check: HealthCheck, target: Target) -> bool:
    try:
        async with asyncio.timeout(check.seconds):
            reader, writer = await asyncio.open_connection(target.host, target.port, limit=LONGEST_LINE)
            try:
                return not check.path or await _answers(reader, writer, check.path, target)
            finally:
                writer.close()
    except (OSError, ValueError):
        return False


async def _answers(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, target: Target
) -> bool:
    """Whether it answers 200, as NPS wants it."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {target}\r\nConnection: close\r\n\r\n".encode())
    return (await reader.readline()).split()[1:2] == [b"200"]
