from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from npsgui.app.nps_conf.handover import give
from npsgui.app.nps_conf.records import format_records, parse
from npsgui.model.accounts import Totals
from npsgui.model.configuration import Configuration
from npsgui.model.entities import (
    Account,
    Client,
    Host,
    Limits,
    OwnerKey,
    OwnerKind,
    Scheme,
    Target,
    Tunnel,
    Via,
)
from tests.app.nps_house import (
    CLIENT,
    SEPARATOR,
    TASK,
    client,
    exported,
    flow,
    host,
    imported,
    records,
    said,
    target,
    task,
    text,
)  # fmt: skip


def test_a_client_keeps_its_meaning_in_our_units() -> None:
    record = client(
        VerifyKey="k&amp;ey",
        Remark="<b>",
        Flow=flow(1, 2, 5),
        RateLimit=512,
        MaxConn=9,
        MaxTunnelNum=3,
        Status=False,
    )

    assert imported(text(record)).configuration.clients == {
        4: Client(
            id=4,
            key="k&amp;ey",
            remark="<b>",
            enabled=False,
            limits=Limits(quota=5 * 2**20, rate=512 * 1024, connections=9),
            tunnels=3,
            nps=record,
        )
    }


def test_a_tunnel_keeps_its_meaning() -> None:
    record = task(
        Port=8001,
        ServerIp="",
        Remark="ssh",
        Target=target("8080\r\n[::1]:22\n:25\n", local=False),
        Flow=flow(3, 4),
    )
    taken = imported(text(CLIENT), text(record))

    assert taken.configuration.tunnels == {
        3: Tunnel(
            id=3,
            client=4,
            remark="ssh",
            bind="",
            ports=(8001,),
            targets=(Target("127.0.0.1", 8080), Target("::1", 22), Target("127.0.0.1", 25)),
            via=Via.AGENT,
            nps=record,
        )
    }
    assert taken.opening == {OwnerKey(OwnerKind.TUNNEL, 3): Totals(3, 4)}


def test_who_may_use_a_proxy_is_kept() -> None:
    guarded = client(Cnf={"U": "ann", "P": "p&amp;w", "Compress": True, "Crypt": False})
    of_its_own = task(Mode="socks5", MultiAccount={"AccountMap": {"bob": "1", "": ""}})
    half = client(Id=5, VerifyKey="k", Cnf={"U": "ann", "P": "", "Compress": False, "Crypt": False})
    taken = imported(text(guarded, half), text(of_its_own))

    assert taken.configuration.clients[4].accounts == (Account("ann", "p&amp;w"),)
    assert taken.configuration.clients[5].accounts == ()
    assert taken.configuration.tunnels[3].accounts == (Account("bob", "1"), Account("", ""))


def test_an_edit_of_the_accounts_is_written_and_what_stands_beside_them_stays() -> None:
    guarded = client(Cnf={"U": "ann", "P": "1", "Compress": True, "Crypt": False})
    taken = imported(
        text(guarded), text(task(Mode="socks5", MultiAccount={"AccountMap": {"ann": "1"}, "Fork": 7}))
    )
    new = (Account("bob", "2"),)
    edited = taken.configuration.with_owner(replace(taken.configuration.clients[4], accounts=new))
    edited = edited.with_owner(replace(edited.tunnels[3], accounts=new))
    files = exported(replace(taken, configuration=edited))
    bare = exported(replace(taken, configuration=edited.with_owner(replace(edited.tunnels[3], accounts=()))))

    assert records(files["clients.json"])[4]["Cnf"] == {
        "U": "bob",
        "P": "2",
        "Compress": True,
        "Crypt": False,
    }
    assert records(files["tasks.json"])[3]["MultiAccount"] == {"AccountMap": {"bob": "2"}, "Fork": 7}
    assert records(bare["tasks.json"])[3]["MultiAccount"] is None


def test_a_host_keeps_its_meaning() -> None:
    record = host(Host="*.w.test", Location="", Scheme="https", IsClose=True, Flow=flow(5, 6))
    taken = imported(text(CLIENT), "", text(record))

    assert taken.configuration.hosts == {
        1: Host(
            id=1,
            client=4,
            enabled=False,
            scheme=Scheme.HTTPS,
            host="*.w.test",
            targets=(Target("127.0.0.1", 31003),),
            via=Via.AGENT,
            nps=record,
        )
    }
    assert taken.opening == {OwnerKey(OwnerKind.HOST, 1): Totals(5, 6)}


def test_records_of_the_least_that_nps_accepts_are_taken() -> None:
    taken = imported(
        text({"Id": 1, "VerifyKey": "k", "Status": True}),
        text({"Id": 1, "Port": 9, "Mode": "tcp", "Client": {"Id": 1}, "Target": {"TargetStr": "8"}}),
        text({"Id": 1, "Host": "a.test", "Client": {"Id": 1}, "Target": {"TargetStr": "8"}}),
    )

    assert said(taken)[0] == "Taken: clients 1, tunnels 1, hosts 1."
    for content in exported(taken).values():
        record = json.loads(content.removesuffix(SEPARATOR))
        assert all(
            isinstance(record[name], dict) for name in ("Cnf", "Flow", "Target", "Client") if name in record
        )


