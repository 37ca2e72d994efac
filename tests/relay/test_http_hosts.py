"""Hosts on the shared HTTP and HTTPS ports, over real sockets, with curl as a visitor."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from npsgui.app.certificates import Certificates
from npsgui.model.entities import (
    PASS_THROUGH,
    Account,
    Client,
    Everything,
    Host,
    Limits,
    OwnerKey,
    OwnerKind,
    Scheme,
    Target,
)
from npsgui.model.errors import ProtocolError
from npsgui.model.views import Sentence
from npsgui.relay.http.client_hello import server_name
from npsgui.relay.http.routes import Routes
from tests.conftest import Run
from tests.relay.house import CLIENT, House, Serve, echo, free_port, hang_up, house, serving
from tests.relay.http_talk import HOST, answer, get, hello, host, open_ports, read_head, secure, tell, visit


def named(name: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(name) + name)

    return serve


def test_the_exact_host_wins_then_the_longest_wildcard_then_the_longest_location() -> None:
    target = Target("127.0.0.1", 1)
    routes = Routes(
        [
            host(1, "a.test", target),
            host(2, "a.test", target, location="/api"),
            host(3, "*.test", target),
            host(4, "*.b.test", target),
            host(5, "s.test", target, scheme=Scheme.HTTPS),
            host(6, "only.test", target, location="/x"),
        ]
    )

    def found(name: str, path: str, scheme: str = "http") -> int | None:
        one = routes.find(scheme, name, path)
        return None if one is None else one.id

    assert found("a.test", "/") == 1
    assert found("A.Test.", "/api/v1") == 2
    assert found("c.test", "/") == 3
    assert found("x.b.test", "/") == 4
    assert found("x.y.b.test", "/") == 4
    assert found("s.test", "/") == 3
    assert found("s.test", "/", "https") == 5
    assert found("only.test", "/x") == 6
    assert found("only.test", "/") == 3
    assert found("test", "/") is None


def test_each_request_of_a_kept_connection_is_routed_and_charged_for_itself(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell, tell) as targets, house(echo) as made:
            open_ports(made, host(1, "a.test", targets[0]), host(2, "b.test", targets[1], location="/x"))
            stream, sent = await visit(made), {1: 0, 2: 0}
            for number, name, path in (
                (1, "a.test", "/1"),
                (1, "a.test", "/2"),
                (2, "b.test", "/x"),
                (1, "a.test", "/"),
            ):
                request = get(name, path)
                sent[number] += len(request)
                stream[1].write(request)
                _, told = await answer(stream)

                assert told.startswith(f"GET {path} HTTP/1.1\r\nHost: {name}\r\n".encode())
            for number, count in sent.items():
                assert made.flow(OwnerKey(OwnerKind.HOST, number)).inlet == count
            assert made.flow(CLIENT).inlet == sum(sent.values())
            await hang_up(stream)

    run(body())


def test_pipelined_requests_to_two_hosts_are_answered_in_order(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(named(b"a"), named(b"b")) as targets, house(echo) as made:
            open_ports(made, host(1, "a.test", targets[0]), host(2, "b.test", targets[1]))
            stream = await visit(made)
            stream[1].write(get("a.test") + get("b.test") + get("a.test") + get("b.test"))

            assert [(await answer(stream))[1] for _ in range(4)] == [b"a", b"b", b"a", b"b"]
            await hang_up(stream)

    run(body())


def test_the_target_is_told_who_asks_and_what_is_set_for_it(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            changed = host(
                1, "a.test", targets[0], host_change="inner", headers=(("X-A", "set"), ("User-Agent", "me"))
            )
            open_ports(made, changed)
            stream = await visit(made)
            stream[1].write(
                get("a.test", "/", "X-Forwarded-For: 10.0.0.1", "User-Agent: you", "X-Real-IP: fake")
            )
            _, told = await answer(stream)

            lines = told.split(b"\r\n")
            assert b"Host: inner" in lines
            assert b"X-Forwarded-For: 10.0.0.1, 127.0.0.1" in lines
            assert b"X-Real-IP: 127.0.0.1" in lines
            assert b"X-Forwarded-Proto: http" in lines
            assert b"X-Forwarded-Host: a.test" in lines
            assert b"User-Agent: me" in lines
            assert told.count(b"X-Real-IP") == told.count(b"User-Agent") == 1
            await hang_up(stream)

    run(body())


@pytest.mark.parametrize(
    ("request_text", "status", "said"),
    [
        (get("nobody.test"), 404, b"nobody.test/"),
        (get("a.test", "/", "Authorization: Basic eDp4"), 401, b"password"),
        (get("dead.test"), 502, b"refused"),
        (get("stopped.test"), 503, b"Stopped"),
        (get("full.test"), 429, b"quota"),
        (b"CONNECT a.test:1 HTTP/1.1\r\nHost: a.test\r\n\r\n", 405, b"proxy"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, b"host"),
        (b"GET /<b> HTTP/1.1\r\nHost: b.test\r\n\r\n", 404, b"&lt;b&gt;"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    run: Run[Any], request_text: bytes, status: int, said: bytes
) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            open_ports(
                made,
                host(1, "a.test", targets[0], accounts=(Account("anna", "geheim"),)),
                host(2, "dead.test", Target("127.0.0.1", free_port())),
                host(3, "stopped.test", targets[0], enabled=False),
                host(4, "full.test", targets[0], limits=Limits(quota=1)),
            )
            full = made.flow(OwnerKey(OwnerKind.HOST, 4))
            full.inlet = 1
            stream = await visit(made)
            stream[1].write(request_text)
            head, page = await answer(stream)

            assert head.startswith(b"HTTP/1.1 %d " % status)
            assert said in page
            await hang_up(stream)

    run(body())


def test_an_edit_is_felt_by_the_next_request_of_an_open_connection(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(named(b"a"), named(b"b")) as targets, house(echo) as made:
            open_ports(made, host(1, "a.test", targets[0]))
            stream = await visit(made)
            stream[1].write(get("a.test"))
            assert (await answer(stream))[1] == b"a"
            made.apply(host(1, "a.test", targets[1]))
            stream[1].write(get("a.test"))

            assert (await answer(stream))[1] == b"b"
            await hang_up(stream)

    run(body())


def test_a_port_in_use_is_told_of_every_host_and_opened_once_it_is_free(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            taken = await asyncio.start_server(echo, "127.0.0.1", 0)
            port = taken.sockets[0].getsockname()[1]
            made.apply(host(1, "a.test", targets[0], scheme=Scheme.HTTP))
            assert str(made.relay.listener(HOST)).startswith("There is no shared port")
            made.apply(Everything(http_port=port))
            assert str(made.relay.listener(HOST)) == f"Port {port} on 127.0.0.1 is in use."
            taken.close()
            await taken.wait_closed()
            made.relay.sweep()

            assert made.relay.listener(HOST) is True
            assert not isinstance(made.relay.listener(HOST), Sentence)

    run(body())


def secure_house(made: House, tmp_path: Path, authority: trustme.CA, *hosts: Host) -> None:
    """Open the ports of ``made`` with certificates of ``authority`` for hosts that have a path of one."""
    for one in hosts:
        if one.certificate.startswith("/"):
            authority.issue_cert(one.host).private_key_and_cert_chain_pem.write_to_path(one.certificate)
    open_ports(made, *hosts)


def test_a_visitor_may_leave_at_any_time_of_tls_and_the_log_stays_empty(
    run: Run[Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def body() -> None:
        authority = trustme.CA()
        context = ssl.create_default_context()
        authority.configure_trust(context)
        certificates = Certificates(tmp_path)
        async with serving(tell) as targets, house(echo, contexts=certificates.context) as made:
            path = str(tmp_path / "a.pem")
            secure_house(made, tmp_path, authority, host(1, "a.test", targets[0], certificate=path))
            for said in (b"", b"GET / HT"):
                stream = await secure(made, "a.test", context)
                stream[1].write(said)
                await hang_up(stream)

    run(body())
    assert "eof_received" not in caplog.text


def test_tls_ends_here_with_the_certificate_that_its_name_asks_for(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        authority = trustme.CA()
        context = ssl.create_default_context()
        authority.configure_trust(context)
        certificates = Certificates(tmp_path)
        async with serving(tell, named(b"b")) as targets, house(echo, contexts=certificates.context) as made:
            secure_house(
                made,
                tmp_path,
                authority,
                host(1, "a.test", targets[0], certificate=str(tmp_path / "a.pem")),
                host(2, "b.test", targets[1], certificate=str(tmp_path / "b.pem")),
            )
            stream = await secure(made, "a.test", context)
            request = get("a.test")
            stream[1].write(request)
            head, told = await answer(stream)
            other = await secure(made, "b.test", context)
            other[1].write(get("b.test"))

            assert b"X-Forwarded-Proto: https\r\n" in told
            assert (await answer(other))[1] == b"b"
            assert made.flow(HOST).inlet == len(request)
            assert made.flow(HOST).export == len(head) + len(told)
            for one in (stream, other):
                await hang_up(one)

    run(body())


def test_a_self_signed_certificate_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    one = host(1, "*.a.test", Target("127.0.0.1", 1))
    context = certificates.context(one)
    path = tmp_path / "certificates" / "@.a.test.pem"

    assert path.stat().st_mode & 0o777 == 0o600
    assert certificates.context(one) is context
    Certificates(tmp_path).context(one)
    trusting = ssl.create_default_context(cafile=str(path))
    assert trusting.cert_store_stats()["x509"] == 1


@pytest.mark.parametrize("certificate", ["/nowhere.pem", "/no\0where.pem", __file__])
def test_a_certificate_that_cannot_be_used_says_why(tmp_path: Path, certificate: str) -> None:
    with pytest.raises(Exception, match="cannot be") as caught:
        Certificates(tmp_path).context(replace(host(1, "a", Target("x", 1)), certificate=certificate))

    assert certificate in str(caught.value)


def test_tls_passes_through_to_a_host_that_ends_it_itself(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        authority = trustme.CA()
        context, theirs = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.configure_trust(context)
        authority.issue_cert("own.test").configure_cert(theirs)
        server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=theirs)
        target = Target("127.0.0.1", server.sockets[0].getsockname()[1])
        async with house(echo) as made:
            open_ports(made, host(1, "own.test", target, certificate=PASS_THROUGH))
            stream = await secure(made, "own.test", context)
            stream[1].write(b"hello")

            assert await stream[0].readexactly(5) == b"hello"
            assert made.flow(HOST).inlet > 200  # the ClientHello counts, too
            await hang_up(stream)
        server.close()

    run(body())


def test_a_hello_in_thousands_of_records_is_refused() -> None:
    with pytest.raises(ProtocolError, match="too many records"):
        server_name(b"\x16\x03\x01\x00\x01\x01" * 10_000)


def test_the_name_is_found_however_the_hello_arrives() -> None:
    whole = hello("a.test")

    assert all(server_name(whole[:end]) is None for end in range(1, len(whole)))
    assert server_name(whole) == "a.test"
    payload = whole[5:]
    records = b"".join(
        b"\x16\x03\x01" + len(part).to_bytes(2) + part for part in (payload[:3], payload[3:50], payload[50:])
    )
    assert server_name(records) == "a.test"


def test_curl_gets_a_page_over_http_and_https(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        certificates = Certificates(tmp_path)
        async with serving(named(b"hello")) as targets, house(echo, contexts=certificates.context) as made:
            open_ports(made, host(1, "a.test", targets[0]))
            certificates.context(made.configuration.hosts[1])
            for scheme in ("http", "https"):
                port = made.relay.shared_port(scheme)
                curl = await asyncio.create_subprocess_exec(
                    *(
                        "curl",
                        "-sS",
                        "--max-time",
                        "10",
                        "--cacert",
                        str(tmp_path / "certificates" / "a.test.pem"),
                    ),
                    *("--resolve", f"a.test:{port}:127.0.0.1", f"{scheme}://a.test:{port}/"),
                    stdout=asyncio.subprocess.PIPE,
                )
                said, _ = await curl.communicate()

                assert said == b"hello"

    run(body())


def test_a_client_that_is_stopped_refuses_its_hosts_requests(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(tell) as targets, house(echo) as made:
            open_ports(made, host(1, "a.test", targets[0]))
            made.apply(Client(id=1, key="k", enabled=False))
            stream = await visit(made)
            stream[1].write(get("a.test"))

            assert (await answer(stream))[0].startswith(b"HTTP/1.1 503 ")
            await hang_up(stream)

    run(body())
