"""What an edit changed, in the words of the dialogs, in the user's language."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from npsgui.model.audit import AuditEvent, Change, Happening
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.words import WORDS
from npsgui.ui.sentences import Sentences
from npsgui.ui.setting_words import SettingWords
from npsgui.ui.translation import Translation

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)


def edit(word: str, old: object, new: object, owner: OwnerKey = CLIENT) -> AuditEvent:
    return AuditEvent(0, Happening.EDITED, owner, details={word: [old, new]})


CASES = [
    (("quota", "0", "10GiB"), "Quota unlimited → 10 GiB", "流量限制 不限 → 10 GiB"),
    (("quota", "1500", "1GiB"), "Quota 1500 B → 1 GiB", "流量限制 1500 B → 1 GiB"),
    (("rate", "1MiB", "0"), "Shared rate 1 MiB/s → unlimited", "共享速率限制 1 MiB/s → 不限"),
    (
        ("alt_rate", "usual", "512KiB"),
        "Alternative: Shared rate as usual → 512 KiB/s",
        "备用：共享速率限制 与常用相同 → 512 KiB/s",
    ),
    (("warn", "0", "80"), "Warn from never → 80 %", "预警起点 永不 → 80 %"),
    (("hours", "always", "mo-fr 08:00-18:00"), "Hours always → mo-fr 08:00-18:00", None),
    (("hours", "always", "mo-fr 08:00-18:00"), None, "时段 始终 → 周一至周五 08:00-18:00"),
    (("period", "lifetime", "weekly tue 06:00"), "Period For ever → Every Tuesday 06:00", None),
    (("period", "monthly 31", "every 10 2026-01-31"), None, "周期 每月 31 日 → 从 2026-01-31 起每 10 天"),
    (("expires", "2027-01-31T10:00:00Z", "never"), None, "→ 永不"),
    (("quota_counts", "both", "inlet"), "inlet + export → inlet only", "入口 + 出口 → 仅入口"),
    (("mode", "tcp", "file"), "Kind TCP → Folder", "类型 TCP → 文件夹"),
    (("remark", "", "nas"), "Name empty → nas", "名称 空 → nas"),
    (("key", "…", "…"), "Verify key …", "唯一验证密钥 …"),
    (("opening", 0, 1_073_741_824), "Opening balance 0 → 1,073,741,824", "期初用量 0 → 1,073,741,824"),
    (("no such word", "a", "b"), "no such word a → b", "no such word a → b"),
]


@pytest.mark.parametrize(("change", "english", "chinese"), CASES)
def test_an_edit_is_told_in_the_words_of_the_dialog(
    qapp: QApplication, change: tuple[str, object, object], english: str | None, chinese: str | None
) -> None:
    said = edit(*change).sentence()

    assert english is None or english in Sentences().of(said)
    translation = Translation("zh_CN")
    qapp.installTranslator(translation)
    try:
        assert chinese is None or chinese in Sentences().of(said)
    finally:
        qapp.removeTranslator(translation)


def test_programs_read_the_words_that_set_it() -> None:
    event = AuditEvent(0, Happening.EDITED, GLOBAL_KEY, details={"http_port": ["0", "80"], "key": ["…", "…"]})

    assert str(event.sentence()) == "Set global: http_port 0 → 80, key …."


def test_every_setting_has_a_name() -> None:
    words = SettingWords({})

    assert [word.name for word in WORDS if words.of(Change(word.name, "a", "b")).startswith(word.name)] == []
