"""What our loop owes Qt, and Qt our loop."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import math
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import qasync
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from npsgui.ui.loop import TURN_SECONDS, QtLoop
from tests.conftest import Run

OURS = pytest.mark.parametrize("loop_name", ["npsgui"])
TURNS = 5
MANY = 200_000


class SteppedLoop(QtLoop):
    """Its clock goes on by a millisecond whenever it is read."""

    def __init__(self, app: QCoreApplication) -> None:
        self.milliseconds = 0
        super().__init__(app)

    def time(self) -> float:
        self.milliseconds += 1
        return self.milliseconds / 1000


class Gone:
    """An application whose display is gone: its loop ends whenever it is run."""

    def __init__(self) -> None:
        self.runs = 0

    def exec(self) -> int:
        self.runs += 1
        return 1


@pytest.mark.usefixtures("qapp")
def test_asyncio_goes_on_alone_when_qt_has_ended_of_itself() -> None:
    gone = Gone()
    with asyncio.Runner(loop_factory=lambda: QtLoop(gone)) as runner:  # type: ignore[arg-type]
        runner.run(asyncio.sleep(0.01))

    assert gone.runs == 1


@pytest.fixture
def stepped(qapp: QCoreApplication) -> Iterator[SteppedLoop]:
    """A loop that is closed at the end."""
    loop = SteppedLoop(qapp)
    loop.set_debug(False)  # which would read the clock for each callback
    yield loop
    loop.close()


def in_qt(call: Callable[[], object]) -> None:
    """Call from a Qt slot, outside of every asyncio callback."""
    QTimer.singleShot(0, call)


def nested(*calls: Callable[[], object]) -> None:
    """Open a Qt loop in this callback, make ``calls`` in it, and end it after Qt has had ten more rounds."""
    inner = QEventLoop()
    rounds = QTimer()
    left = 10

    def count() -> None:
        nonlocal left
        left -= 1
        if not left:
            inner.quit()

    for call in calls:
        in_qt(call)
    rounds.timeout.connect(count)
    rounds.start(0)
    inner.exec()
    rounds.stop()


def test_nothing_of_stock_qasync_is_left_in_force() -> None:
    kept = {"__init__", "__enter__", "__exit__", "__module__", "__dict__", "__weakref__", "__doc__"}
    left = [
        name
        for base in QtLoop.__mro__
        if base.__module__.startswith("qasync") and base is not qasync.QEventLoop
        for name, method in vars(base).items()
        if inspect.isfunction(method) and name not in kept and not name.startswith("_QEventLoop__")
        if inspect.getattr_static(QtLoop, name) is method and hasattr(asyncio.SelectorEventLoop, name)
    ]
    assert left == []


@OURS
@pytest.mark.parametrize("schedule", ["call_soon", "call_later", "create_task", "set_result"])
def test_what_a_qt_slot_schedules_wakes_an_idle_loop(run: Run[Any], schedule: str) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        done = asyncio.Event()
        future = loop.create_future()
        future.add_done_callback(lambda _future: done.set())

        async def set_done() -> None:
            done.set()

        calls: dict[str, Callable[[], object]] = {
            "call_soon": lambda: loop.call_soon(done.set),
            "call_later": lambda: loop.call_later(0.001, done.set),
            "create_task": lambda: loop.create_task(set_done()),
            "set_result": lambda: future.set_result(None),
        }
        in_qt(calls[schedule])
        await done.wait()

    run(body())


@OURS
def test_a_qt_slot_can_stop_the_loop(runner: asyncio.Runner) -> None:
    loop = runner.get_loop()
    in_qt(loop.stop)
    loop.run_forever()
    assert not loop.is_running()


@OURS
def test_qt_can_wait_for_a_timer_that_is_infinitely_far(runner: asyncio.Runner) -> None:
    async def body() -> None:
        waiting = asyncio.create_task(asyncio.sleep(math.inf))
        idle = asyncio.Event()
        in_qt(idle.set)
        await idle.wait()
        waiting.cancel()

    runner.run(body())


@OURS
def test_a_running_loop_that_a_qt_slot_tries_to_close_runs_on(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        due = asyncio.Event()

        def try_to_close() -> None:
            with pytest.raises(RuntimeError, match="running"):
                loop.close()

        loop.call_later(0.01, due.set)
        in_qt(try_to_close)
        await due.wait()

    run(body())


@OURS
def test_a_loop_outlives_a_qt_that_quits(run: Run[Any], qapp: QCoreApplication) -> None:
    async def body() -> None:
        in_qt(qapp.quit)
        await asyncio.sleep(0.01)

    run(body())


@OURS
def test_asyncio_stands_still_in_a_nested_qt_loop_and_goes_on_after_it(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        reader, writer = await _pair(ran)
        loop.call_soon(ran.append, "waited")
        loop.call_later(0, ran.append, "was due")
        writer.write(b"arrived")

        nested(lambda: loop.call_soon(ran.append, "scheduled inside"))
        assert ran == []

        assert await reader.readexactly(7) == b"arrived"
        await asyncio.sleep(0.001)
        assert sorted(ran) == ["scheduled inside", "waited", "was due"]
        writer.close()
        await writer.wait_closed()

    run(body())


async def _pair(ran: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to a server that sends back what comes."""

    async def back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(back, "127.0.0.1", 0)
    made = await asyncio.open_connection(*server.sockets[0].getsockname())
    server.close()
    return made


