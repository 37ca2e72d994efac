"""What a host says of its certificate file, as it is set, comes and goes."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from npsgui.app.certificates import Certificates
from npsgui.model.entities import PASS_THROUGH, Scheme, Target
from tests.conftest import Run
from tests.relay.house import echo, house
from tests.relay.http_talk import HOST, host, open_ports, secure


def test_a_host_says_that_its_certificate_cannot_be_read_until_it_can(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        path = tmp_path / "a.pem"
        async with house(echo, contexts=Certificates(tmp_path).context) as made:
            one = host(1, "a.test", Target("127.0.0.1", 1), certificate=str(path))
            open_ports(made, one)
            said = made.relay.listener(HOST)
            assert str(said) == f"The certificate {path} cannot be read: No such file or directory."
            made.apply(replace(one, scheme=Scheme.HTTP))
            assert made.relay.listener(HOST) is True
            made.apply(replace(one, certificate=PASS_THROUGH))
            assert made.relay.listener(HOST) is True

            made.apply(one)
            made.relay.sweep()
            assert made.relay.listener(HOST) == said
            trustme.CA().issue_cert("a.test").private_key_and_cert_chain_pem.write_to_path(str(path))
            made.relay.sweep()
            assert made.relay.listener(HOST) is True

            path.write_text("rubbish")
            with pytest.raises(ssl.SSLError):
                await secure(made, "a.test", ssl.create_default_context())
            assert "cannot be used" in str(made.relay.listener(HOST))
            made.remove(HOST)
            made.relay.sweep()

    run(body())
