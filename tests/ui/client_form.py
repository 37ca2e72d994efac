"""A client's dialog on a program that keeps what is put into it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Limits, Owner, OwnerKey, OwnerKind
from npsgui.tasks import spawn
from npsgui.ui.client_dialog import ClientDialog
from npsgui.ui.limit_input import LimitInput
from npsgui.ui.theme import Theme
from tests.ui.fake_program import FakeProgram, row

KEY = OwnerKey(OwnerKind.CLIENT, 1)


LAB = Client(id=1, key="lab-key", remark="lab", limits=Limits(quota=10 * 1024**3, rate=512 * 1024))


class Desk(FakeProgram):
    """A program with one client, which keeps what is put."""

    def __init__(self) -> None:
        super().__init__(row(KEY, remark="lab")._replace(used=1024**3, connections=42))
        self.configuration = Configuration(clients={1: LAB, 2: Client(id=2, key="other-key", remark="other")})
        self.put_in: list[Owner] = []

    async def put(self, owner: Owner) -> None:
        self.put_in.append(owner)


def edit(
    qtbot: QtBot, program: Desk, act: Callable[[ClientDialog], None], owner: Client | None = LAB
) -> Client | None:
    """Open the dialog on the client, ``act``, and give what came out of it."""
    dialog = ClientDialog(program, Theme())  # type: ignore[arg-type]  # the part of Program it needs
    qtbot.addWidget(dialog)

    async def body() -> Client | None:
        asked = spawn(dialog.ask(owner), "dialog")
        await asyncio.sleep(0)
        act(dialog)
        return await asked

    return asyncio.run(body())


def limit_of(dialog: ClientDialog, word: str) -> LimitInput:
    found = dialog.input_of(word)
    assert isinstance(found, LimitInput)
    return found


def apply_button(dialog: QDialog) -> QPushButton:
    return next(found for found in dialog.findChildren(QPushButton) if found.text() == "Apply")


def said(dialog: QDialog, style: str) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.objectName() == style]
