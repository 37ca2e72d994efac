"""Serves a folder over HTTP: files, ranges of them, lists of folders; never anything outside it. Reads only.

Source: RFC 9110 sections 13 (conditional requests) and 14 (ranges).
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import heapq
import html
import mimetypes
import os
import re
import stat
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from npsgui.model.units import format_bytes
from npsgui.relay.http.answers import error_page
from npsgui.relay.http.framing import request_framing
from npsgui.relay.http.heads import LARGEST_HEAD, BadRequest, Header, RequestHead, find_head, parse_request
from npsgui.relay.http.rewriting import path_of

PIECE = 256 * 1024
"""Bytes read from a file at a time, off the loop's thread."""

MOST_LISTED = 10_000
"""Entries of a folder that are listed."""

_RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")

_LIST = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ font: 15px/1.7 system-ui, sans-serif; margin: 2em auto; max-width: 60em }}
td {{ padding-right: 2em }}
td + td {{ text-align: right; color: #5f6b7a }}</style>
<h1>{title}</h1>
<table>
{rows}
</table>
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What a request is answered with: bytes, or a part of a file."""

    status: int
    headers: tuple[Header, ...]
    body: bytes = b""
    path: Path | None = None
    start: int = 0
    length: int = 0


async def serve_folder(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, folder: Path, strip: str = ""
) -> None:
    """Answer the requests of a connection until it ends. ``strip``: what all paths begin with; left out.

    Source: nps-wire.md section 10.7, and Go's http.StripPrefix, which NPS has there.
    """
    unread = bytearray()
    # the visitor is gone, or the file has become unreadable in the middle: nothing can be said any more
    with contextlib.suppress(OSError):
        while True:
            try:
                head = await _head(reader, unread)
                if head is None:
                    break
                found = await asyncio.to_thread(_find, folder, strip, head)
            except BadRequest as error:
                writer.write(error_page(error))
                break
            await _send(writer, head, found)
            if not head.keeps_alive:
                break
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def _head(reader: asyncio.StreamReader, unread: bytearray) -> RequestHead | None:
    """The next request, its body passed over; None at the end of the connection. Raises BadRequest."""
    while (raw := find_head(unread)) is None:
        if not await _more(reader, unread):
            return None
    del unread[: len(raw)]
    head = parse_request(raw)
    framing = request_framing(head)
    while not framing.done:
        if not unread and not await _more(reader, unread):
            return None
        del unread[: framing.take(memoryview(bytes(unread)))]
    return head


async def _more(reader: asyncio.StreamReader, unread: bytearray) -> bool:
    data = await reader.read(LARGEST_HEAD)
    unread += data
    return bool(data)


def _find(folder: Path, strip: str, head: RequestHead) -> Found:
    """Runs off the loop's thread. Raises BadRequest: with what is wrong."""
    if head.method not in (b"GET", b"HEAD"):
        raise BadRequest(405, "This folder can only be read.")
    raw = path_of(head).partition(b"?")[0].decode("latin-1")
    asked = urllib.parse.unquote(raw, errors="surrogateescape")
    if not asked.startswith(strip):
        raise BadRequest(404, "There is no such file.")
    within = asked.removeprefix(strip)
    path = _inside(folder, within)
    try:
        if not path.is_dir():
            if raw.endswith("/"):
                raise BadRequest(404, "There is no such folder.")
            return _file(path, head)
        if not raw.endswith("/"):
            location = f"./{raw.rsplit('/', 1)[-1]}/"
            return Found(301, ((b"Location", location.encode("latin-1")), (b"Content-Length", b"0")))
        index = _inside(folder, f"{within}/index.html")
        return _file(index, head) if index.is_file() else _list(path, asked)
    except PermissionError:
        raise BadRequest(403, "This may not be read.") from None
    except OSError:
        raise BadRequest(404, "There is no such file.") from None


def _inside(folder: Path, asked: str) -> Path:
    """The file that is asked for. Raises BadRequest: when it is outside, by dots or by a link."""
    root = folder.resolve()
    try:
        path = (root / asked.lstrip("/")).resolve()
    except (OSError, ValueError, RuntimeError):
        raise BadRequest(404, "There is no such file.") from None
    if "\0" in asked or not path.is_relative_to(root):
        raise BadRequest(404, "There is no such file.")
    return path


def _file(path: Path, head: RequestHead) -> Found:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise BadRequest(404, "There is no such file.")
    with path.open("rb"):
        pass  # raises what reading it would raise
    kind, encoding = mimetypes.guess_type(path.name)
    kind = "application/octet-stream" if kind is None or encoding else kind
    changed = int(status.st_mtime)
    headers = [
        (b"Content-Type", f"{kind}; charset=utf-8".encode() if kind.startswith("text/") else kind.encode()),
        (b"Last-Modified", email.utils.formatdate(changed, usegmt=True).encode()),
        (b"Accept-Ranges", b"bytes"),
    ]
    since = _time(head.get(b"if-modified-since"))
    if since is not None and changed <= since:
        return Found(304, tuple(headers))
    span = _range(head, status.st_size, changed)
    if span is None:
        length = (b"Content-Length", str(status.st_size).encode())
        return Found(200, (*headers, length), path=path, length=status.st_size)
    start, end = span
    if start >= end:
        return Found(416, ((b"Content-Range", b"bytes */%d" % status.st_size), (b"Content-Length", b"0")))
    headers.append((b"Content-Range", b"bytes %d-%d/%d" % (start, end - 1, status.st_size)))
    headers.append((b"Content-Length", b"%d" % (end - start)))
    return Found(206, tuple(headers), path=path, start=start, length=end - start)


def _range(head: RequestHead, size: int, changed: int) -> tuple[int, int] | None:
    """The one range that is asked for, from and until; empty when it cannot be met. None: the whole file."""
    match = _RANGE.fullmatch(head.get(b"range"))
    condition = head.get(b"if-range")
    if match is None or not (match[1] or match[2]) or (condition and _time(condition) != changed):
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size
    start = int(match[1])
    return start, min(size, int(match[2]) + 1) if match[2] else size


def _time(value: bytes) -> int | None:
    """Unix time, s, of an HTTP date; None when it is none."""
    try:
        return int(email.utils.parsedate_to_datetime(value.decode("latin-1")).timestamp()) if value else None
    except (TypeError, ValueError, OverflowError):
        return None


def _list(path: Path, asked: str) -> Found:
    """A page with what is in a folder: folders first, each by name."""
    with os.scandir(path) as found:
        entries = heapq.nsmallest(
            MOST_LISTED, found, key=lambda entry: (not _is_folder(entry), entry.name.casefold())
        )
    rows = ['<tr><td><a href="../">../</a></td></tr>'] if asked.strip("/") else []
    for entry in entries:
        name = entry.name + ("/" if _is_folder(entry) else "")
        link = urllib.parse.quote(name, errors="surrogateescape")
        shown = html.escape(name.encode("utf-8", "replace").decode())
        size = "" if _is_folder(entry) else _size(entry)
        rows.append(f'<tr><td><a href="./{link}">{shown}</a></td><td>{size}</td></tr>')
    title = html.escape(asked.encode("utf-8", "replace").decode())
    body = _LIST.format(title=title, rows="\n".join(rows)).encode()
    headers = ((b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Length", b"%d" % len(body)))
    return Found(200, headers, body)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is one; a link that leads nowhere, or where nobody may look, is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _size(entry: os.DirEntry[str]) -> str:
    """That of a link itself, not of what it leads to; empty for what is gone meanwhile."""
    try:
        return format_bytes(entry.stat(follow_symlinks=False).st_size)
    except OSError:
        return ""


async def _send(writer: asyncio.StreamWriter, head: RequestHead, found: Found) -> None:
    reason = {200: b"OK", 206: b"Partial Content", 301: b"Moved Permanently", 304: b"Not Modified"}
    lines = [b"HTTP/1.1 %d %b" % (found.status, reason.get(found.status, b"Range Not Satisfiable"))]
    writer.write(b"\r\n".join([*lines, *(b"%b: %b" % pair for pair in found.headers), b"", b""]))
    if head.method == b"GET":
        writer.write(found.body)
        if found.path is not None:
            await _send_file(writer, found)
    await writer.drain()


async def _send_file(writer: asyncio.StreamWriter, found: Found) -> None:
    assert found.path is not None
    left = found.length
    with await asyncio.to_thread(found.path.open, "rb") as file:
        await asyncio.to_thread(file.seek, found.start)
        while left:
            piece = await asyncio.to_thread(file.read, min(PIECE, left))
            if not piece:
                # it has become shorter: the connection must not go on as if it were whole
                writer.transport.abort()
                raise ConnectionAbortedError
            left -= len(piece)
            writer.write(piece)
            await writer.drain()
