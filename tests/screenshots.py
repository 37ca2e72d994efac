"""Takes a picture of every page and dialog, in both themes and both languages, from a running demo.

    python -m tests.screenshots FOLDER [SECONDS]
    python -m tests.screenshots --best resources/screenshots

The demo runs for SECONDS (20) before the first picture, so that its charts have something to show and
camera-yard has been cut off. ``--best`` takes those of README and of the AppStream metadata.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtWidgets import QApplication, QWidget

from npsgui.app.demo.demo import Demo, throw_away_folder
from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.model.entities import GLOBAL_KEY, Mode, OwnerKey, OwnerKind
from npsgui.model.units import format_time
from npsgui.model.views import Sentence
from npsgui.ui.application import Looks, make_application
from npsgui.ui.chart.bar import RangeBar
from npsgui.ui.chart.data import Range
from npsgui.ui.chart.stack import Stacking
from npsgui.ui.closing import CloseDialog
from npsgui.ui.crash import CrashDialog, report
from npsgui.ui.detail import Tab
from npsgui.ui.help_dialog import HelpDialog
from npsgui.ui.inputs import Line
from npsgui.ui.loop import new_event_loop
from npsgui.ui.mini_window import MiniWindow
from npsgui.ui.owner_form import OwnerForm
from npsgui.ui.sentences import Sentences
from npsgui.ui.sidebar import Page
from npsgui.ui.tabs import Tabs
from npsgui.ui.tour import Tour
from npsgui.ui.window import FIRST_ALERT, Window

THEMES = ("light", "dark")
LANGUAGES = ("en", "zh_CN")
SIZE = (1280, 800)
FURNITURE: tuple[tuple[OwnerKind, dict[str, str]], ...] = (
    (
        OwnerKind.TUNNEL,
        {"remark": "nas-dns", "mode": "udp", "port": "18053", "bind": "", "targets": "127.0.0.1:53"},
    ),
    (OwnerKind.TUNNEL, {"remark": "out", "mode": "socks5", "port": "18010-18012", "bind": ""}),
    (OwnerKind.TUNNEL, {"remark": "web-out", "mode": "httpProxy", "port": "18013", "accounts": "ann:one"}),
    (OwnerKind.TUNNEL, {"remark": "papers", "mode": "file", "port": "18014", "folder": "/usr/share/doc"}),
    (OwnerKind.TUNNEL, {"remark": "hidden", "mode": "secret", "password": "hush", "targets": "127.0.0.1:22"}),
    (OwnerKind.TUNNEL, {"remark": "clash", "port": "18481", "targets": "127.0.0.1:80"}),
    (OwnerKind.HOST, {"remark": "nas", "host": "nas.example.org", "targets": "127.0.0.1:80"}),
    (
        OwnerKind.HOST,
        {"remark": "wiki", "host": "*.example.net", "location": "/wiki", "targets": "127.0.0.1:81"},
    ),
    (
        OwnerKind.HOST,
        {"remark": "safe", "host": "a.example.org", "scheme": "https", "targets": "127.0.0.1:82"},
    ),
)
"""What is added to the demo, so that every kind is to be seen."""

TABS = {
    "client-limit": 2,
    "client-schedule": 3,
    "client-visitors": 4,
    "client-alternative": 5,
    "host-requests": 1,
}
"""Which tab of a dialog is shown."""

BEST = (("light", Page.CLIENTS), ("dark", Page.OVERVIEW))
"""What README and the AppStream metadata show."""

SETTLE = 0.4
"""How long a page may take to load its history and paint, s."""


class Studio:
    """One Program seen in each theme and language in turn. One for each process: translations add up."""

    def __init__(self, app: QApplication, program: Program, pictures: Path) -> None:
        self._app = app
        self._program = program
        self._settings = settings = Settings(program.folder)
        self._pictures = pictures
        self._looks = Looks(app, settings)

    async def take_all(self) -> None:
        """Every page and dialog in every look; only the first page where there is no client."""
        for language in LANGUAGES:
            self._settings["language"] = language
            self._looks.speak()
            for theme in THEMES:
                self._settings["theme"] = theme
                self._looks.dress()
                await self._take_window(f"{{}}-{theme}-{language}.png")

    async def take_best(self) -> None:
        """The clients in light and the overview in dark, in both languages, each with a full chart."""
        for language in LANGUAGES:
            self._settings["language"] = language
            self._looks.speak()
            for theme, page in BEST:
                self._settings["theme"] = theme
                self._looks.dress()
                window = Window(self._program, self._looks.theme, self._settings)
                window.resize(*SIZE)
                window.show()
                window.show_page(page)
                if page is Page.CLIENTS:
                    window.show_owner(OwnerKey(OwnerKind.CLIENT, 1))
                await asyncio.sleep(2)  # until every number has been shown
                await self._take(lambda: window, f"{page.name.lower()}-{theme}-{language}.png")  # noqa: B023
                window.close()
                window.deleteLater()

    async def _take_window(self, name: str) -> None:
        window = Window(self._program, self._looks.theme, self._settings)
        window.resize(*SIZE)
        window.show()
        if self._program.configuration.clients:
            await self._take_pages(window, name)
            await self._take_states(window, name)
            await self._take_dialogs(window, name)
        else:
            window.offer_demo()
            await self._take(lambda: window, name.format("first-run"))
            await self._take_pages(window, name.replace("{}", "{}-empty"))
        window.close()
        window.deleteLater()

    async def _take_pages(self, window: Window, name: str) -> None:
        for page in Page:
            window.show_page(page)
            await self._take(lambda: window, name.format(page.name.lower()))

    async def _take_states(self, window: Window, name: str) -> None:
        window.show_owner(OwnerKey(OwnerKind.CLIENT, 1))
        for tab in Tab:
            window.pages.clients.detail.tabs.choose(tab)
            await self._take(lambda: window, name.format(f"clients-{tab.name.lower()}"))
        for states in (self._charts, self._states):
            for what, act in states(window):
                act()
                await self._take(lambda: window, name.format(what))
        for what, widget in self._beside(window):
            widget.show()
            await self._take(lambda: widget, name.format(what))  # noqa: B023  # awaited in its turn
            widget.close()

    async def _take_dialogs(self, window: Window, name: str) -> None:
        for what, ask in self._dialogs(window):
            ask()
            while self._app.activeModalWidget() is None:  # noqa: ASYNC110  # nothing tells of it
                await asyncio.sleep(0.01)
            for tabs in self._dialog().findChildren(Tabs) if what in TABS else ():
                tabs.choose(TABS[what])
            form = self._dialog()
            if what == "tunnel-wrong" and isinstance(form, OwnerForm):
                cast(Line, form.input_of("port")).setText("18021, 99999")
            await self._take(self._dialog, name.format(what))
            self._dialog().close()
            await asyncio.sleep(0)

    def _charts(self, window: Window) -> Iterator[tuple[str, Callable[[], None]]]:
        detail = window.pages.clients.detail
        detail.tabs.choose(Tab.TRAFFIC)
        chart, bar = detail.traffic.chart, detail.traffic.bar
        menu = bar.menu
        menu.offer()
        for span in (Range.HOUR, Range.WEEK):
            yield f"chart-{span.name.lower()}", partial(_press, bar.ranges, span)
        _press(bar.ranges, Range.LIVE)
        yield "chart-stacked", menu.stacks[Stacking.OWNED].trigger
        yield "chart-logarithmic", menu.logarithmic.trigger
        yield "chart-selected", partial(chart.select, chart.view.right - 15, chart.view.right - 5)
        menu.logarithmic.trigger()
        menu.stacks[Stacking.DIRECTION].trigger()

    def _states(self, window: Window) -> Iterator[tuple[str, Callable[[], None]]]:
        page, nas = window.pages.clients, OwnerKey(OwnerKind.HOST, 1)
        gone = Sentence("{owner} was changed since: that is not undone.", (("owner", nas),))
        yield "nothing-found", lambda: page.header.search.setText("no such client")
        page.header.search.clear()
        yield "notice", lambda: window.notices.tell(Sentences(window).of(gone))
        window.notices.dismiss()
        yield "tour", window.guide.tour
        for tour in window.findChildren(Tour):
            tour.end()

    def _beside(self, window: Window) -> Iterator[tuple[str, QWidget]]:
        yield "mini", MiniWindow(self._program, self._looks.theme, self._settings)
        yield "menu", window.menu
        window.guide.help(Page.CLIENTS)
        yield from (("help", dialog) for dialog in window.findChildren(HelpDialog))
        yield "crash", CrashDialog(report("Traceback (most recent call last):\n  …"), window)

    def _dialogs(self, window: Window) -> Iterator[tuple[str, Callable[[], None]]]:
        commands, configuration = window.commands, self._program.configuration
        home, client = configuration.clients[1].owner, configuration.clients[3].owner  # as in the demo
        tunnel = configuration.tunnels[4].owner
        yield "new-client", commands.new_client
        yield "client", lambda: commands.edit(client)
        for what in TABS:
            if what.startswith("client-"):
                yield what, lambda: commands.edit(client)
        yield "client-period", lambda: commands.edit(home, "period")
        yield "reset", lambda: commands.periods.reset(home)
        yield "tunnel", lambda: commands.edit(tunnel)
        for one in configuration.tunnels.values():
            if one.mode is not Mode.TCP:
                yield f"tunnel-{one.mode}", partial(commands.edit, one.owner)
        yield "several", lambda: commands.owners.edit(tuple(configuration.clients[at].owner for at in (1, 3)))
        yield "new-host", commands.new_host
        yield "host", lambda: commands.edit(OwnerKey(OwnerKind.HOST, 1))
        yield "host-requests", lambda: commands.edit(OwnerKey(OwnerKind.HOST, 1))
        yield "tunnel-wrong", lambda: commands.edit(tunnel)
        yield "limits", commands.edit_limits
        yield "settings", window.show_settings
        yield "settings-ports", lambda: window.show_settings("bridge_port")
        yield "settings-alerts", lambda: window.show_settings(FIRST_ALERT)
        yield "closing", lambda: CloseDialog(window).open()
        yield "connect-agent", partial(commands.agents.connect_agent, client.id)
        yield "servers", commands.agents.connect_this_computer
        yield "remove", lambda: commands.remove((client,))

    def _dialog(self) -> QWidget:
        dialog = self._app.activeModalWidget()
        assert dialog is not None
        return dialog

    async def _take(self, find: Callable[[], QWidget], name: str) -> None:
        await asyncio.sleep(SETTLE)
        assert find().grab().save(str(self._pictures / name))
        print(self._pictures / name)


def _press(ranges: RangeBar, span: Range) -> None:
    ranges.set_range(span)
    ranges.chosen.emit(span)


async def furnish(program: Program) -> None:
    """Give the demo's household what it lacks: the other kinds of tunnels, and hosts."""
    await program.set(GLOBAL_KEY, {"http_port": "18480"})
    for kind, words in FURNITURE:
        await program.add(kind, {"client": "1", **words})
    home = OwnerKey(OwnerKind.CLIENT, 1)
    soon = format_time(time.time() + 3 * 86400)
    await program.set(home, {"period": "monthly 31 06:00 Asia/Shanghai", "expires": soon})
    await asyncio.sleep(2)  # by then the new period runs
    await program.adjust(home, opening=3 << 30)