def test_several_ports_are_one_tunnel() -> None:
    taken = imported(text(CLIENT), text(task(Port=0, Ports="8001-8003,9000"), task(Id=4, Port=0, Ports="x")))

    assert taken.configuration.tunnels[3].ports == (8001, 8002, 8003, 9000)
    assert json.loads(exported(taken)["tasks.json"].removesuffix(SEPARATOR))["Ports"] == "8001-8003,9000"
    assert said(taken)[-2:] == [
        "Left: tunnel 4. A tunnel needs a port from 1 to 65535.",
        "Left: tunnel 4. Ports: “x” is no port; write it like 8001 or 8001-8005,9000.",
    ]


def test_an_expiry_of_yisiers_fork_is_one_of_ours() -> None:
    times = {1: "2030-01-02 03:04:05", 2: "", 3: "0001-01-01 00:00:00", 4: "soon"}
    taken = imported(
        text(*(client(Id=id_, VerifyKey=str(id_), ExpireTime=time) for id_, time in times.items()))
    )
    expiries = [one.expires for one in taken.configuration.clients.values()]
    edited = replace(taken.configuration.clients[2], expires=expiries[0])
    later = replace(taken, configuration=taken.configuration.with_owner(edited))
    times_out = [one["ExpireTime"] for one in records(exported(later)["clients.json"]).values()]

    assert expiries == [int(datetime(2030, 1, 2, 3, 4, 5).timestamp()), 0, 0, 0]
    assert said(taken)[1:] == [
        "Taken with a change: client 4. ExpireTime: “soon” is not a time; it never expires now."
    ]
    assert times_out == [times[1], times[1], times[3], times[4]]


def test_counters_of_a_client_that_its_tunnels_do_not_make_up_are_not_dropped_in_silence() -> None:
    clients = (
        client(Id=4, VerifyKey="4", Flow=flow(30, 3)),
        client(Id=5, VerifyKey="5", Flow=flow(31, 3)),
        client(Id=6, VerifyKey="6", Flow=flow(-1, 0)),
    )
    owned = {"ServerIp": "127.0.0.1", "Flow": flow(20, 3)}
    tasks = (task(Id=4, **owned), task(Id=5, Port=21005, Client={"Id": 5}, **owned))
    hosts = (host(Id=4, Flow=flow(10, 0)), host(Id=5, Client={"Id": 5}, Host="v.test", Flow=flow(10, 0)))

    assert said(imported(text(*clients), text(*tasks), text(*hosts)))[1:] == [
        "A client counts what its tunnels and hosts have carried; NPS had counted more: client 5."
    ]


def test_go_escapes_and_separators_are_written_as_nps_does() -> None:
    assert format_records([{"a": "<&>\u2028“"}, {}]) == '{"a":"\\u003c\\u0026\\u003e\\u2028“"}\n*#*{}\n*#*'


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n",
        SEPARATOR,
        "\ufeff" + TASK,
        TASK,
        f"\n{TASK}\n",
        f"{TASK}{SEPARATOR}{SEPARATOR}\n",
        f"{TASK}\r{SEPARATOR}\r\n",
    ],
)
def test_blanks_and_a_missing_last_separator_do_not_matter(content: str) -> None:
    assert [one.fields for one in parse("f", content.encode())] == (
        [json.loads(TASK)] if TASK in content else []
    )


def test_what_nps_would_not_store_is_left_out() -> None:
    passing = {"NoStore": True}
    configuration = Configuration(
        clients={1: Client(id=1, key="a", nps=passing), 2: Client(id=2, key="b")},
        tunnels={
            1: Tunnel(id=1, client=1, ports=(1,)),
            2: Tunnel(id=2, client=2, ports=(2,), nps=passing),
            3: Tunnel(id=3, client=2, ports=(3,)),
        },
        hosts={1: Host(id=1, client=1, host="a.test")},
    )
    given_ = give(configuration, {})

    assert [list(records(content)) for content in given_.files.values()] == [[2], [3], []]
    assert str(given_.said[0]) == "Written: clients 1, tunnels 1, hosts 0."


def test_what_was_made_here_has_all_that_nps_needs() -> None:
    configuration = Configuration(
        clients={1: Client(id=1, key="k", limits=Limits(quota=1, rate=1))},
        tunnels={
            1: Tunnel(id=1, client=1, ports=(8001, 8002), targets=(Target("::1", 80),), limits=Limits(rate=5))
        },
        hosts={1: Host(id=1, client=1, host="a.test", targets=(Target("b", 81),))},
    )
    given_ = give(configuration, {owner.owner: Totals(7, 8) for owner in configuration.owners()})
    clients, tasks, hosts = (records(content)[1] for content in given_.files.values())

    assert (clients["Flow"], clients["RateLimit"]) == (flow(7, 8, 1), 1)
    assert (tasks["Port"], tasks["Ports"], tasks["Mode"], tasks["Status"]) == (8001, "8001-8002", "tcp", True)
    assert tasks["Target"] == target("[::1]:80")
    assert (hosts["Location"], hosts["Scheme"], hosts["Client"]) == ("/", "all", {"Id": 1})
    assert set(tasks) == set(task())
    assert [str(sentence) for sentence in given_.said[1:-1]] == [
        "NPS has no exact place for quota, rate of client 1.",
        "NPS has no exact place for rate, port of tunnel 1.",
    ]
