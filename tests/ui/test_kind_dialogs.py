"""The dialogs of tunnels, hosts and the shared ports: their fields follow what is edited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.model.configuration import Configuration
from npsgui.model.entities import (
    Account,
    Client,
    Everything,
    Host,
    Mode,
    Owner,
    OwnerKey,
    OwnerKind,
    Scheme,
    Target,
    Tunnel,
)
from npsgui.tasks import spawn
from npsgui.ui.host_dialog import HostDialog
from npsgui.ui.inputs import Choice, ChoiceOr, Input, Line, Lines, PathInput
from npsgui.ui.limit_input import LimitInput
from npsgui.ui.limits_dialog import LimitsDialog
from npsgui.ui.owner_form import OwnerForm
from npsgui.ui.tabs import Tabs
from npsgui.ui.theme import Theme
from npsgui.ui.tunnel_dialog import TunnelDialog
from tests.ui.fake_program import FakeProgram, row

HOME = (Target("127.0.0.1", 80),)
WEB = Tunnel(id=1, client=1, remark="web", ports=(8001,), targets=HOME)
HIDDEN = Tunnel(id=2, client=1, remark="hidden", mode=Mode.P2P, targets=HOME)
NAS = Host(id=1, client=1, remark="nas", host="nas.example.org", targets=HOME)

Form = TypeVar("Form", bound=OwnerForm)


class Desk(FakeProgram):
    """A program with one client, two tunnels and a host, which keeps what is put."""

    def __init__(self) -> None:
        owners = (WEB.owner, HIDDEN.owner, NAS.owner, OwnerKey(OwnerKind.CLIENT, 1))
        super().__init__(*map(row, owners))
        self.configuration = Configuration(
            clients={1: Client(id=1, key="lab-key", remark="lab")},
            tunnels={1: WEB, 2: HIDDEN},
            hosts={1: NAS},
        )
        self.put_in: list[Owner] = []

    async def put(self, owner: Owner) -> None:
        self.put_in.append(owner)


def ask(
    qtbot: QtBot, dialog: Form, asking: Coroutine[Any, Any, Owner | None], act: Callable[[Form], None]
) -> Owner | None:
    """Show a dialog, ``act``, and give what came out of it."""
    qtbot.addWidget(dialog)

    async def body() -> Owner | None:
        asked = spawn(asking, "dialog")
        await asyncio.sleep(0)
        act(dialog)
        return await asked

    return asyncio.run(body())


def edit_tunnel(qtbot: QtBot, tunnel: Tunnel | None, act: Callable[[TunnelDialog], None]) -> Owner | None:
    dialog = TunnelDialog(Desk(), Theme())  # type: ignore[arg-type]  # the part of Program it needs
    return ask(qtbot, dialog, dialog.ask(tunnel), act)


def edit_host(qtbot: QtBot, host: Host | None, act: Callable[[HostDialog], None]) -> Owner | None:
    program = Desk()
    if host is not None:
        program.configuration = program.configuration.with_owner(host)
    dialog = HostDialog(program, Theme())  # type: ignore[arg-type]
    return ask(qtbot, dialog, dialog.ask(host), act)


def choose(found: Input, value: str) -> None:
    choice = found.choice if isinstance(found, ChoiceOr) else found
    assert isinstance(choice, Choice)
    assert choice.findData(value) >= 0
    choice.setCurrentIndex(choice.findData(value))


def write(found: Input, text: str) -> None:
    if isinstance(found, Lines):
        found.setPlainText(text)
    elif isinstance(found, PathInput):
        found.line.setText(text)
    else:
        assert isinstance(found, Line)
        found.setText(text)


def labels(dialog: OwnerForm) -> list[str]:
    return [
        label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog) and label.buddy()
    ]


def said(dialog: OwnerForm, style: str) -> list[str]:
    return [
        label.text()
        for label in dialog.findChildren(QLabel)
        if label.objectName() == style and label.isVisibleTo(dialog)
    ]


def is_ready(dialog: OwnerForm) -> bool:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == "Apply").isEnabled()


@pytest.mark.parametrize(
    ("mode", "own"),
    [
        (Mode.TCP, ["Ports", "Targets"]),
        (Mode.UDP, ["Ports", "Targets"]),
        (Mode.SOCKS5, ["Ports"]),
        (Mode.HTTP_PROXY, ["Ports"]),
        (Mode.SECRET, ["Targets", "Password"]),
        (Mode.FILE, ["Ports", "Folder", "Left out"]),
    ],
)
def test_the_fields_of_a_tunnel_follow_its_kind(qtbot: QtBot, mode: Mode, own: list[str]) -> None:
    def act(dialog: TunnelDialog) -> None:
        choose(dialog.input_of("mode"), mode)
        found = labels(dialog)
        place = ["Listens on"] if "Ports" in own else []
        assert found[: found.index("Quota")] == ["Client", "Kind", "Name", *place, *own, "Connects from"]
        assert ("Idle time" in found) is (mode is Mode.UDP)
        assert ("Accounts" in found) is (mode in {Mode.SOCKS5, Mode.HTTP_PROXY, Mode.FILE})
        dialog.reject()

    edit_tunnel(qtbot, WEB, act)


def test_a_kind_that_does_not_run_is_offered_to_those_alone_that_are_it(qtbot: QtBot) -> None:
    def kinds(dialog: TunnelDialog) -> list[object]:
        choice = dialog.input_of("mode")
        assert isinstance(choice, Choice)
        return [choice.itemData(at) for at in range(choice.count())]

    def new(dialog: TunnelDialog) -> None:
        assert kinds(dialog) == ["tcp", "udp", "httpProxy", "socks5", "secret", "file"]
        dialog.reject()

    def hidden(dialog: TunnelDialog) -> None:
        assert "p2p" in kinds(dialog)
        assert said(dialog, "warn") == ["Tunnels of the kind P2P do not run in this version."]
        assert "Ports" not in labels(dialog)
        dialog.accept()

    edit_tunnel(qtbot, None, new)
    assert edit_tunnel(qtbot, HIDDEN, hidden) == HIDDEN


def test_a_new_proxy_is_made_of_its_ports_and_accounts(qtbot: QtBot) -> None:
    def act(dialog: TunnelDialog) -> None:
        assert not is_ready(dialog)
        choose(dialog.input_of("mode"), "socks5")
        write(dialog.input_of("port"), "1080-1082")
        write(dialog.input_of("accounts"), "ann:one\nbob:a\\,b")
        dialog.accept()

    assert edit_tunnel(qtbot, None, act) == Tunnel(
        id=3,
        client=1,
        mode=Mode.SOCKS5,
        ports=(1080, 1081, 1082),
        accounts=(Account("ann", "one"), Account("bob", "a,b")),
    )


def test_what_a_kind_has_no_field_for_stays_as_it_was(qtbot: QtBot) -> None:
    def act(dialog: TunnelDialog) -> None:
        write(dialog.input_of("targets"), "no target at all")
        choose(dialog.input_of("mode"), "socks5")
        dialog.accept()

    assert edit_tunnel(qtbot, WEB, act) == replace(WEB, mode=Mode.SOCKS5)


def test_as_many_targets_as_ports_are_told_to_be_led_to_each(qtbot: QtBot) -> None:
    def act(dialog: TunnelDialog) -> None:
        write(dialog.input_of("port"), "8001-8003")
        assert "All 3 ports lead there" in said(dialog, "hint")
        write(dialog.input_of("targets"), "nas:9001-9003")
        assert "Each of the 3 ports leads to its own" in said(dialog, "hint")
        dialog.reject()

    edit_tunnel(qtbot, WEB, act)


def test_every_interface_is_warned_of_and_more_so_for_an_open_proxy(qtbot: QtBot) -> None:
    network = "Whoever reaches this computer over a network can connect."
    proxy = "Whoever can connect may use this proxy: give it accounts."

    def act(dialog: TunnelDialog) -> None:
        assert said(dialog, "warn") == []
        choose(dialog.input_of("bind"), "")
        assert said(dialog, "warn") == [network]
        choose(dialog.input_of("mode"), "httpProxy")
        assert said(dialog, "warn") == [network, proxy]
        write(dialog.input_of("accounts"), "ann:one")
        assert said(dialog, "warn") == [network]
        dialog.reject()

    edit_tunnel(qtbot, WEB, act)


def test_another_address_is_typed_and_never_taken_for_every_interface(qtbot: QtBot) -> None:
    def act(dialog: TunnelDialog) -> None:
        found = dialog.input_of("bind")
        assert isinstance(found, ChoiceOr)
        found.choice.setCurrentText("Another address")
        assert said(dialog, "bad") == ["“…” is not an address of an interface."]
        write(found.other, "127.0.0.2")
        assert said(dialog, "bad") == []
        dialog.accept()

    assert edit_tunnel(qtbot, WEB, act) == replace(WEB, bind="127.0.0.2")


def test_a_folder_is_looked_for_beside_the_dialog(qtbot: QtBot) -> None:
    def act(dialog: TunnelDialog) -> None:
        choose(dialog.input_of("mode"), "file")
        assert said(dialog, "warn") == ["A file tunnel needs a folder."]
        found = dialog.input_of("folder")
        assert isinstance(found, PathInput)
        found.button.click()
        (browser,) = found.findChildren(QFileDialog)
        browser.fileSelected.emit("/srv/share")
        browser.reject()
        assert said(dialog, "warn") == []
        dialog.accept()

    assert edit_tunnel(qtbot, WEB, act) == replace(WEB, mode=Mode.FILE, folder="/srv/share")


def test_a_host_comes_out_as_it_went_in(qtbot: QtBot) -> None:
    host = replace(
        NAS,
        certificate="/etc/nas.pem",
        certificate_key="/etc/nas.key",
        headers=(("X-One", "a, b"), ("X-Two", "c")),
        accounts=(Account("ann", "a,b"),),
    )

    assert edit_host(qtbot, host, lambda dialog: dialog.accept()) == host


def test_only_a_host_with_files_is_asked_for_its_key(qtbot: QtBot) -> None:
    def act(dialog: HostDialog) -> None:
        dialog.findChildren(Tabs)[0].choose(1)
        assert labels(dialog) == ["Certificate", "Accounts", "Host change", "Headers"]
        found = dialog.input_of("certificate")
        assert isinstance(found, ChoiceOr)
        found.choice.setCurrentText("A file")
        assert said(dialog, "bad") == ["Write the file in full, from the root or the drive on."]
        assert not is_ready(dialog)
        write(found.other, "/etc/nas.pem")
        assert labels(dialog) == ["Certificate", "Key file", "Accounts", "Host change", "Headers"]
        choose(dialog.input_of("scheme"), Scheme.HTTP)
        assert labels(dialog) == ["Accounts", "Host change", "Headers"]
        dialog.reject()

    edit_host(qtbot, NAS, act)


def test_what_is_wrong_on_the_other_page_is_said_below(qtbot: QtBot) -> None:
    def act(dialog: HostDialog) -> None:
        write(dialog.input_of("headers"), "nothing of the kind")
        assert said(dialog, "bad") == ["Headers: Write headers as Name: value, one a line."]
        assert not is_ready(dialog)
        dialog.findChildren(Tabs)[0].choose(1)
        assert said(dialog, "bad") == ["Write headers as Name: value, one a line."]
        dialog.reject()

    edit_host(qtbot, NAS, act)


def test_a_host_whose_port_is_not_set_says_so(qtbot: QtBot) -> None:
    def act(dialog: HostDialog) -> None:
        assert said(dialog, "warn") == ["The port for it is not set yet; set it on the Hosts page."]
        dialog.reject()

    edit_host(qtbot, NAS, act)


def test_the_shared_ports_are_set_beside_the_limits_of_everything(qtbot: QtBot) -> None:
    def act(dialog: LimitsDialog) -> None:
        write(dialog.input_of("https_port"), "8443")
        choose(dialog.input_of("http_bind"), "")
        assert said(dialog, "warn") == ["Whoever reaches this computer over a network can connect."]
        dialog.accept()

    dialog = LimitsDialog(Desk(), Theme())  # type: ignore[arg-type]
    assert ask(qtbot, dialog, dialog.ask(), act) == Everything(https_port=8443, http_bind="")


def test_tab_goes_from_the_last_field_to_the_buttons(qtbot: QtBot) -> None:
    def act(dialog: TunnelDialog) -> None:
        buttons = {one.text(): one for one in dialog.findChildren(QPushButton)}
        found = dialog.input_of("connections")
        assert isinstance(found, LimitInput)
        found.amount.setFocus()
        QTest.keyClick(found.amount, Qt.Key.Key_Tab)
        assert dialog.focusWidget() is buttons["Cancel"]
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        assert dialog.focusWidget() is buttons["Apply"]
        dialog.reject()

    edit_tunnel(qtbot, WEB, act)
