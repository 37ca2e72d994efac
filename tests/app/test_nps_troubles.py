from __future__ import annotations

from dataclasses import replace

import pytest

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything
from npsgui.model.errors import ImportFailed
from tests.app.nps_house import CLIENT, HOST, client, flow, host, imported, said, target, task, text

CHANGED, LEFT = "Taken with a change", "Left"
UNLIKE_NPS = "is not of the kind that NPS writes."
NO_RECORD = "It is no record, or has a value that cannot be kept."
NO_STORE = "NPS itself does not store it: it comes and goes with an agent."
NO_TARGET = "A tunnel needs a target, like 127.0.0.1:8080."
MODES = "tcp, udp, httpProxy, socks5, secret, p2p, file, tcpTrans"


def at(kind: str, *lines: int) -> list[str]:
    """What is said of records that are no owners."""
    file = {"client": "clients.json", "tunnel": "tasks.json", "host": "hosts.json"}[kind]
    return [f"Left: the {kind} at {file}:{line}." for line in lines]


CLIENTS: list[tuple[str, list[str]]] = [
    (text(client(RateLimit=-5)), [f"{CHANGED}: client 4. RateLimit: -5 is no limit; it is unlimited now."]),
    (text(client(MaxConn=2**62)), []),
    (
        text(client(RateLimit=2**60)),
        [f"{CHANGED}: client 4. RateLimit: {2**60} is no limit; it is unlimited now."],
    ),
    (
        text(client(Flow=flow(0, 0, 2**50))),
        [f"{CHANGED}: client 4. Flow.FlowLimit: {2**50} is no limit; it is unlimited now."],
    ),
    (
        text(client(Remark="r" * 300)),
        [f"{CHANGED}: client 4 “{'r' * 255}”. Remark: It is cut: at most 255 characters."],
    ),
    (text(client(VerifyKey="")), [f"{CHANGED}: client 4. It has a new key. A client needs a key."]),
    (
        text(client(VerifyKey=" k")),
        [f"{CHANGED}: client 4. It has a new key. A key has no spaces around it and no control characters."],
    ),
    (
        text(client(Remark="a"), client(Id=9)),
        [f"{CHANGED}: client 9. It has a new key. This key is taken by client 4 “a”."],
    ),
    (
        text(client(Remark="a"), CLIENT),
        [f"{LEFT}: client 4 “a”. The file has this id again; NPS takes the last."],
    ),
    (text(client(Id="4")), [f"{at('client', 1)[0]} “Id” {UNLIKE_NPS}"]),
    (text(client(Id=4.0)), [f"{at('client', 1)[0]} “Id” {UNLIKE_NPS}"]),
    (text(client(Id=True)), [f"{at('client', 1)[0]} “Id” {UNLIKE_NPS}"]),
    (text(client(Id=None)), [f"{at('client', 1)[0]} Id: 0 is no id; ids go from 1 to 2147483647."]),
    (text(client(Id=-1)), [f"{at('client', 1)[0]} Id: -1 is no id; ids go from 1 to 2147483647."]),
    (text(client(Id=10**30)), [f"{at('client', 1)[0]} {NO_RECORD}"]),
    (text(client(Flow=[])), [f"{at('client', 1)[0]} “Flow” {UNLIKE_NPS}"]),
    (text(client(ExpireTime=7)), [f"{at('client', 1)[0]} “ExpireTime” {UNLIKE_NPS}"]),
    (
        text(client(BlackIpList=["10.0.0.1"], IpWhite=False, ExpireAt=0)),
        [f"{CHANGED}: client 4. BlackIpList is kept, but npsgui does not heed it."],
    ),
    (text(client(NoStore=True)), [f"{at('client', 1)[0]} {NO_STORE}"]),
    (text("null", "[1]", '"x"', "7"), [f"{said} {NO_RECORD}" for said in at("client", 1, 2, 3, 4)]),
    (
        text(
            '{"X":"\\ud800"}', '{"\\ud800":0}', '{"X":NaN}', '{"X":1e999}', f'{{"X":{"[" * 40 + "]" * 40}}}'
        ),
        [f"{said} {NO_RECORD}" for said in at("client", 1, 2, 3, 4, 5)],
    ),
]

TASKS: list[tuple[str, list[str]]] = [
    (text(task(Client={"Id": 8})), [f"{LEFT}: tunnel 3. Its client 8 is not in the folder, or was left."]),
    (text(task(Client=None)), [f"{LEFT}: tunnel 3. Its client 0 is not in the folder, or was left."]),
    (text(task(Client=4)), [f"{at('tunnel', 1)[0]} “Client” {UNLIKE_NPS}"]),
    (text(task(MultiAccount="x")), [f"{at('tunnel', 1)[0]} “MultiAccount” {UNLIKE_NPS}"]),
    (
        text(task(MultiAccount={"AccountMap": {"u": 1}})),
        [f"{at('tunnel', 1)[0]} MultiAccount: An account is not of the kind that NPS writes."],
    ),
    (text(task(Mode="webServer")), [f"{at('tunnel', 1)[0]} Mode: “webServer” is none of: {MODES}."]),
    (
        text(task(Port=70000)),
        [f"{at('tunnel', 1)[0]} Port: “70000” is no port; write it like 8001 or 8001-8005,9000."],
    ),
    (
        text(task(Port=-7)),
        [f"{at('tunnel', 1)[0]} Port: “-7” is no port; write it like 8001 or 8001-8005,9000."],
    ),
    (text(task(Port=0)), [f"{LEFT}: tunnel 3. A tunnel needs a port from 1 to 65535."]),
    (
        text(task(Target=target("nowhere"))),
        [
            f"{LEFT}: tunnel 3. {NO_TARGET}",
            f"{LEFT}: tunnel 3. Target.TargetStr: “nowhere” is not a target; write it like 127.0.0.1:8080.",
        ],
    ),
    (
        text(task(Target=target("a:0\n80"))),
        [f"{CHANGED}: tunnel 3. Target.TargetStr: The port of “a:0” must be from 1 to 65535."],
    ),
    (text(task(Target=None)), [f"{LEFT}: tunnel 3. {NO_TARGET}"]),
    (text(task(ServerIp="eth0")), [f"{LEFT}: tunnel 3. “eth0” is not an address of an interface."]),
    (
        text(task(ServerIp=""), task(Id=5, Port=21005, ServerIp="")),
        ["Listening on every interface, as in NPS: tunnel 3, 5."],
    ),
    (
        text(task(Status=False, Remark="a"), task(Id=5, Remark="b")),
        [f"{LEFT}: tunnel 3 “a”. Port 21003 is taken by tunnel 5 “b”."],
    ),
    (
        text(task(Flow=flow(-1, 2**60))),
        [
            f"{CHANGED}: tunnel 3. -1 is no count of bytes; it begins at 0.",
            f"{CHANGED}: tunnel 3. {2**60} is no count of bytes; it begins at 0.",
        ],
    ),
]

