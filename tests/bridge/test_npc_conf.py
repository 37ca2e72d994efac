"""npc's configuration file, read and carried out."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from npsgui.app.agent import AgentHandle, parse_server, read_npc_conf
from npsgui.bridge.bridge import Bridge
from npsgui.bridge.npc_conf import FileShare, SecretPort, parse_npc_conf
from npsgui.model.agents import Link, LinkKind
from npsgui.model.entities import Target
from npsgui.model.errors import NpsError
from npsgui.tasks import spawn
from tests.bridge.steward import FRESH, Steward, served
from tests.bridge.town import KEY
from tests.bridge.wiring import Notes
from tests.waiting import until

CONF = """
[common]
server_addr = {{.SERVER}}
conn_type=tcp
vkey=KEY
crypt=true
remark=pubclient
rate_limit=1000
# a comment
[health_check_test1]
health_check_timeout=1
[web]
host=c.o.test
target_addr=127.0.0.1:31003,127.0.0.1:31009
header_X-One=a=b
[ssh=home]
mode=tcp
target_addr=127.0.0.1:22
server_port=22001
[range]
mode=tcp
server_port=22010-22012
target_port=80-82
target_ip=10.0.0.1
[files]
mode=file
server_port=19008
local_path=FOLDER
strip_pre=/web
[socks]
mode=socks5
server_port=19009
multi_account=users.conf
[secret_ssh]
local_port=2001
password=ssh2
"""


HEALTH = "[common]\nserver_addr=x\nvkey=k\n[health_a]\nhealth_check_target=127.0.0.1:1\n"


def test_a_health_check_has_one_of_each_unless_it_says_so() -> None:
    (check,) = read(HEALTH).checks
    assert (check.interval, check.seconds, check.most_failed, check.path) == (1, 1, 1, "")

    (check,) = read(HEALTH + "health_check_interval=0\nhealth_check_type=http\nhealth_http_url=a b\n").checks
    assert (check.interval, check.path) == (1, "/a%20b")
    assert read(HEALTH + "health_check_target=, ,\n").skipped == ("health_a",)


def read(text: str, **names: str) -> Any:
    return parse_npc_conf(text, {"SERVER": "10.1.2.3:8024"}, lambda name: names[name])


def test_a_file_is_read_as_npc_means_it() -> None:
    conf = read(CONF, **{"users.conf": "a=1\nb = 2\n"})

    assert (conf.server, conf.key, conf.tls) == ("10.1.2.3:8024", "KEY", False)
    assert conf.client["Cnf"] == {"U": "", "P": "", "Compress": False, "Crypt": True}
    assert (conf.client["Remark"], conf.client["RateLimit"], conf.client["Id"]) == ("pubclient", 1000, 0)
    (host,) = conf.hosts
    assert (host["Host"], host["Scheme"], host["HeaderChange"]) == ("c.o.test", "all", "X-One:a=b\n")
    assert host["Target"]["TargetStr"] == "127.0.0.1:31003\n127.0.0.1:31009"
    ssh, ports, files, socks = conf.tunnels
    assert (ssh["Remark"], ssh["Mode"], ssh["Ports"], ssh["Port"]) == ("ssh=home", "tcp", "22001", 0)
    assert (ports["Ports"], ports["Target"]["TargetStr"], ports["TargetAddr"]) == (
        "22010-22012", "80-82", "10.0.0.1",
    )  # fmt: skip
    assert socks["MultiAccount"] == {"AccountMap": {"a": "1", "b": "2"}}
    assert (files["LocalPath"], conf.shares) == ("FOLDER", (FileShare("FOLDER", "/web"),))
    assert (conf.skipped, conf.secrets) == (("health_check_test1",), (SecretPort("127.0.0.1", 2001, "ssh2"),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "server_addr"),
        ("[common]\nserver_addr=x", "vkey"),
        ("[common]\nnonsense", "Line 2"),
        ("key=1", "Line 1"),
        ("[a]\n[a]", "two sections [a]"),
        (HEALTH + "health_check_interval=2.5", "health_check_interval is a number from 1 to 86400"),
        (HEALTH + "health_check_timeout=-1", "health_check_timeout is"),
        (HEALTH + "health_check_max_failed=" + "9" * 5000, "health_check_max_failed is"),
        (HEALTH + "health_check_type=icmp", "tcp or http"),
        (HEALTH + "health_check_target=host:x", "The port of “host:x”"),
    ],
)
def test_a_file_that_is_none_says_why(text: str, said: str) -> None:
    with pytest.raises(NpsError, match=said.replace("[", r"\[")):
        read(text)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NpsError, match="cannot be read"):
        read_npc_conf(tmp_path / "npc.conf")


@contextlib.asynccontextmanager
async def running(server: Target, key: str, folder: Path) -> Any:
    """Our agent with the file."""
    (folder / "users.conf").write_text("a=1")
    text = CONF.replace("KEY", key).replace("FOLDER", str(folder)).replace("{{.SERVER}}", str(server))
    (folder / "npc.conf").write_text(text)
    agent = AgentHandle(parse_server(str(server)), key, conf=read_npc_conf(folder / "npc.conf"))
    task = spawn(agent.run(), "agent")
    try:
        yield agent
    finally:
        task.cancel()
        await asyncio.wait([task])


def test_our_agent_brings_its_tunnels_and_serves_its_folder(tmp_path: Path) -> None:
    async def body(bridge: Bridge, steward: Steward, server: Target) -> None:
        (tmp_path / "hello.txt").write_text("hello")
        async with running(server, KEY, tmp_path) as agent:
            await until(lambda: agent.reading().online and 1 in bridge._files)
            notes = Notes()
            stream = bridge.open_stream(1, Link(LinkKind.FILE), notes)
            stream.write(b"GET /web/hello.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            await until(lambda: notes.eof)

            assert bytes(notes.data).startswith(b"HTTP/1.1 200")
            assert bytes(notes.data).endswith(b"\r\n\r\nhello")
        assert [grant[2] for grant in steward.granted] == ["web", "ssh=home", "range", "files", "socks"]

    served(body)


def test_of_two_folders_the_last_one_is_served_and_the_agent_stays(tmp_path: Path) -> None:
    async def body(bridge: Bridge, _steward: Steward, server: Target) -> None:
        for name in "ab":
            (tmp_path / name).mkdir()
            (tmp_path / name / "name.txt").write_text(name)
        conf = tmp_path / "npc.conf"
        conf.write_text(
            f"[common]\nserver_addr={server}\nvkey=of the file\n"
            f"[a]\nmode=file\nserver_port=1\nlocal_path={tmp_path}/a\n"
            f"[b]\nmode=file\nserver_port=2\nlocal_path={tmp_path}/b\n"
        )
        said: list[str] = []
        agent = AgentHandle(
            server, KEY, conf=read_npc_conf(conf), on_change=lambda now: said.append(str(now))
        )
        task = spawn(agent.run(), "agent")
        await until(lambda: agent.reading().online and 1 in bridge._files)
        notes = Notes()
        bridge.open_stream(1, Link(LinkKind.FILE), notes).write(
            b"GET /name.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        await until(lambda: notes.eof)

        assert bytes(notes.data).endswith(b"\r\n\r\nb")
        assert said == [f"Connecting to {server}.", f"Connected to {server}."]
        task.cancel()
        await asyncio.wait([task])

    served(body)


def test_a_public_agent_goes_on_with_the_key_it_gets(tmp_path: Path) -> None:
    async def body(_bridge: Bridge, steward: Steward, server: Target) -> None:
        async with running(server, "public", tmp_path) as agent:
            # the steward's fresh client is none of the configuration's: its key does not log in
            await until(lambda: "does not know this key" in str(agent.reading().said))

        assert steward.granted[0] == ("client", "pubclient")
        assert len(FRESH) == 16

    served(body)


def test_what_the_server_refuses_is_named(tmp_path: Path) -> None:
    async def body(_bridge: Bridge, _steward: Steward, server: Target) -> None:
        conf = tmp_path / "npc.conf"
        conf.write_text(f"[common]\nserver_addr={server}\nvkey={KEY}\n[bad]\nmode=tcp\nserver_port=1\n")
        agent = AgentHandle(server, KEY, conf=read_npc_conf(conf))
        task = spawn(agent.run(), "agent")
        await until(lambda: str(agent.reading().said) == "The server refuses: “bad”")
        task.cancel()
        await asyncio.wait([task])

    served(body)


def test_an_agent_that_may_not_configure_says_so(tmp_path: Path) -> None:
    async def body(_bridge: Bridge, _steward: Steward, server: Target) -> None:
        async with running(server, "other", tmp_path) as agent:
            await until(lambda: "closed the connection" in str(agent.reading().said))

    served(body)
