"""A chart's bars divided by what an owner owns, or by visitors: the parts add up to the whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.events import MinuteTurned
from npsgui.model.peers import OTHERS, PeerUsage
from npsgui.model.views import Sample, Usage
from npsgui.ui.chart.bar import ChartBar
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.data import Range
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.chart.lines import Lines
from npsgui.ui.chart.sources import owned_parts
from npsgui.ui.chart.stack import REST, Stacking, divide, stacked_lines
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme
from tests.ui.fake_program import NOW, FakeProgram, row

ONE = OwnerKey(OwnerKind.CLIENT, 1)
WEB, SSH = OwnerKey(OwnerKind.TUNNEL, 5), OwnerKey(OwnerKind.HOST, 6)
MINUTE = int(NOW) // 60 * 60
DAY = int(NOW) // 86400 * 86400


@pytest.fixture
def program() -> FakeProgram:
    made = FakeProgram(row(ONE), row(WEB, remark="web"), row(SSH, remark="ssh"))
    made.rows[WEB] = made.rows[WEB]._replace(client=1, inlet=9000)
    made.rows[SSH] = made.rows[SSH]._replace(client=1)
    made.usages = {
        ONE: [Usage(MINUTE - 120, 10, 20), Usage(MINUTE - 60, 100, 200)],
        WEB: [Usage(MINUTE - 60, 50, 60)],
        SSH: [Usage(MINUTE - 120, 1, 2), Usage(MINUTE - 60, 3, 4)],
    }
    return made


def fed(
    chart: TrafficChart, program: FakeProgram, more: Callable[[ChartFeed], Awaitable[None]] | None = None
) -> ChartFeed:
    """The chart with the hour, or the range that it shows, of client 1, stacked by what it owns."""
    feed = ChartFeed(program, chart, clock=lambda: NOW)

    async def body() -> None:
        feed.show_owner(ONE)
        feed.stack_by(Stacking.OWNED)
        await settled()
        if more is not None:
            await more(feed)
        feed._rest.stop()  # no loop runs when it is over

    asyncio.run(body())
    return feed


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def parts_of(chart: TrafficChart) -> dict[str, list[float]]:
    layers = chart.figure.layers
    assert layers is not None
    return {name: part.tolist() for name, part in zip(layers.names, layers.parts, strict=True)}


def test_what_no_part_has_is_the_others() -> None:
    starts, whole = np.array([0, 60, 120]), np.array([10, 20, 30])
    first, rest = divide(starts, whole, [(np.array([60, 120, 180]), np.array([5, 30, 7]))])

    assert first.tolist() == [0, 5, 30]
    assert rest.tolist() == [10, 15, 0]


def test_a_client_is_stacked_from_its_tunnels_and_hosts(chart: TrafficChart, program: FakeProgram) -> None:
    chart.set_range(Range.HOUR)
    fed(chart, program)

    assert parts_of(chart) == {"web": [0, 110], "ssh": [3, 7], REST: [27, 183]}
    assert chart.legend.names() == ["web", "ssh", "others"]

    chart.plot.pointed.emit(chart.plot.point_at(MINUTE - 30, 0))
    assert "web 110 B 110 B" in chart.readout.text()
    assert "in all 300 B 300 B" in chart.readout.text()


def test_a_turned_minute_is_stacked_too(chart: TrafficChart, program: FakeProgram) -> None:
    async def turn(feed: ChartFeed) -> None:
        program.usages = {ONE: [Usage(MINUTE, 9, 0)], WEB: [Usage(MINUTE, 8, 0)], SSH: []}
        program.events.push(MinuteTurned(MINUTE - 60))
        await settled()

    chart.set_range(Range.HOUR)
    fed(chart, program, turn)

    assert parts_of(chart) == {"web": [0, 110, 8], "ssh": [3, 7, 0], REST: [27, 183, 1]}


def test_live_rates_are_stacked_by_the_second() -> None:
    whole = Lines.of([Sample(at, 10.0, 5.0) for at in (1.0, 2.0, 9.0)])
    layers = stacked_lines(whole, {"web": Lines.of([Sample(2.0, 3.0, 4.0)])})

    assert layers.starts.tolist() == [0.0, 1.0, 8.0]
    assert [part.tolist() for part in layers.parts] == [[0, 7, 0], [15, 8, 15]]


def test_a_month_is_stacked_by_visitor_and_keeps_the_sum(chart: TrafficChart, program: FakeProgram) -> None:
    program.visitors[ONE] = [
        *(PeerUsage(DAY, f"192.0.2.{n}", 100 * n, n) for n in range(1, 9)),
        PeerUsage(DAY - 86400, "192.0.2.8", 5, 5),
        PeerUsage(DAY, OTHERS, 1000, 1),
    ]
    chart.set_range(Range.MONTH)

    async def by_peer(feed: ChartFeed) -> None:
        feed.stack_by(Stacking.PEER)
        await settled()

    fed(chart, program, by_peer)
    found = parts_of(chart)

    assert list(found) == [*(f"192.0.2.{n}" for n in range(8, 2, -1)), REST]
    assert found["192.0.2.8"] == [10, 808]
    assert found[REST] == [0, 1001 + 101 + 202]
    assert chart.figure.look(chart.view, 700) == sum(101 * n for n in range(1, 9)) + 1001


def test_only_what_there_is_is_offered(chart: TrafficChart, program: FakeProgram) -> None:
    chart.set_range(Range.HOUR)
    feed = fed(chart, program)
    menu = ChartBar(Theme(), chart, feed, chart).menu
    assert menu.stacks[Stacking.OWNED].isChecked()
    assert not menu.stacks[Stacking.PEER].isEnabled()

    feed.owner = WEB
    menu.offer()
    assert feed.stacking is Stacking.DIRECTION
    assert not menu.stacks[Stacking.OWNED].isEnabled()


def test_everything_is_stacked_from_the_heaviest_clients(program: FakeProgram) -> None:
    program.rows = {
        OwnerKey(OwnerKind.CLIENT, n): row(OwnerKey(OwnerKind.CLIENT, n), remark="same")._replace(inlet=n)
        for n in range(1, 10)
    }

    assert owned_parts(program, GLOBAL_KEY, Sentences()) == {
        "same": OwnerKey(OwnerKind.CLIENT, 9),
        **{f"same (client {n})": OwnerKey(OwnerKind.CLIENT, n) for n in range(8, 3, -1)},
    }
