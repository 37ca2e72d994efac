"""A process: the window on a thousand clients with nine tunnels each, all of which move. Answers questions.

``populated FOLDER``; each line on stdin asks for one figure: ``table``, ``sessions``, ``turn``, ``chart`` or
``theme``.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Limits, OwnerKind, Tunnel
from npsgui.model.flow import Direction
from npsgui.model.views import ConnectionRow, Step
from npsgui.ui.application import Looks, make_application
from npsgui.ui.chart.data import Buckets, History, Range
from npsgui.ui.connections_page import ConnectionsPage
from npsgui.ui.flow_rows import lines
from npsgui.ui.loop import new_event_loop
from npsgui.ui.sidebar import Page
from npsgui.ui.theme import Theme
from npsgui.ui.window import Window
from tests.bench.ticks import Ticks

CLIENTS, TUNNELS, SESSIONS = 1000, 9, 10_000
RATE_COLUMN = 6
"""With the global owner, 10,001 owners."""

YEAR_MINUTES = 525_600
FRAMES = 40
STRETCHES = (0.5, 0.08, 0.02, 0.008)
"""The parts of a year that are panned: half of it, a month, a week, three days."""


def household() -> Configuration:
    """Clients with quotas, tunnels that do not listen: 9,000 ports are another matter."""
    found = Configuration()
    clients = {
        number: Client(id=number, key=f"k{number}", remark=f"client {number}", limits=Limits(quota=1 << 40))
        for number in range(1, CLIENTS + 1)
    }
    tunnels = {
        number: Tunnel(id=number, client=1 + number % CLIENTS, ports=(1024 + number,), enabled=False)
        for number in range(1, CLIENTS * TUNNELS + 1)
    }
    return Configuration(everything=found.everything, clients=clients, tunnels=tunnels)


class Crowd:
    """Ten thousand sessions of the household, whose rows are made anew each time, as the relay does it."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        tunnels = [configuration.tunnels[1 + at % (CLIENTS * TUNNELS)] for at in range(SESSIONS)]
        self._whose = [(tunnel.owner, tunnel.client) for tunnel in tunnels]
        self._moved = list(range(SESSIONS))

    def move(self) -> None:
        """All of them go on, each at another rate."""
        random.shuffle(self._moved)

    def connections(self) -> list[ConnectionRow]:
        """The rows of this second."""
        pairs = zip(self._whose, self._moved, strict=True)
        return [
            ConnectionRow(at, *whose, "203.0.113.7:50000", "127.0.0.1:80", 1.0, moved, moved, moved, moved)
            for at, (whose, moved) in enumerate(pairs)
        ]


