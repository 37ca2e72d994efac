"""One question to a web server, and its answer. Follows no redirection, keeps nothing."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

LONGEST = 65_536
"""Bytes of an answer that are read."""

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


async def ask_web(url: str, body: bytes | None = None, headers: Mapping[str, str] = NO_HEADERS) -> bytes:
    """The answer to a GET, or to a POST of ``body``, head and all; the caller sets how long it may take.

    Raises OSError, and ValueError: for what is no http or https URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is no http or https address")
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # 1.0: the answer is not in chunks
    lines = [
        f"{'GET' if body is None else 'POST'} {path} HTTP/1.0",
        f"Host: {parts.netloc.rpartition('@')[2]}",
        "Connection: close",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    request = "\r\n".join([*lines, "", ""]).encode() + (body or b"")
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
    try:
        writer.write(request)
        answer = b""
        while len(answer) < LONGEST and (part := await reader.read(LONGEST)):
            answer += part
        return answer
    finally:
        writer.transport.abort()
