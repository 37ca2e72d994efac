"""Looks, if the user has set where, whether there is a newer npsgui; downloads nothing and sends nothing.

The file at ``update_url`` begins with a version, like ``1.4.0``.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from urllib.parse import urlsplit

from npsgui import __version__
from npsgui.model.events import Events, NewVersion

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""How long the other side may take, s."""

LONGEST = 65_536
"""Bytes of an answer that are read."""

_VERSION = re.compile(rb"HTTP/1\.[01] 200 .*?\r\n\r\n\s*v?(\d+(?:\.\d+){0,3})(?![\w.])", re.DOTALL)


async def look_for_update(url: str, events: Events, patience: float = PATIENCE) -> None:
    """Push NewVersion when the file at ``url`` names one; an empty ``url``, or no answer, is none."""
    if not url:
        return
    try:
        async with asyncio.timeout(patience):
            answer = await _fetch(url)
    except (OSError, ValueError, TimeoutError) as error:
        log.info("No version at update_url: %s", error)
        return
    found = _VERSION.match(answer)
    if found is None:
        log.info("No version at update_url")
    elif _numbers(found[1].decode()) > _numbers(__version__):
        events.push(NewVersion(found[1].decode()))


async def _fetch(url: str) -> bytes:
    """The answer, head and all. Raises OSError, ValueError: for what is no http or https URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is no http or https address")
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # 1.0: the answer is not in chunks
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n\r\n".encode())
        answer = b""
        while len(answer) < LONGEST and (part := await reader.read(LONGEST)):
            answer += part
        return answer
    finally:
        writer.transport.abort()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:4])
