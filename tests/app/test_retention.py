from __future__ import annotations

from pathlib import Path

import pytest

from npsgui.app.settings import Settings
from npsgui.model.retention import AS_DESIGNED, DAY, Retention


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", AS_DESIGNED),
        ("keep_minutes_days = 30\nkeep_hours_days = 400", Retention(30 * DAY, 400 * DAY)),
        ("keep_minutes_days = 1000", Retention(1000 * DAY, 1000 * DAY)),
        ("keep_minutes_days = 0", Retention(DAY, AS_DESIGNED.hours)),
        ('keep_minutes_days = "soon"', AS_DESIGNED),
    ],
)
def test_how_long_history_is_kept_is_a_setting(tmp_path: Path, text: str, kept: Retention) -> None:
    (tmp_path / "settings.toml").write_text(text)

    assert Settings(tmp_path).retention == kept
