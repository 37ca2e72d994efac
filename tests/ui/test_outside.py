"""What is seen besides the window: tray, mini window, notifications, and what closing the window means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from npsgui.app.notifications import DEFAULT, Notifications
from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.model.alerts import Alert, AlertKind
from npsgui.model.entities import GLOBAL_KEY, Alternative, Everything, Limits, OwnerKey, OwnerKind
from npsgui.model.errors import NpsError
from npsgui.model.events import AlertsRaised, Events
from npsgui.model.views import State
from npsgui.ui.alert_teller import NAMED, SNOOZE, AlertTeller
from npsgui.ui.closing import ASK, KEEP, QUIT, SETTING, CloseDialog, Closing
from npsgui.ui.mini_window import MiniWindow, stays_above
from npsgui.ui.notices import NoticeBar
from npsgui.ui.outside import TRAY_SECONDS, Outside
from npsgui.ui.theme import Theme
from npsgui.ui.translation import Translation
from npsgui.ui.tray import Tray
from npsgui.ui.window import Window
from tests.ui.fake_program import FakeProgram, row
from tests.ui.test_access import nameless

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
CUT = Alert(0.0, AlertKind.CUT, CLIENT, 1, "nas", "1", {"used": 1024})


def closing(
    qtbot: QtBot, folder: Path, wanted: str, *, tray: bool = True
) -> tuple[QWidget, Closing, Settings]:
    window, settings = QWidget(), Settings(folder)
    qtbot.addWidget(window)
    window.show()
    settings[SETTING] = wanted
    return window, Closing(window, settings, lambda: tray), settings


def test_closing_hides_the_window_where_that_is_wanted_and_quit_closes_it(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window, made, _ = closing(qtbot, tmp_path, KEEP)
    assert not window.close()
    assert window.isHidden()

    made.quit()
    assert window.close()


@pytest.mark.parametrize(("wanted", "tray"), [(QUIT, True), (KEEP, False), (ASK, False)])
def test_closing_closes_where_nothing_else_is_wanted_or_there_is_no_tray(
    qtbot: QtBot, tmp_path: Path, wanted: str, tray: bool
) -> None:
    window, _, _ = closing(qtbot, tmp_path, wanted, tray=tray)

    assert window.close()


@pytest.mark.parametrize(("press", "kept"), [("keep", KEEP), ("leave", QUIT), ("", ASK)])
def test_it_is_asked_once_and_remembered(qtbot: QtBot, tmp_path: Path, press: str, kept: str) -> None:
    window, _, settings = closing(qtbot, tmp_path, ASK)

    async def body() -> None:
        assert not window.close()
        dialog = window.findChild(CloseDialog)
        assert dialog is not None
        if press:
            getattr(dialog, press).click()
        else:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await asyncio.sleep(0)

    asyncio.run(body())
    assert settings[SETTING] == kept
    assert window.isVisible() is (kept == ASK)


def test_the_tray_shows_the_rates_and_what_is_in_force(qtbot: QtBot) -> None:
    tray = Tray()
    tray.show_flow(row(GLOBAL_KEY, rate=2048.0), Everything(paused=True, alternative=Alternative.ON))

    assert tray.rates.text() == "↓ 2.0 KiB/s   ↑ –"
    assert tray.icon.toolTip().splitlines() == ["npsgui", tray.rates.text(), "connections: 0", "paused"]
    assert tray.pause.isChecked()
    assert [one.text() for one in tray.alternative.actions() if one.isChecked()] == ["On"]


def test_the_tray_tells_what_is_asked_of_it(qtbot: QtBot) -> None:
    tray = Tray()
    for action, asked in (
        (tray.open, tray.window_asked),
        (tray.mini, tray.mini_asked),
        (tray.quit, tray.quit_asked),
        (tray.pause, tray.pause_chosen),
    ):
        with qtbot.waitSignal(asked, timeout=0):
            action.trigger()


def test_the_mini_window_stays_above_and_remembers_its_place(qtbot: QtBot, tmp_path: Path) -> None:
    program, settings = FakeProgram(), Settings(tmp_path)
    program.rows[GLOBAL_KEY] = row(GLOBAL_KEY, rate=2048.0)
    mini = MiniWindow(program, Theme(), settings)  # type: ignore[arg-type]
    qtbot.addWidget(mini)
    mini.show()
    mini.resize(400, 222)

    assert mini.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert "2.0 KiB/s" in mini.accessibleDescription()
    assert nameless(mini) == []
    QTest.keyClick(mini, Qt.Key.Key_Escape)
    assert mini.isHidden()
    again = MiniWindow(program, Theme(), settings)  # type: ignore[arg-type]
    qtbot.addWidget(again)
    assert again.height() == 222


@pytest.mark.parametrize(
    ("platform", "above"), [("xcb", True), ("wayland", False), ("wayland-egl", False), ("windows", True)]
)
def test_only_on_wayland_it_cannot_put_itself_above_the_others(platform: str, above: bool) -> None:
    assert stays_above(platform) is above


class Desk:
    """Keeps what is snoozed; ``failing``: a service that has ended."""

    def __init__(self) -> None:
        self.snoozed: list[tuple[AlertKind, OwnerKey, int]] = []
        self.failing = False

    async def snooze(self, kind: AlertKind, owner: OwnerKey, minutes: int) -> None:
        if self.failing:
            raise NpsError("The service has ended.")
        self.snoozed.append((kind, owner, minutes))


class Told:
    """A teller on a desktop without notifications, and what it works with."""

    def __init__(self, qtbot: QtBot, folder: Path, notifications: Notifications | None = None) -> None:
        self.events, self.alerts = Events(), Desk()
        self.notices = NoticeBar(Theme())
        qtbot.addWidget(self.notices)
        self.settings = Settings(folder)
        self.tray = Tray(self.notices)
        self.teller = AlertTeller(
            self,  # type: ignore[arg-type]
            self.settings,
            notifications or Notifications(""),
            self.tray,
            self.notices,
            self.notices,
        )

    def hear(self, *alerts: Alert, then: Callable[[], None] = lambda: None) -> None:
        async def body() -> None:
            self.events.push(AlertsRaised(alerts))
            while not self.notices.text:  # noqa: ASYNC110  # widgets have no event for asyncio
                await asyncio.sleep(0)
            then()
            await asyncio.sleep(0)

        asyncio.run(body())

    def press(self) -> None:
        [offer] = [one for one in self.notices.findChildren(QPushButton) if not one.isHidden()]
        assert offer.text() == "Snooze"
        offer.click()


def test_without_notifications_an_alert_is_told_in_the_window_and_can_be_snoozed(
    qtbot: QtBot, tmp_path: Path
) -> None:
    told = Told(qtbot, tmp_path)
    said: list[str] = []

    def then() -> None:
        said.append(told.notices.text)
        told.press()

    told.hear(CUT, then=then)

    assert said == ["Client 1 “nas” has used up its quota, 1 KiB: its visitors are turned away."]
    assert told.notices.text == ""
    assert told.alerts.snoozed == [(AlertKind.CUT, CLIENT, 60)]


def test_many_alerts_of_one_second_are_told_together(qtbot: QtBot, tmp_path: Path) -> None:
    told = Told(qtbot, tmp_path)
    told.hear(*[CUT] * (NAMED + 2))

    assert told.notices.text.count("used up") == NAMED
    assert told.notices.text.endswith("And 2 more.")


def test_that_a_snooze_failed_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    told = Told(qtbot, tmp_path)
    told.alerts.failing = True
    told.hear(CUT, then=told.press)

    assert told.notices.text == "The service has ended."


class Shown(Notifications):
    """A desktop that keeps what it was asked to show."""

    def __init__(self) -> None:
        super().__init__("")
        self.actions: list[dict[str, str]] = []
        self.taken: Callable[[str], None] = lambda _: None

    async def tell(
        self, title: str, text: str, actions: Mapping[str, str], taken: Callable[[str], None]
    ) -> bool:
        self.actions.append(dict(actions))
        self.taken = taken
        return True


def test_a_notification_offers_each_action_once_and_opens_whom_it_is_about(
    qtbot: QtBot, tmp_path: Path
) -> None:
    shown = Shown()
    told = Told(qtbot, tmp_path, shown)
    opened: list[OwnerKey] = []
    told.teller.open_asked.connect(opened.append)

    async def body() -> None:
        told.events.push(AlertsRaised((CUT,)))
        while not shown.actions:  # noqa: ASYNC110  # nothing else waits for it
            await asyncio.sleep(0)

    asyncio.run(body())
    shown.taken(DEFAULT)

    assert shown.actions == [{DEFAULT: "Open", SNOOZE: "Snooze"}]
    assert opened == [CLIENT]


def outside(qtbot: QtBot, folder: Path, body: Callable[[Program, Window, Outside], None]) -> None:
    """Run ``body`` with a real program and all that is about its window."""

    async def run() -> None:
        program = await Program.open(folder)
        window = Window(program, Theme(), program.settings)
        qtbot.addWidget(window)
        made = Outside(program, Theme(), program.settings, window)
        body(program, window, made)
        for _ in range(2):
            await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "pause"))
        made.close()
        made.closing.quit()
        await program.close()

    asyncio.run(run())


def test_hidden_without_a_tray_the_window_comes_after_a_while_and_says_so(
    qtbot: QtBot, tmp_path: Path
) -> None:
    def body(_: Program, window: Window, made: Outside) -> None:
        made.begin(hidden=True)
        assert not window.isVisible()
        for _second in range(TRAY_SECONDS):
            made.refresh()
        assert window.isVisible()
        assert window.notices.text == "There is no tray to be hidden in: the window stays."

    outside(qtbot, tmp_path, body)


def test_the_windows_title_has_the_rates_if_asked_though_it_is_minimized(
    qtbot: QtBot, tmp_path: Path
) -> None:
    def body(program: Program, window: Window, made: Outside) -> None:
        made.begin()
        window.showMinimized()
        assert window.windowTitle() == "npsgui"
        program.settings["title_rates"] = "true"
        made.refresh()
        assert window.windowTitle() == "↓ –   ↑ –   npsgui"

    outside(qtbot, tmp_path, body)


@pytest.mark.parametrize("place", ["tray", "menu"])
def test_all_is_paused_from_the_tray_or_the_menu(qtbot: QtBot, tmp_path: Path, place: str) -> None:
    held: list[Program] = []

    def body(program: Program, window: Window, made: Outside) -> None:
        held.append(program)
        made.begin()
        (made.tray.pause if place == "tray" else window.menu.pause).trigger()

    outside(qtbot, tmp_path, body)
    assert held[0].flow(GLOBAL_KEY).state is State.STOPPED


def test_that_a_pause_failed_is_told_in_the_users_language(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    words = Translation("zh_CN", qapp)
    held: list[Window] = []

    def body(program: Program, window: Window, made: Outside) -> None:
        held.append(window)
        unruly = replace(program.configuration.everything, limits=Limits())
        program._desk.configuration = program.configuration.with_owner(unruly)
        made.begin()
        qapp.installTranslator(words)
        made.tray.pause.trigger()

    outside(qtbot, tmp_path, body)
    qapp.removeTranslator(words)
    problem = "The number of sessions needs a limit, so that a flood costs refusals, not memory."
    assert held[0].notices.text == words.translate("Sentences", problem) != problem


def test_the_mini_window_comes_and_goes_by_the_menu_and_is_there_again(qtbot: QtBot, tmp_path: Path) -> None:
    def minis() -> list[QWidget]:
        shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
        return [one for one in shown if isinstance(one, MiniWindow)]

    def body(_: Program, window: Window, made: Outside) -> None:
        made.begin()
        window.menu.mini_asked.emit()
        assert len(minis()) == 1
        window.menu.mini_asked.emit()
        assert minis() == []
        window.menu.mini_asked.emit()

    def again(_: Program, window: Window, made: Outside) -> None:
        made.begin()
        assert len(minis()) == 1

    outside(qtbot, tmp_path, body)
    assert minis() == []
    outside(qtbot, tmp_path, again)
