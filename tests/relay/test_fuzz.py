"""Every parser of the relay under bytes of all kinds, briefly; at length: ``python -m tests.fuzz 600``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.parsers import PARSERS

FOUND = [
    ("request", b"GET http://a\x82/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    (
        "request",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost:a\r\nHost: b\r\n\r\n",
    ),
    ("request", b'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3 ;a="b"\r\nabc\r\n'),
]
"""What fuzzing has found, by parser."""


@pytest.mark.parametrize("parser", PARSERS)
@given(st.data())
def test_no_bytes_break_a_parser(parser: str, data: st.DataObject) -> None:
    check, examples = PARSERS[parser]
    check(data.draw(examples))


@pytest.mark.parametrize(("parser", "data"), FOUND)
def test_what_fuzzing_found_stays_mended(parser: str, data: bytes) -> None:
    PARSERS[parser][0](data)
