from __future__ import annotations

import time
from pathlib import Path

import pytest

from npsgui.app.program import Program
from npsgui.app.remote import RemoteProgram
from npsgui.ledger.ledger import Batch, Delta
from npsgui.model.entities import GLOBAL_KEY, OwnerKind
from npsgui.model.errors import NotFound
from npsgui.model.forecast import Forecast
from tests.app.audited import CLIENT, TUNNEL
from tests.cli.terminal import Serve

pytestmark = pytest.mark.asyncio

HOUR = 3600
GIB = 2**30


async def with_history(folder: Path, hours: int) -> Program:
    """A program whose client carried a GiB in each of the last hours; it has a monthly quota of 10 TiB."""
    program = await Program.open(folder, relay=False)
    await program.add(OwnerKind.CLIENT, {"remark": "home", "quota": "10TiB", "period": "monthly"})
    await program.add(OwnerKind.TUNNEL, {"client": "1", "port": "9999", "targets": "1"})
    hour = int(time.time()) // HOUR * HOUR
    for at in range(hours):
        total = (at + 1) * GIB
        deltas = tuple(Delta(owner, GIB, 0, total, 0) for owner in (TUNNEL, CLIENT, GLOBAL_KEY))
        start = hour - (hours - at) * HOUR
        program._ledger.flush(Batch(start, start + 1.0, deltas))
    return program


async def test_a_forecast_comes_from_the_hours_of_the_ledger(tmp_path: Path) -> None:
    program = await with_history(tmp_path, 14 * 24)

    assert program.forecast(CLIENT) is None
    foreseen = await program.foresee(CLIENT)
    while program.forecast(CLIENT) is None:
        await program.foresee(CLIENT)

    assert isinstance(foreseen, Forecast)
    assert foreseen.until is not None
    left = (foreseen.until - time.time()) / HOUR * GIB
    assert foreseen.low <= left + GIB
    assert foreseen.high >= left - GIB
    await program.close()


async def test_below_a_day_and_of_nobody_there_is_none(tmp_path: Path) -> None:
    program = await with_history(tmp_path, 5)

    assert await program.foresee(CLIENT) is None
    assert await program.foresee(GLOBAL_KEY) is None
    with pytest.raises(NotFound):
        program.forecast(CLIENT._replace(id=7))
    await program.close()


async def test_an_attached_window_is_told_what_the_service_foresees(tmp_path: Path) -> None:
    await (await with_history(tmp_path, 14 * 24)).close()

    with Serve(tmp_path) as service:
        service.ready()
        remote = await RemoteProgram.open(tmp_path)
        assert remote.forecast(CLIENT) is None
        foreseen = await remote.foresee(CLIENT)
        while remote.forecast(CLIENT) is None:
            await remote.foresee(CLIENT)
        await remote.close()

    assert isinstance(foreseen, Forecast)
    assert foreseen.low < foreseen.high
