"""What a chart shows and sums up is what the ledger holds, to the byte, whatever is stacked."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.ledger.ledger import Batch, Delta
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.peers import OTHERS
from npsgui.model.views import Step
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.data import Range
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.chart.stack import Stacking
from npsgui.ui.theme import Theme

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
OWNED = (OwnerKey(OwnerKind.TUNNEL, 1), OwnerKey(OwnerKind.TUNNEL, 2))
DAY = 86400


async def with_history(folder: Path, now: float) -> Program:
    """Two tunnels that carried odd numbers of bytes in 120 minutes of the last 40 days."""
    program = await Program.open(folder, relay=False)
    await program.add(OwnerKind.CLIENT, {"remark": "nas"})
    for port in ("9998", "9999"):
        await program.add(OwnerKind.TUNNEL, {"client": "1", "port": port, "targets": "1"})
    chance = random.Random(4)
    totals = {owner: [0, 0] for owner in (CLIENT, *OWNED)}
    minutes = sorted(chance.sample(range(int(now) // 60 - 40 * 1440, int(now) // 60), 100))
    for minute in [*minutes, *range(int(now) // 60 - 20, int(now) // 60)]:
        deltas = []
        for tunnel in OWNED:
            moved = chance.randrange(1 << 40), chance.randrange(1 << 30)
            for owner in (tunnel, CLIENT):
                totals[owner] = [total + bytes_ for total, bytes_ in zip(totals[owner], moved, strict=True)]
                deltas.append(Delta(owner, *moved, *totals[owner]))
        program._ledger.flush(Batch(minute * 60, minute * 60 + 1.0, tuple(deltas)))
    return program


def test_every_range_sums_to_the_byte_however_it_is_stacked(qtbot: QtBot, tmp_path: Path) -> None:
    now = time.time()
    chart = TrafficChart(Theme(), clock=lambda: now)
    qtbot.addWidget(chart)
    chart.resize(900, 300)

    async def body() -> None:
        program = await with_history(tmp_path, now)
        feed = ChartFeed(program, chart, clock=lambda: now)
        feed.show_owner(CLIENT)
        for span in (Range.HOUR, Range.WEEK, Range.MONTH, Range.YEAR):
            for stacking in Stacking:
                chart.set_range(span)
                feed.stack_by(stacking)
                for _ in range(8):  # the ledger answers in turn
                    await program.coverage(0, 1)
                await compare(program, chart)
        feed._rest.stop()
        feed.marks._rest.stop()
        await program.close()

    asyncio.run(body())


async def compare(program: Program, chart: TrafficChart) -> None:
    chart.select(chart.view.left, chart.view.right)
    total, layers = chart.brush.total, chart.figure.layers
    assert total is not None
    assert layers is not None
    usages = await program.history(CLIENT, int(total.since), int(total.until), Step.MINUTE)
    seen = chart.figure.rows(chart.view, OTHERS)

    assert sum(usage.inlet for usage in usages) == total.inlet > 0
    assert sum(usage.export for usage in usages) == total.export
    assert [sum(column) for column in zip(*layers.parts, strict=True)] == [
        inlet + export for inlet, export in zip(seen.inlet, seen.export, strict=True)
    ]
