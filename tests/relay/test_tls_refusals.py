"""Who cannot be led anywhere by TLS learns that in TLS's own words."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from typing import Any

import pytest

from npsgui.model.entities import PASS_THROUGH, Host, Target
from npsgui.model.errors import NpsError
from tests.conftest import Run
from tests.relay.house import echo, free_port, hang_up, house, read_all
from tests.relay.http_talk import get, host, open_ports, secure


@pytest.mark.parametrize(
    ("asked", "words", "enabled", "reason"),
    [
        ("nobody.test", {}, True, "UNRECOGNIZED_NAME"),
        ("a.test", {"certificate": PASS_THROUGH}, False, "ACCESS_DENIED"),
        ("a.test", {"certificate": PASS_THROUGH}, True, "INTERNAL_ERROR"),
        ("a.test", {"certificate": "/nothing.pem"}, True, "INTERNAL_ERROR"),
    ],
    ids=["no such host", "stopped", "target refuses", "no certificate"],
)
def test_a_handshake_ends_with_the_reason(
    run: Run[Any], asked: str, words: dict[str, str], enabled: bool, reason: str
) -> None:
    def no_certificate(one: Host) -> ssl.SSLContext:
        raise NpsError("There is no certificate for {owner}.", owner=one.owner)

    async def body() -> None:
        async with house(echo, contexts=no_certificate) as made:
            open_ports(made, host(1, "a.test", Target("127.0.0.1", free_port()), **words))
            made.apply(replace(made.configuration.hosts[1], enabled=enabled))
            with pytest.raises(ssl.SSLError) as caught:
                await secure(made, asked, ssl.create_default_context())
            assert str(caught.value.reason).endswith(reason)

    run(body())


@pytest.mark.parametrize(
    ("said", "told"), [(get("a.test"), b"HTTP/1.1 400 "), (b"\0\1", b""), (b"\x16\2", b"")]
)
def test_what_is_no_tls_is_gone_with(run: Run[Any], said: bytes, told: bytes) -> None:
    async def body() -> None:
        async with house(echo) as made:
            open_ports(made)
            stream = await asyncio.open_connection("127.0.0.1", made.relay.shared_port("https"))
            stream[1].write(said)

            assert (await read_all(stream))[: len(told) or 1] == told
            await hang_up(stream)

    run(body())