@OURS
def test_a_loop_stopped_in_a_nested_qt_loop_stops_after_it(runner: asyncio.Runner) -> None:
    loop = runner.get_loop()
    loop.call_soon(nested, loop.stop)
    loop.run_forever()
    assert loop.run_until_complete(asyncio.sleep(0, "runs on")) == "runs on"


@OURS
def test_events_processed_in_a_callback_do_not_enter_asyncio_again(
    run: Run[Any], qapp: QCoreApplication
) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        loop.call_soon(ran.append, "later")
        for _ in range(10):
            qapp.processEvents()
        assert ran == []
        await asyncio.sleep(0)
        assert ran == ["later"]

    run(body())


def test_a_busy_loop_gives_qt_its_time_every_turn(stepped: SteppedLoop) -> None:
    """Counted in readings of the clock, a millisecond each: a turn may read it a few times beyond its end."""
    seen: list[int] = []
    ran = 0

    def busy() -> None:
        nonlocal ran
        ran += 1
        assert ran < 1000, "Qt was never given any time"
        stepped.call_soon(busy)

    def tick() -> None:
        seen.append(stepped.milliseconds)
        if len(seen) == TURNS:
            stepped.stop()

    painter = QTimer()
    painter.timeout.connect(tick)
    painter.start(0)
    stepped.call_soon(busy)
    stepped.run_forever()
    painter.stop()

    gaps = [after - before for before, after in itertools.pairwise(seen)]
    assert max(gaps) <= TURN_SECONDS * 1000 + 4
    assert ran > TURNS, "a turn carries more than one callback"


@OURS
def test_a_turn_goes_on_while_something_is_ready(run: Run[Any]) -> None:
    """As long as its time is not up, a chain of callbacks does not go through Qt."""

    async def body() -> None:
        ticks = 0

        def tick() -> None:
            nonlocal ticks
            ticks += 1

        painter = QTimer()
        painter.timeout.connect(tick)
        painter.start(0)
        for _ in range(10_000):
            await asyncio.sleep(0)
        painter.stop()
        assert ticks < 5_000

    run(body())


@OURS
def test_cancelled_timers_do_not_stay(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, QtLoop)
        loop.set_debug(False)  # which would keep a traceback with each
        for _ in range(MANY):
            loop.call_later(3600, print).cancel()
        await asyncio.sleep(0)
        assert len(loop._scheduled) <= 100

    run(body())


@OURS
def test_cancelled_timeouts_leave_no_memory_behind(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        loop.set_debug(False)
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(100):
            for _ in range(100):
                async with asyncio.timeout(3600):
                    await asyncio.sleep(0)
        after, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert after - before < 200_000
        assert peak - before < 400_000

    run(body())


def test_this_pyside_survives_twenty_thousand_signals() -> None:
    """PySide 6.12.0 aborts CPython 3.11 after some thousand: a refcount bug on None and True."""
    script = """
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Sender(QObject):
    happened = Signal(bool, object)

app = QCoreApplication([])
sender = Sender()
seen = 0

def count(yes, nothing):
    global seen
    seen += yes and nothing is None

sender.happened.connect(count)
for _ in range(20_000):
    sender.happened.emit(True, None)
print(seen)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "20000\n", "")
