"""SOCKS5, without sockets: what is said, byte by byte. Source: RFC 1928 and RFC 1929."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.entities import Target
from npsgui.model.errors import ProtocolError
from npsgui.relay.socks5 import Command, Conversation, Reply, Request, format_datagram, parse_datagram, reply

NOBODY_ASKED = bytes.fromhex("050100")
TO_IPV4 = bytes.fromhex("05010001 7f000001 1f90")
TO_NAME = bytes.fromhex("05010003 0b") + b"example.com" + bytes.fromhex("0050")
TO_IPV6 = bytes.fromhex("05030004") + bytes(15) + b"\1" + bytes.fromhex("0035")


def hold(conversation: Conversation, said: bytes, split: int) -> bytes:
    """Say ``said`` in pieces of ``split`` bytes; all the answers."""
    unread, answers = bytearray(), b""
    for start in range(0, len(said), split):
        unread += said[start : start + split]
        answers += conversation.receive(unread)
    return answers


@pytest.mark.parametrize("split", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (TO_IPV4, Request(Command.CONNECT, Target("127.0.0.1", 8080))),
        (TO_NAME, Request(Command.CONNECT, Target("example.com", 80))),
        (TO_IPV6, Request(Command.UDP_ASSOCIATE, Target("::1", 53))),
        (b"\5\3\0\3\x010\0\x35", Request(Command.UDP_ASSOCIATE, Target("0", 53))),
        (b"\5\3\0\3\0\0\0", Request(Command.UDP_ASSOCIATE, Target("", 0))),
    ],
)
def test_a_request_is_understood_however_it_arrives(said: bytes, wanted: Request, split: int) -> None:
    conversation = Conversation({})

    assert hold(conversation, NOBODY_ASKED + said, split) == bytes.fromhex("0500")
    assert conversation.request == wanted


def test_what_follows_the_request_is_left_unread() -> None:
    conversation, unread = Conversation({}), bytearray(NOBODY_ASKED + TO_IPV4 + b"hello")
    conversation.receive(unread)

    assert unread == b"hello"


def test_the_right_password_opens() -> None:
    conversation = Conversation({"anna": "geheim", "bob": "x"})
    said = bytes.fromhex("05020002") + b"\1\4anna\6geheim" + TO_IPV4

    assert conversation.receive(bytearray(said)) == bytes.fromhex("0502 0100")
    assert conversation.request is not None


@pytest.mark.parametrize("said", [b"\1\4anna\1x", b"\1\3bob\6geheim", b"\1\0\0"])
def test_a_wrong_one_is_told_and_the_visitor_goes(said: bytes) -> None:
    conversation = Conversation({"anna": "geheim", "bob": "x"})

    assert conversation.receive(bytearray(bytes.fromhex("050102") + said)) == bytes.fromhex("0502 0101")
    assert conversation.failure
    assert conversation.request is None


def test_who_offers_no_method_that_is_wanted_is_told_so() -> None:
    conversation = Conversation({"anna": "geheim"})

    assert conversation.receive(bytearray(NOBODY_ASKED)) == bytes.fromhex("05ff")
    assert conversation.failure


def test_an_address_of_no_known_type_gets_code_8() -> None:
    conversation = Conversation({})

    answer = conversation.receive(bytearray(NOBODY_ASKED + bytes.fromhex("05010002 7f000001 1f90")))
    assert answer[2:4] == bytes([5, Reply.ADDRESS_NOT_SUPPORTED])


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n", b"\4\1", NOBODY_ASKED + b"\4\1\0\1\0\0\0\0"])
def test_another_protocol_is_not_answered(said: bytes) -> None:
    with pytest.raises(ProtocolError):
        Conversation({}).receive(bytearray(said))


@given(st.binary(max_size=64))
def test_no_bytes_break_the_conversation(said: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        Conversation({"a": "b"}).receive(bytearray(said))


def test_a_reply_names_the_address_that_the_target_sees() -> None:
    assert reply(Reply.SUCCEEDED, "127.0.0.1", 8080) == bytes.fromhex("05000001 7f000001 1f90")
    assert reply(Reply.SUCCEEDED, "::1", 1) == bytes.fromhex("05000004") + bytes(15) + bytes.fromhex(
        "01 0001"
    )


@given(st.binary(max_size=2000))
def test_a_datagram_is_wrapped_and_unwrapped(payload: bytes) -> None:
    parsed = parse_datagram(format_datagram("192.0.2.1", 53, payload))

    assert parsed is not None
    assert (parsed[0], bytes(parsed[1])) == (Target("192.0.2.1", 53), payload)


@pytest.mark.parametrize(
    "data", [b"", b"\0\0\0", b"\0\0\1\1\x7f\0\0\1\0\x35x", b"\0\0\0\1\x7f\0\0\1\0\0x", b"\0\0\0\3\x09abc"]
)
def test_fragments_and_nonsense_are_dropped(data: bytes) -> None:
    assert parse_datagram(data) is None
