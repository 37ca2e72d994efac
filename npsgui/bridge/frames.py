"""The frames of the NPS mux: bytes to frames and back, in batches. Pure: no clock, no socket.

A read of 256 KiB is 64 frames, so the unit here is a run: consecutive data frames of one stream.
Source: nps-wire.md section 6; nps-mux mux.go, netpackager.go, pool.go.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from npsgui.model.errors import ProtocolError

PING: Final = 0
OPEN_OK: Final = 1
OPEN_FAIL: Final = 2
MSG: Final = 3
"""Data: the only or the last segment of one write."""
PART: Final = 4
"""Data: more segments of the same write follow."""
ACK: Final = 5
OPEN: Final = 6
CLOSE: Final = 7
PONG: Final = 8

LARGEST: Final = 4085
"""Bytes of payload in one frame; a longer one ends a Go peer's session. Source: mux/pool.go."""

PING_ID: Final = -1

_WITH_LENGTH: Final = struct.Struct("<BiH")
_SHORT: Final = struct.Struct("<Bi")
_ACK: Final = struct.Struct("<BiII")
_WINDOW: Final = struct.Struct("<II")


@dataclass(slots=True)
class Run:
    """Consecutive data frames of one stream. The parts are views of what was parsed: good until then only."""

    ident: int
    parts: list[memoryview] = field(default_factory=list)
    marks: bytearray = field(default_factory=bytearray)
    """``MSG`` or ``PART`` for each part."""
    ended: bool = False
    """Whether the last frame was empty: NPS means nothing by it, npsgui the end of this direction."""


class Control(NamedTuple):
    """Any frame that carries no data. ``payload`` is a ping's, ``read`` and ``largest`` an ack's."""

    flag: int
    ident: int
    payload: bytes = b""
    read: int = 0
    largest: int = 0


Frame: TypeAlias = Run | Control
Bytes: TypeAlias = bytes | bytearray | memoryview


def parse(data: memoryview) -> tuple[list[Frame], int]:
    """The whole frames at the head of ``data``, in their order, and how many bytes they took.

    A frame with an unknown flag is five bytes that are skipped, as NPS does. Raises ProtocolError: for a
    frame that is too long.
    """
    frames: list[Frame] = []
    unpack = _WITH_LENGTH.unpack_from
    run: Run | None = None
    position, end = 0, len(data)
    while end - position >= 7:
        flag, ident, length = unpack(data, position)
        if flag != MSG and flag != PART:
            run = None
            taken = _control(data, position, frames)
            if not taken:
                break
            position += taken
            continue
        after = position + 7 + length
        if length > LARGEST:
            raise ProtocolError(f"a frame of {length} bytes")
        if after > end:
            break
        if run is None or run.ident != ident:
            run = Run(ident)
            frames.append(run)
            add, mark = run.parts.append, run.marks.append
        position = after
        if length:
            add(data[after - length : after])
            mark(flag)
        else:
            run.ended = True
    if 5 <= end - position < 7:
        position += _control(data, position, frames)
    return frames, position


def _control(data: memoryview, position: int, frames: list[Frame]) -> int:
    """Append the frame at ``position``, unless nobody needs it; its length, or 0 if it is not whole yet."""
    flag, ident = _SHORT.unpack_from(data, position)
    there = len(data) - position
    if flag in (OPEN_OK, OPEN_FAIL, OPEN, CLOSE):
        frames.append(Control(flag, ident))
        return 5
    if flag == ACK:
        if there < 13:
            return 0
        read, largest = _WINDOW.unpack_from(data, position + 5)
        frames.append(Control(ACK, ident, b"", read & 0x7FFFFFFF, largest & 0x7FFFFFFF))
        return 13
    if flag not in (PING, PONG):
        return 0 if flag in (MSG, PART) else 5
    if there < 7:
        return 0
    length = int(_WITH_LENGTH.unpack_from(data, position)[2])
    if not 0 < length <= LARGEST:
        raise ProtocolError(f"a ping of {length} bytes")
    if there < 7 + length:
        return 0
    frames.append(Control(flag, ident, bytes(data[position + 7 : position + 7 + length])))
    return 7 + length


def data_frames(ident: int, data: Bytes, last: int = MSG) -> list[Bytes]:
    """Frames for ``data``, as pieces to be joined: full ones, then the rest, never empty, as ``last``."""
    size = len(data)
    if size <= LARGEST:
        return [_WITH_LENGTH.pack(last, ident, size), data]
    view = memoryview(data)
    head = _WITH_LENGTH.pack(PART, ident, LARGEST)
    pieces: list[Bytes] = []
    final = (size - 1) // LARGEST * LARGEST
    for start in range(0, final, LARGEST):
        pieces += (head, view[start : start + LARGEST])
    pieces += (_WITH_LENGTH.pack(last, ident, size - final), view[final:])
    return pieces


def end_mark(ident: int) -> bytes:
    """A data frame of no bytes: between two npsgui it says that one direction has ended."""
    return _WITH_LENGTH.pack(MSG, ident, 0)


def short(flag: int, ident: int) -> bytes:
    """A frame that is all header: OPEN, OPEN_OK, CLOSE."""
    return _SHORT.pack(flag, ident)


def ack(ident: int, read: int, largest: int) -> bytes:
    """``read`` bytes consumed since the last report, in a window of ``largest``."""
    return _ACK.pack(ACK, ident, read, largest)


def ping(payload: bytes, flag: int = PING) -> bytes:
    """A PING or PONG; a payload of no bytes would end a Go peer's session."""
    return _WITH_LENGTH.pack(flag, PING_ID, len(payload)) + payload
