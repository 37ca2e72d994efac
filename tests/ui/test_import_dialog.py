from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import NpsError
from npsgui.model.views import Sentence
from npsgui.tasks import spawn
from npsgui.ui.import_dialog import FolderDialog, ImportReport
from npsgui.ui.sentences import Sentences
from tests.conftest import Run


@pytest.mark.parametrize("loop_name", ["npsgui"], indirect=True)
@pytest.mark.parametrize("answer", [FolderDialog.accept, FolderDialog.reject], ids=["chosen", "cancelled"])
def test_the_folder_that_is_chosen_comes_out(
    run: Run[Any], tmp_path: Path, answer: Callable[[FolderDialog], None]
) -> None:
    async def body() -> Path | None:
        dialog = FolderDialog()
        dialog.setDirectory(str(tmp_path))
        asking = spawn(dialog.ask(), "ask")
        await asyncio.sleep(0)
        answer(dialog)
        found: Path | None = await asking
        return found

    assert run(body()) == (tmp_path if answer is FolderDialog.accept else None)


def test_a_report_tells_all_and_a_short_one_has_no_empty_box(qtbot: QtBot) -> None:
    long, short = ImportReport(["Taken: 1.", "Left: 2.", "Left: 3."]), ImportReport(["Taken: 1."])
    for report in (long, short):
        qtbot.addWidget(report)

    assert long.text.toPlainText() == "Left: 2.\n\nLeft: 3."
    assert long.text.isVisibleTo(long)
    assert not short.text.isVisibleTo(short)


@pytest.mark.usefixtures("chinese")
def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    who = Sentence("{owner} “{remark}”", (("owner", OwnerKey(OwnerKind.TUNNEL, 3)), ("remark", "web")))
    said = Sentence("Left: {who}. {reason}", (("who", who), ("reason", NpsError("A client needs a key."))))

    assert Sentences().of(said) == "未导入：隧道 3“web”。客户端需要密钥。"
