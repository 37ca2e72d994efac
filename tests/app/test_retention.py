from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.ledger.ledger import Batch
from npsgui.model.audit import AuditEvent, Happening, Search
from npsgui.model.retention import AS_DESIGNED, DAY, Retention


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", AS_DESIGNED),
        ("keep_minutes_days = 30\nkeep_hours_days = 400", Retention(30 * DAY, 400 * DAY)),
        ("keep_minutes_days = 1000", Retention(1000 * DAY, 1000 * DAY)),
        ("keep_events_days = 10", Retention(events=10 * DAY)),
        ("keep_minutes_days = 0", Retention(DAY, AS_DESIGNED.hours)),
        ('keep_minutes_days = "soon"', AS_DESIGNED),
    ],
)
def test_how_long_history_is_kept_is_a_setting(tmp_path: Path, text: str, kept: Retention) -> None:
    (tmp_path / "settings.toml").write_text(text)

    assert Settings(tmp_path).retention == kept


def test_another_retention_holds_at_once(tmp_path: Path) -> None:
    async def body() -> None:
        program = await Program.open(tmp_path, relay=False)
        program._ledger.record(
            AuditEvent(time.time() - 400 * DAY, Happening.CLOCK_JUMPED, details={"seconds": 1})
        )
        program._ledger.flush(Batch(int(time.time()), time.time(), ()))
        assert len(await program.audit(Search())) == 1

        await program.settings.choose("keep_events_days", "365")
        await program.settings.choose("keep_minutes_days", "30")

        program._ledger.flush(Batch(int(time.time()), time.time(), ()))
        assert program.retention == Retention(minutes=30 * DAY, events=365 * DAY)
        async with asyncio.timeout(10):
            while await program.audit(Search()):  # noqa: ASYNC110  # the writer thread tells nobody
                await asyncio.sleep(0.01)
        await program.close()

    asyncio.run(body())
