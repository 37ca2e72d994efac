"""The mux's bytes: the captures of nps-wire.md, any split of them, and frames that break the rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.bridge import frames
from npsgui.bridge.frames import CLOSE, LARGEST, MSG, OPEN, OPEN_OK, PART, PING, PONG, Control, Run, parse
from npsgui.model.errors import ProtocolError
from tests.bridge.captured import BIG, CAPTURES, Plain, hexed, plain


@pytest.mark.parametrize(("data", "said"), [row[1:] for row in CAPTURES], ids=[row[0] for row in CAPTURES])
def test_a_capture_is_read(data: bytes, said: list[Plain]) -> None:
    assert plain(data) == said


@pytest.mark.parametrize(
    ("made", "captured"),
    [
        (frames.short(OPEN, 1), "06 01000000"),
        (frames.short(OPEN_OK, 1), "01 01000000"),
        (b"".join(frames.data_frames(1, b"hello")), "03 01000000 0500 68656c6c6f"),
        (frames.ack(1, 5, 191484), "05 01000000 05000000 fceb0200"),
        (frames.ack(1, 10000, 735300), "05 01000000 10270000 44380b00"),
        (frames.short(CLOSE, 1), "07 01000000"),
        (frames.ping(b"x" * 30), "00 ffffffff 1e00" + "78" * 30),
        (frames.ping(b"x" * 30, PONG), "08 ffffffff 1e00" + "78" * 30),
    ],
)
def test_what_is_built_is_what_was_captured(made: bytes, captured: str) -> None:
    assert made == hexed(captured)


def test_a_long_write_is_built_as_npc_does() -> None:
    assert b"".join(frames.data_frames(1, BIG[:10000])) == CAPTURES[5][1]


def test_a_write_of_full_frames_only_ends_with_a_whole_one() -> None:
    built = plain(b"".join(frames.data_frames(9, bytes(2 * LARGEST))))

    assert [(flag, len(body)) for flag, _ident, body in built] == [(PART, LARGEST), (MSG, LARGEST)]


def test_consecutive_frames_of_one_stream_are_one_run() -> None:
    one, two = (b"".join(frames.data_frames(ident, bytes(100))) for ident in (1, 2))

    found, _taken = parse(memoryview(one * 3 + two + one))

    assert [(frame.ident, len(frame.parts)) for frame in found if isinstance(frame, Run)] == [
        (1, 3),
        (2, 1),
        (1, 1),
    ]


def test_an_unknown_flag_is_five_bytes_that_are_skipped() -> None:
    assert plain(hexed("63 01000000") + frames.short(CLOSE, 1)) == [(CLOSE, 1, b"")]


def test_an_empty_frame_carries_nothing() -> None:
    (found,), taken = parse(memoryview(frames.end_mark(4)))

    assert isinstance(found, Run)
    assert (found.parts, found.ended, taken) == ([], True, 7)


@pytest.mark.parametrize(
    "data", ["03 01000000 f60f", "04 01000000 ffff", "00 ffffffff 0000", "00 ffffffff f60f"]
)
def test_a_frame_that_ends_a_session(data: str) -> None:
    with pytest.raises(ProtocolError):
        parse(memoryview(hexed(data)))


idents = st.integers(-(2**31), 2**31 - 1)
writes = st.binary(min_size=1, max_size=9000)
one_frame = st.one_of(
    st.builds(lambda ident, data: b"".join(frames.data_frames(ident, data)), idents, writes),
    st.builds(frames.ack, idents, st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)),
    st.builds(frames.short, st.sampled_from([OPEN, OPEN_OK, CLOSE, 99]), idents),
    st.builds(frames.ping, st.binary(min_size=1, max_size=40), st.sampled_from([PING, PONG])),
    st.builds(frames.end_mark, idents),
)  # fmt: skip


@given(st.lists(one_frame, max_size=12).map(b"".join), st.data())
def test_any_split_into_reads_gives_the_same_frames(data: bytes, draw: st.DataObject) -> None:
    cuts = draw.draw(st.lists(st.integers(0, len(data)), max_size=8).map(sorted))
    found: list[Plain] = []
    carry = b""
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        carry += data[start:end]
        found += plain(carry)
        carry = carry[parse(memoryview(carry))[1] :]

    assert (found, carry) == (plain(data), b"")


@given(st.binary(max_size=300))
def test_garbage_is_frames_or_a_breach(data: bytes) -> None:
    try:
        found, taken = parse(memoryview(data))
    except ProtocolError:
        return
    assert 0 <= taken <= len(data)
    assert all(isinstance(frame, Run | Control) for frame in found)
