"""TLS and snappy within a stream."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from npsgui.app.certificates import Certificates
from npsgui.bridge.certificate import agent_context
from npsgui.bridge.codecs import Codec, TlsCodec
from npsgui.bridge.layers import Layer
from npsgui.bridge.snappy_codec import IDENTIFIER, SnappyCodec
from npsgui.model.errors import ProtocolError
from tests.bridge.wiring import Notes, Wiring, wiring
from tests.conftest import Run
from tests.waiting import until

SIZE = 3 * 1024 * 1024

CAPTURED = bytes.fromhex(
    "ff060000734e61507059 01100000 4b597050 68656c6c6f2d736e61707079"
    "00170000 db0bee88 ac020041fe0100fe0100fe0100fe0100aa0100"
)


def codecs(kind: str, folder: Path) -> tuple[Codec, Codec]:
    if kind == "snappy":
        return SnappyCodec(), SnappyCodec()
    return TlsCodec(Certificates(folder).bridge(), server=True), TlsCodec(agent_context(), server=False)


async def layered(wired: Wiring, kind: str, folder: Path) -> tuple[tuple[Notes, Layer], tuple[Notes, Layer]]:
    """The two ends of a stream, each with its layer."""
    ours, theirs = Notes(), Notes()
    server, agent = codecs(kind, folder)
    top = Layer(server, ours)
    wired.open(top.underside)
    await until(lambda: bool(wired.taken))
    bottom = Layer(agent, theirs)
    below = wired.taken[0].stream
    below.set_protocol(bottom.underside)
    bottom.underside.connection_made(below)
    return (ours, top), (theirs, bottom)


@pytest.mark.parametrize("kind", ["tls", "snappy"])
def test_bytes_pass_and_the_end_comes_after_them(run: Run[None], kind: str, tmp_path: Path) -> None:
    async def body() -> None:
        data = os.urandom(SIZE // 2) + bytes(SIZE // 2)
        async with wiring() as wired:
            (ours, top), (theirs, bottom) = await layered(wired, kind, tmp_path)
            top.write(data)
            bottom.write(data)
            await until(lambda: len(theirs.data) == len(ours.data) == SIZE)
            bottom.write(b"bye")
            bottom.close()
            await until(lambda: ours.lost and theirs.lost)

            assert bytes(theirs.data) == data
            assert bytes(ours.data) == data + b"bye"
            assert ours.eof

    run(body())


@pytest.mark.parametrize("kind", ["tls", "snappy"])
def test_a_reader_that_pauses_is_handed_nothing(run: Run[None], kind: str, tmp_path: Path) -> None:
    async def body() -> None:
        async with wiring() as wired:
            (_ours, top), (theirs, bottom) = await layered(wired, kind, tmp_path)
            top.write(b"first")
            await until(lambda: len(theirs.data) == 5)
            bottom.pause_reading()
            top.write(os.urandom(4 * SIZE))
            await until(lambda: top.get_write_buffer_size() > SIZE)
            assert len(theirs.data) == 5

            bottom.resume_reading()
            await until(lambda: len(theirs.data) == 4 * SIZE + 5)

    run(body())


def test_a_dead_target_ends_tls_before_it_begins(run: Run[None], tmp_path: Path) -> None:
    async def body() -> None:
        async with wiring() as wired:
            ours = Notes()
            layer = Layer(TlsCodec(Certificates(tmp_path).bridge(), server=True), ours)
            wired.open(layer.underside, b"link")
            await until(lambda: bool(wired.taken))
            wired.taken[0].stream.close()
            await until(lambda: ours.lost)

            assert isinstance(ours.error, ConnectionRefusedError)

    run(body())


def test_snappy_of_a_go_peer_is_read_in_any_pieces() -> None:
    codec, got = SnappyCodec(), []
    for index in range(len(CAPTURED)):
        got += codec.receive(CAPTURED[index : index + 1])

    assert got == [b"hello-snappy", b"A" * 300]


def test_snappy_begins_with_its_identifier_and_flushes_every_write() -> None:
    codec = SnappyCodec()
    codec.write(b"one")
    assert codec.take().startswith(IDENTIFIER)
    codec.write(b"two")

    assert b"two" in codec.take()


@pytest.mark.parametrize(
    "bad",
    [
        IDENTIFIER + b"\x00\xff\xff\xff",
        IDENTIFIER + b"\x00\x09\x00\x00" + bytes(4) + b"\xff\xff\xff\xff\x0f",
        CAPTURED[:14] + bytes(4) + CAPTURED[18:],
    ],
    ids=["long chunk", "bomb", "wrong checksum"],
)
def test_snappy_that_is_none_ends_the_stream(bad: bytes) -> None:
    with pytest.raises(ProtocolError):
        SnappyCodec().receive(bad)


def test_garbage_in_the_place_of_tls_ends_the_stream(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError):
        TlsCodec(Certificates(tmp_path).bridge(), server=True).receive(b"GET / HTTP/1.1\r\n\r\n")
