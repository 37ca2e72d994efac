from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from npsgui.app.nps_conf.records import parse
from npsgui.model.entities import Mode
from npsgui.model.errors import ImportFailed
from tests.app.nps_house import (
    SEPARATOR,
    client,
    exported,
    flow,
    host,
    imported,
    records,
    reimported,
    said,
    target,
    task,
    text,
)

# there and back

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
FORK = st.dictionaries(TEXTS.map(lambda name: f"Fork{name}"), VALUES, max_size=3)
COUNTS = st.integers(0, 2**40)
LIMITS = st.integers(0, 10**6)


@st.composite
def conf_texts(draw: st.DrawFn) -> tuple[str, str, str]:
    """Files that NPS might have written, of this or another fork."""

    def ids(most: int) -> set[int]:
        return draw(st.sets(st.integers(1, 50), min_size=1, max_size=most))

    clients = [
        client(
            Id=id_,
            VerifyKey=f"key&amp;{id_}",
            Remark=draw(TEXTS),
            Status=draw(st.booleans()),
            Cnf={"U": draw(TEXTS), "P": draw(TEXTS), "Compress": draw(st.booleans()), "Crypt": False},
            RateLimit=draw(LIMITS),
            MaxConn=draw(LIMITS),
            Flow=flow(0, 0, draw(LIMITS)),
            WebPassword=draw(TEXTS),
            **draw(FORK),
        )
        for id_ in ids(3)
    ]
    owner = st.sampled_from([{"Id": one["Id"]} for one in clients])
    tasks = [
        task(
            Id=id_,
            Port=30000 + id_,
            Mode=draw(st.sampled_from(Mode)),
            Client=draw(owner),
            Flow=flow(draw(COUNTS), draw(COUNTS)),
            Remark=draw(TEXTS),
            Password=draw(TEXTS),
            Target=target(draw(st.sampled_from(["80", "a.test:1\r\nb.test:2\n"])), draw(st.booleans())),
            MultiAccount=draw(st.none() | st.just({"AccountMap": {"u&#34;": "p<"}})),
            **draw(FORK),
        )
        for id_ in ids(3)
    ]
    hosts = [
        host(
            Id=id_,
            Host=f"h{id_}.test",
            Client=draw(owner),
            IsClose=draw(st.booleans()),
            Flow=flow(draw(COUNTS), draw(COUNTS)),
            HeaderChange=draw(TEXTS),
            **draw(FORK),
        )
        for id_ in ids(2)
    ]
    return text(*clients), text(*tasks), text(*hosts)


@given(conf_texts())
def test_import_export_import_loses_nothing(files: tuple[str, str, str]) -> None:
    taken = imported(*files)
    out = exported(taken)
    again = reimported(out)

    assert [records(content) for content in out.values()] == [records(content) for content in files]
    assert (again.configuration, again.opening) == (taken.configuration, taken.opening)
    assert exported(again) == out
    assert said(again) == said(taken)


@given(conf_texts())
def test_a_second_import_adds_nothing(files: tuple[str, str, str]) -> None:
    taken = imported(*files)
    again = imported(*files, into=taken.configuration)

    assert again.configuration is taken.configuration
    assert (again.opening, again.new) == ({}, ())


# whatever stands in the files

NAMES = st.sampled_from([*client(), *task(), *host(), *flow(0, 0), *target(""), "ExpireTime"])
NUMBERS = [-1, 0, 1, 3, 2**31, 2**53 + 1, 2**63, 10**30, -(2**70), 1.5, 1e308, float("inf"), float("nan")]
WORDS = ["tcp", "\ud800", "\x00", "127.0.0.1:80", "8001-8005"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.sampled_from([*NUMBERS, *WORDS]) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


def mixed(whole: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A record with some of its values exchanged for junk, or all junk."""
    return st.dictionaries(NAMES, JUNK, max_size=3).map(lambda junk: {**whole, **junk}) | JUNK


@given(
    st.lists(mixed(client()), max_size=3),
    st.lists(mixed(task()), max_size=3),
    st.lists(mixed(host()), max_size=2),
)
def test_no_json_of_any_shape_brings_the_import_down(
    clients: list[Any], tasks: list[Any], hosts: list[Any]
) -> None:
    def written(values: list[Any]) -> str:
        return "".join(json.dumps(value) + SEPARATOR for value in values)

    taken = imported(written(clients), written(tasks), written(hosts))
    again = reimported(exported(taken))

    assert set(again.configuration.clients) == set(taken.configuration.clients)
    assert again.opening == taken.opening


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda one: one.encode("utf-8", "surrogatepass")))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    with contextlib.suppress(ImportFailed):
        parse("clients.json", data)