HOSTS: list[tuple[str, list[str]]] = [
    (text(host(Host="a b")), [f"{LEFT}: host 1. “a b” is not a host name."]),
    (text(host(Scheme="ftp")), [f"{at('host', 1)[0]} Scheme: “ftp” is none of: all, http, https."]),
    (text(host(NoStore=True)), [f"{at('host', 1)[0]} {NO_STORE}"]),
]


@pytest.mark.parametrize(("clients", "expected"), CLIENTS)
def test_the_trouble_of_a_client_is_named(clients: str, expected: list[str]) -> None:
    assert said(imported(clients))[1:] == expected


@pytest.mark.parametrize(("tasks", "expected"), TASKS)
def test_the_trouble_of_a_tunnel_is_named(tasks: str, expected: list[str]) -> None:
    assert said(imported(text(CLIENT), tasks))[1:] == expected


@pytest.mark.parametrize(("hosts", "expected"), HOSTS)
def test_the_trouble_of_a_host_is_named(hosts: str, expected: list[str]) -> None:
    assert said(imported(text(CLIENT), "", hosts))[1:] == expected


def test_a_limit_of_tunnels_does_not_keep_out_what_nps_has() -> None:
    taken = imported(text(client(MaxTunnelNum=1)), text(task(), task(Id=5, Port=21005)), text(HOST))

    assert said(taken)[0] == "Taken: clients 1, tunnels 2, hosts 1."
    assert taken.configuration.clients[4].tunnels == 1


def test_a_tunnel_is_at_odds_with_the_ports_that_are_here() -> None:
    here = imported(text(client(Id=7, VerifyKey="k")), text(task(Id=9, Client={"Id": 7}))).configuration
    taken = imported(text(CLIENT), text(task()), into=here)

    assert said(taken)[-1] == "Left: tunnel 3. Port 21003 is taken by tunnel 9."
    assert set(taken.configuration.clients) == {4, 7}
    shared = Configuration(everything=Everything(http_port=21003))
    assert said(imported(text(CLIENT), text(task()), into=shared))[-1] == (
        "Left: tunnel 3. Port 21003 is the shared HTTP port."
    )


def test_what_only_one_may_have_is_left_when_it_is_here() -> None:
    secret = task(Mode="secret", Port=0, Password="word")
    here = imported(
        text(client(Id=7, VerifyKey="k")),
        text(secret | {"Id": 9, "Client": {"Id": 7}}),
        text(host(Id=9, Client={"Id": 7})),
    ).configuration
    here = here.with_owner(replace(here.everything, public_key="limitkey"))

    taken = imported(text(CLIENT), text(secret), text(HOST), into=here)

    assert said(taken)[0] == "Taken: clients 1, tunnels 0, hosts 0."
    assert taken.configuration.clients[4].key != "limitkey"
    assert said(taken)[-2:] == [
        "Left: tunnel 3. This password is taken by tunnel 9.",
        "Left: host 1. This place is taken by host 9.",
    ]


@pytest.mark.parametrize(
    "tasks",
    [text(task(Client={"Id": 7})), text(task(Port=1))],
    ids=["of another client", "on another port"],
)
def test_a_tunnel_that_is_not_the_one_of_its_id_here_refuses_the_import(tasks: str) -> None:
    both = text(CLIENT, client(Id=7, VerifyKey="k"))
    here = imported(both, text(task(Remark="mine"))).configuration
    mine = replace(here.tunnels[3], nps={}) if "21003" not in tasks else here.tunnels[3]

    with pytest.raises(ImportFailed, match=r"another tunnel 3 than the tunnel 3 “mine” that is here"):
        imported(both, tasks, into=here.with_owner(mine))


def test_a_tunnel_does_not_go_to_another_client_of_the_same_id() -> None:
    here = Configuration(clients={4: Client(id=4, key="k", remark="mine")})
    taken = imported(text(client(Id=5), client(Flow=[])), text(task()), into=here)

    assert said(taken)[1:] == [
        f"{at('client', 2)[0]} “Flow” {UNLIKE_NPS}",
        f"{LEFT}: tunnel 3. Its client 4 is not in the folder, or was left.",
    ]


def test_a_client_made_here_with_the_same_key_is_the_same() -> None:
    here = Configuration(clients={4: Client(id=4, key="limitkey", remark="mine")})

    assert imported(text(CLIENT), text(task()), into=here).configuration.clients == here.clients