async def take_pictures(app: QApplication, pictures: Path, seconds: float) -> None:
    """Of an empty Program, and of one that the demo has used for so long."""
    with throw_away_folder() as folder:
        program = await Program.open(folder)
        studio = Studio(app, program, pictures)
        await studio.take_all()
        demo = await Demo.open(program)
        in_use = socket.create_server(("127.0.0.1", 18481))
        await furnish(program)
        try:
            await asyncio.sleep(seconds)
            await studio.take_all()
        finally:
            await program.close()
            await demo.close()
            in_use.close()


async def take_best(app: QApplication, pictures: Path, seconds: float) -> None:
    """Of the demo as it is, when its chart is full."""
    with throw_away_folder() as folder:
        program = await Program.open(folder)
        demo = await Demo.open(program)
        try:
            await asyncio.sleep(seconds)
            await Studio(app, program, pictures).take_best()
        finally:
            await program.close()
            await demo.close()


def main(pictures: Path, seconds: float = 20.0, *, best: bool = False) -> None:
    """Write all pictures into a folder, or the best of them."""
    pictures.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = make_application(sys.argv[:1])
    with asyncio.Runner(loop_factory=lambda: new_event_loop(app)) as runner:
        runner.run(take_best(app, pictures, 60.0) if best else take_pictures(app, pictures, seconds))


if __name__ == "__main__":
    if sys.argv[1] == "--best":
        main(Path(sys.argv[2]), best=True)
    else:
        main(Path(sys.argv[1]), *map(float, sys.argv[2:3]))
