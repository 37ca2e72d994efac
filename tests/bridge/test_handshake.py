"""The handshake of both sides, and the Link header, to the letter of the captures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.bridge.conversation import Dialogue
from npsgui.bridge.handshake import (
    Errand,
    KeyRefused,
    Purpose,
    digest,
    greet_server,
    hear_purpose,
    meet_agent,
    prefixed,
    whose,
)
from npsgui.bridge.link_header import LinkReader, OurHeader, kind_of, write_link
from npsgui.model.agents import Link, LinkKind
from npsgui.model.errors import ProtocolError
from tests.bridge.captured import CAPTURED_LINK, NPC_SAYS, NPS_ANSWERS, PLAINKEY


def test_npc_is_met_as_nps_meets_it() -> None:
    dialogue = Dialogue(meet_agent())

    assert dialogue.feed() == b""
    assert dialogue.feed(NPC_SAYS) == NPS_ANSWERS
    assert dialogue.feed(PLAINKEY + b"main") == b""
    assert dialogue.learned is not None
    assert (dialogue.learned.version, dialogue.learned.key_digest) == ("0.26.10", digest("plainkey"))
    assert dialogue.rest == b"main"


@given(st.lists(st.integers(0, len(NPC_SAYS + PLAINKEY)), max_size=6).map(sorted))
def test_any_split_of_the_handshake_is_understood(cuts: list[int]) -> None:
    data = NPC_SAYS + PLAINKEY
    dialogue = Dialogue(meet_agent())
    sent = dialogue.feed()
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        sent += dialogue.feed(data[start:end])

    assert (sent, dialogue.done, dialogue.rest) == (NPS_ANSWERS, True, b"")


@pytest.mark.parametrize(
    "data",
    [
        b"TST" + prefixed(b"0.27.0") + prefixed(b"1"),
        b"TST" + b"\xff\xff\xff\xff",
        b"TST" + b"\x00\x00\x00\x7f",
        b"TST" + prefixed(b"0.26.0") + (257).to_bytes(4, "little"),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_a_stranger_gets_no_answer(data: bytes) -> None:
    dialogue = Dialogue(meet_agent())

    with pytest.raises(ProtocolError):
        dialogue.feed(data)


@pytest.mark.parametrize(
    ("data", "purpose", "rest"),
    [
        (b"main", Purpose(Errand.MAIN), b""),
        (b"chan\x00\xff", Purpose(Errand.CHAN), b"\x00\xff"),
        (bytes.fromhex("7267737403000000"), Purpose(Errand.REGISTER, b"\x03\x00\x00\x00"), b""),
        (b"sert" + digest("sec1") + b"secret!", Purpose(Errand.SECRET, digest("sec1")), b"secret!"),
    ],
)
def test_a_work_flag_is_read(data: bytes, purpose: Purpose, rest: bytes) -> None:
    dialogue = Dialogue(hear_purpose())
    dialogue.feed(data)

    assert (dialogue.learned, dialogue.rest) == (purpose, rest)


def test_an_unknown_work_flag_ends_the_connection() -> None:
    with pytest.raises(ProtocolError):
        Dialogue(hear_purpose()).feed(b"nope")


def test_our_agent_says_what_npc_says() -> None:
    dialogue = Dialogue(greet_server("plainkey", Purpose(Errand.MAIN)))

    assert dialogue.feed().startswith(NPC_SAYS[:13])
    assert dialogue.feed(NPS_ANSWERS) == PLAINKEY
    assert dialogue.feed(b"sucs") == b"main"
    assert dialogue.done


def test_our_agent_gives_up_on_a_refused_key() -> None:
    dialogue = Dialogue(greet_server("plainkey", Purpose(Errand.MAIN)))
    dialogue.feed()

    with pytest.raises(KeyRefused):
        dialogue.feed(NPS_ANSWERS + b"vkey")


def test_a_key_is_found_by_its_digest() -> None:
    known = [(digest(key), ident) for ident, key in enumerate(["a", "b", "c"], 1)]

    assert [whose(digest(key), known) for key in "abcd"] == [1, 2, 3, None]


def test_a_link_is_written_as_nps_writes_it() -> None:
    made = write_link(Link(LinkKind.TCP, "127.0.0.1:31001", "127.0.0.1:53552"))

    assert made == bytes.fromhex("9c000000") + CAPTURED_LINK


def test_a_link_escapes_what_go_escapes() -> None:
    assert b'"Host":"a\\u003c\\u003e\\u0026b"' in write_link(Link(LinkKind.TCP, "a<>&b"))


@given(st.lists(st.integers(0, 170), max_size=5).map(sorted))
def test_a_link_is_read_from_any_split_and_no_byte_too_far(cuts: list[int]) -> None:
    data = prefixed(CAPTURED_LINK) + b"payload!"
    cuts = [min(cut, len(data)) for cut in cuts]
    reader, left = LinkReader(), b""
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        part = data[start:end]
        left += part[reader.take(memoryview(part)) :]

    header = reader.header()
    assert left == b"payload!"
    assert (kind_of(header), header.host, header.option.timeout) == (
        LinkKind.TCP,
        "127.0.0.1:31001",
        5 * 10**9,
    )
    assert not header.half_close


def test_half_close_is_told_to_npsgui_alone() -> None:
    reader = LinkReader()
    reader.take(memoryview(write_link(Link(LinkKind.TCP, "x:1"), half_close=True)))

    assert reader.header().half_close
    assert b"HalfClose" not in write_link(Link(LinkKind.TCP, "x:1"))


def test_http_links_pass_as_tcp_and_unknown_ones_do_not() -> None:
    assert kind_of(OurHeader(conn_type="http")) is LinkKind.TCP
    with pytest.raises(ProtocolError):
        kind_of(OurHeader(conn_type="sctp"))


DEEP = b'{"Host":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
NO_LINKS = [b"\x00\x00\x00\x00", b"\x01\x00\x01\x00", prefixed(b"[]"), prefixed(b"null")]


@pytest.mark.parametrize("data", [*NO_LINKS, pytest.param(prefixed(DEEP), id="deep")])
def test_a_link_that_is_none_is_refused(data: bytes) -> None:
    def read() -> None:
        reader = LinkReader()
        reader.take(memoryview(data))
        reader.header()

    with pytest.raises(ProtocolError):
        read()
