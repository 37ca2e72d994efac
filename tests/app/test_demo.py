from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from npsgui.app.demo.demo import PREFIX, Demo, throw_away_folder
from npsgui.app.demo.household import CLIENTS, PLACES
from npsgui.app.instance import InstanceLock
from npsgui.app.program import Program
from npsgui.model.entities import OwnerKey
from npsgui.model.events import Event, SessionClosed, SessionOpened, VisitorRefused
from npsgui.model.gate import Cause
from npsgui.model.views import State
from tests.conftest import Run
from tests.relay.house import free_port

CAMERA = next(client for client in CLIENTS if client.remark == "camera-yard")
CAMERAS = [place for place in PLACES if place.tunnel.client == CAMERA.id]

LOOPS = pytest.mark.parametrize("loop_name", ["asyncio", "npsgui"])
"""Without stock qasync: closed while a connection comes in, it leaves the transport to the collector."""


async def no_time(_seconds: float) -> None:
    """A pause that lets the others have their turn, and no more."""
    await asyncio.sleep(0)


class Watched:
    """A Program with the demo in it, whose events are awaited."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.seen: list[Event] = []
        self._more = asyncio.Event()
        program.events.subscribe(self._on_event)

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait until an event has made ``met`` true."""
        while not met():
            self._more.clear()
            await self._more.wait()

    def refused(self, by: OwnerKey) -> int:
        """How many visitors an owner's limit turned away."""
        return sum(isinstance(event, VisitorRefused) and event.by == by for event in self.seen)

    def opened(self, owner: OwnerKey) -> int:
        """How many sessions a tunnel has had."""
        return sum(isinstance(event, SessionOpened) and event.owner == owner for event in self.seen)

    def cut(self, owner: OwnerKey) -> int:
        """How many of a tunnel's sessions a quota ended."""
        return sum(
            isinstance(event, SessionClosed) and event.owner == owner and event.cause is Cause.QUOTA
            for event in self.seen
        )

    def _on_event(self, event: Event) -> None:
        self.seen.append(event)
        self._more.set()


async def in_a_demo(body: Callable[[Demo, Watched], Awaitable[None]], folder: Path) -> None:
    """Run ``body`` in a demo that lets no time pass; close everything after it."""
    program = await Program.open(folder)
    watched = Watched(program)
    demo = await Demo.open(program, no_time)
    try:
        await body(demo, watched)
    finally:
        await program.close()
        await demo.close()


@LOOPS
def test_a_quota_is_reached_its_sessions_are_closed_and_visitors_are_refused(
    run: Run[None], tmp_path: Path
) -> None:
    async def body(demo: Demo, watched: Watched) -> None:
        visitors = sum(place.habit.visitors for place in CAMERAS)
        await watched.until(lambda: watched.refused(CAMERA.owner) >= visitors)
        await watched.until(lambda: watched.program.flow(CAMERA.owner).connections == 0)

        row = watched.program.flow(CAMERA.owner)
        assert row.state is State.OVER_QUOTA
        assert row.used == row.quota
        assert watched.cut(CAMERAS[0].tunnel.owner) > 0

    run(in_a_demo(body, tmp_path))


@LOOPS
def test_what_is_counted_is_what_arrived(run: Run[None], tmp_path: Path) -> None:
    async def body(demo: Demo, watched: Watched) -> None:
        await watched.until(lambda: watched.refused(CAMERA.owner) > 0)
        owners = [place.tunnel.owner for place in CAMERAS]
        await watched.until(lambda: not any(watched.program.flow(owner).connections for owner in owners))

        for place in CAMERAS:
            row, seen = watched.program.flow(place.tunnel.owner), demo.seen[place.tunnel.owner]
            assert row.inlet - place.carried.inlet == seen.inlet
            assert row.export - place.carried.export == seen.export

    run(in_a_demo(body, tmp_path))


@LOOPS
def test_every_tunnel_is_used(run: Run[None], tmp_path: Path) -> None:
    async def body(demo: Demo, watched: Watched) -> None:
        await watched.until(lambda: all(seen.inlet and seen.export for seen in demo.seen.values()))

    run(in_a_demo(body, tmp_path))


@LOOPS
def test_the_books_of_a_demo_add_up(run: Run[None], tmp_path: Path) -> None:
    async def body(demo: Demo, watched: Watched) -> None:
        await watched.until(lambda: watched.refused(CAMERA.owner) > 0)

    async def verified() -> None:
        program = await Program.open(tmp_path, relay=False)
        assert await program.verify() == []
        await program.close()

    run(in_a_demo(body, tmp_path))
    run(verified())


@LOOPS
def test_visitors_come_back_when_the_quota_is_raised(run: Run[None], tmp_path: Path) -> None:
    async def body(demo: Demo, watched: Watched) -> None:
        await watched.until(lambda: watched.refused(CAMERA.owner) > 0)
        before = watched.opened(CAMERAS[0].tunnel.owner)
        await watched.program.set(CAMERA.owner, {"quota": "3GiB"})
        await watched.until(lambda: watched.opened(CAMERAS[0].tunnel.owner) > before)

    run(in_a_demo(body, tmp_path))


@LOOPS
def test_visitors_follow_a_tunnel_to_another_port(run: Run[None], tmp_path: Path) -> None:
    async def body(demo: Demo, watched: Watched) -> None:
        web = PLACES[0].tunnel.owner
        await watched.program.set(web, {"port": str(free_port())})
        before = watched.opened(web)
        await watched.until(lambda: watched.opened(web) > before)

    run(in_a_demo(body, tmp_path))


def test_the_folder_is_gone_afterwards_whatever_happened() -> None:
    used: list[Path] = []

    def fail() -> None:
        with throw_away_folder() as folder:
            used.append(folder)
            (folder / "something").write_text("left", "utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert not used[0].exists()


def test_the_folder_of_a_demo_that_was_killed_goes_with_the_next_one() -> None:
    killed = Path(tempfile.mkdtemp(prefix=PREFIX))
    InstanceLock.acquire(killed).release()
    running = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = InstanceLock.acquire(running)
    try:
        with throw_away_folder():
            assert not killed.exists()
            assert running.exists()
    finally:
        lock.release()
        shutil.rmtree(running)