class Figures:
    """Measures; times in ms."""

    def __init__(self, program: Program, window: Window, theme: Theme) -> None:
        self._program, self._window, self._theme = program, window, theme
        self._books = program._books
        assert program._beat is not None
        program._beat.cancel()  # turns are made here, when they are measured
        self._wall = time.time()

    def move(self) -> None:
        """Some bytes for every owner."""
        for number, gate in enumerate(list(self._program._accounts)):
            if number > CLIENTS:
                gate.flow.add(Direction.EXPORT, 1000 + number)

    async def table(self) -> dict[str, list[float]]:
        """All thousand rows change: to show them and paint those in sight, and the window's whole second."""
        page = self._window.pages.clients
        viewport = page.view.viewport()
        shown, whole = [], []
        for _ in range(FRAMES):
            self.move()
            began = time.perf_counter()
            self._window.refresh()
            viewport.repaint()
            whole.append((time.perf_counter() - began) * 1000)
            self.move()
            rows = lines(self._program.flows(OwnerKind.CLIENT), self._program.configuration)
            began = time.perf_counter()
            page.table.show(rows)
            viewport.repaint()
            shown.append((time.perf_counter() - began) * 1000)
        return {"shown": shown, "whole": whole}

    async def sessions(self) -> list[float]:
        """A second of the Connections page with ten thousand sessions that all moved: Qt's longest stall."""
        crowd = Crowd(self._program.configuration)
        page = ConnectionsPage(crowd, Theme())
        page.view.sortByColumn(RATE_COLUMN, Qt.SortOrder.DescendingOrder)
        page.resize(1040, 760)
        page.show()
        await asyncio.sleep(0.3)
        ticks = Ticks(4)
        stalls = []
        for _ in range(FRAMES // 4):
            crowd.move()
            await asyncio.sleep(0.05)
            ticks.take()
            page.refresh()
            await asyncio.sleep(0.2)
            stalls.append(max(ticks.take()) - 4)
        page.hide()
        page.deleteLater()
        return stalls

    async def theme(self) -> list[float]:
        """Another theme, with every page made: Qt's longest stall."""
        for page in Page:
            self._window.show_page(page)
            await asyncio.sleep(0.1)
        self._window.show_page(Page.CLIENTS)
        await asyncio.sleep(0.1)
        ticks = Ticks(4)
        stalls = []
        for turn in range(FRAMES // 4):
            ticks.take()
            self._theme.set_dark(turn % 2 == 0)
            await asyncio.sleep(0.3)
            stalls.append(max(ticks.take()) - 4)
        return stalls

    async def turn(self) -> dict[str, float]:
        """Everybody has moved, and the minute turns: the writer's time, and the longest stall of Qt."""
        ticks = Ticks(4)
        self.move()
        await asyncio.sleep(0.1)
        ticks.take()
        self._wall += 60
        self._books.begin(self._wall, time.monotonic())
        while self._books.go_on():  # noqa: ASYNC110  # as the program's beat does
            await asyncio.sleep(0)
        began = time.perf_counter()
        await self._program.coverage(0, 1)
        written = time.perf_counter() - began
        await asyncio.sleep(0.1)
        return {"writer": written * 1000, "stall": max(ticks.take()) - 4}

    async def chart(self) -> list[list[float]]:
        """Pan over a year of minutes; the frames of each stretch."""
        chart = self._window.pages.clients.detail.traffic.chart
        chart.set_range(Range.YEAR)
        until = int(time.time()) // 60 * 60
        starts = until - 60 * np.arange(YEAR_MINUTES, 0, -1, dtype=np.int64)
        moved = np.random.default_rng(1).integers(1, 1 << 30, (2, YEAR_MINUTES))
        since = int(starts[0])
        buckets = Buckets(Step.MINUTE.seconds, starts, moved[0], moved[1])
        chart.show_history(History(since, until, buckets, []))
        return [self._pan(stretch) for stretch in STRETCHES]

    def _pan(self, stretch: float) -> list[float]:
        chart = self._window.pages.clients.detail.traffic.chart
        chart.reset()
        chart.zoom(stretch)
        spent = []
        for _ in range(FRAMES):
            began = time.perf_counter()
            chart.pan(-chart.view.span / 50)
            chart.plot.viewport().repaint()
            spent.append((time.perf_counter() - began) * 1000)
        return spent


async def serve(app: QApplication, folder: Path) -> None:
    """Open the window and answer the bench until its end of stdin is closed."""
    program = await Program.open(folder)
    await program.adopt(lambda _before: (household(), {}))
    settings = Settings(folder)
    theme = Looks(app, settings).theme
    window = Window(program, theme, settings)
    window.show()
    await asyncio.sleep(1.0)
    gc.collect()
    gc.freeze()
    figures = Figures(program, window, theme)
    loop = asyncio.get_running_loop()
    while question := await loop.run_in_executor(None, sys.stdin.readline):
        answers = {
            "table": figures.table,
            "sessions": figures.sessions,
            "turn": figures.turn,
            "chart": figures.chart,
            "theme": figures.theme,
        }
        print(json.dumps(await answers[json.loads(question)]()), flush=True)


if __name__ == "__main__":
    made = make_application(sys.argv[:1])
    with asyncio.Runner(loop_factory=lambda: new_event_loop(made)) as runner:
        runner.run(serve(made, Path(sys.argv[1])))
