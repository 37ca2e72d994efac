"""Starting, stopping and closing, signals, tasks and subprocesses, on every loop that npsgui runs on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import Run
from tests.loop.checks import without_qasync

SWALLOWS = "it has Qt call the callbacks one by one, and Qt swallows what they raise"


def test_a_loop_runs_again_after_it_has_run(runner: asyncio.Runner) -> None:
    loop = runner.get_loop()

    assert loop.run_until_complete(asyncio.sleep(0, "first")) == "first"
    assert not loop.is_running()
    assert loop.run_until_complete(asyncio.sleep(0, "second")) == "second"


def test_what_the_body_raises_is_raised(runner: asyncio.Runner) -> None:
    async def body() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        runner.run(body())


def test_a_running_loop_cannot_be_run_or_closed(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        other = asyncio.sleep(0)
        with pytest.raises(RuntimeError):
            loop.run_until_complete(other)
        other.close()
        with pytest.raises(RuntimeError):
            loop.close()
        await asyncio.sleep(0.001)

    run(body())


def test_stop_ends_run_forever_and_it_can_be_run_again(runner: asyncio.Runner) -> None:
    loop = runner.get_loop()
    ran: list[int] = []
    for number in range(3):
        loop.call_soon(ran.append, number)
        loop.call_soon(loop.stop)
        loop.run_forever()

    assert ran == [0, 1, 2]


@without_qasync("its callbacks are Qt timers: which of them run before Qt ends is Qt's affair")
def test_stop_lets_the_callbacks_that_wait_run_and_no_others(runner: asyncio.Runner) -> None:
    loop = runner.get_loop()
    ran: list[str] = []

    def last() -> None:
        ran.append("last")
        loop.call_soon(ran.append, "next time")

    loop.call_soon(loop.stop)
    loop.call_soon(last)
    loop.run_forever()
    assert ran == ["last"]

    loop.call_soon(loop.stop)
    loop.run_forever()
    assert ran == ["last", "next time"]


@without_qasync("its stop() does nothing before it runs, and run_forever never ends")
def test_stop_before_the_start_runs_what_waits_once(runner: asyncio.Runner) -> None:
    loop = runner.get_loop()
    ran: list[str] = []
    loop.call_soon(ran.append, "waiting")
    loop.stop()
    loop.run_forever()

    assert ran == ["waiting"]


@without_qasync("it takes callbacks that it will never call")
def test_a_closed_loop_takes_nothing(runner: asyncio.Runner) -> None:
    loop = runner.get_loop()
    runner.close()

    assert loop.is_closed()
    for call in (lambda: loop.call_soon(print), lambda: loop.call_later(1, print), loop.run_forever):
        with pytest.raises(RuntimeError, match="closed"):
            call()


def test_the_runner_cancels_the_tasks_that_are_left(runner: asyncio.Runner) -> None:
    ended: list[str] = []

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("left")

    async def body() -> asyncio.Task[None]:
        left = asyncio.create_task(wait_for_ever())
        await asyncio.sleep(0)
        return left

    task = runner.run(body())
    runner.close()

    assert task.cancelled()
    assert ended == ["left"]


@without_qasync("its run_forever does not track asynchronous generators")
def test_asynchronous_generators_left_open_are_closed_at_the_end(runner: asyncio.Runner) -> None:
    ended: list[str] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            ended.append("closed")

    async def body() -> AsyncIterator[int]:
        left = numbers()
        assert await anext(left) == 1
        return left

    kept = runner.run(body())
    runner.close()

    assert kept
    assert ended == ["closed"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@without_qasync(SWALLOWS)
def test_what_ends_the_program_surfaces_from_the_loop(
    runner: asyncio.Runner, error: type[BaseException]
) -> None:
    def interrupt() -> None:
        raise error

    loop = runner.get_loop()
    loop.call_soon(interrupt)
    with pytest.raises(error):
        loop.run_forever()

    assert loop.run_until_complete(asyncio.sleep(0, "runs on")) == "runs on"


@without_qasync("Qt sleeps through the signal")
def test_ctrl_c_ends_a_loop_that_is_idle(runner: asyncio.Runner) -> None:
    ended: list[str] = []

    async def body() -> None:
        # the moment lets the loop fall asleep: without it the test would pass, but prove less
        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT)).start()
        asyncio.get_running_loop().call_later(5, ended.append, "woken by a timer")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    with pytest.raises(KeyboardInterrupt):
        runner.run(body())
    assert ended == ["cancelled"]


def test_signal_handlers_are_called_until_they_are_removed(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        seen = asyncio.Queue[int]()
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            loop.add_signal_handler(number, seen.put_nowait, number)
        threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGUSR1)).start()
        assert await seen.get() == signal.SIGUSR1
        os.kill(os.getpid(), signal.SIGUSR2)
        assert await seen.get() == signal.SIGUSR2
        assert loop.remove_signal_handler(signal.SIGUSR1)
        assert not loop.remove_signal_handler(signal.SIGUSR1)
        assert loop.remove_signal_handler(signal.SIGUSR2)

    run(body())


def test_a_timeout_cancels_what_takes_too_long(run: Run[Any]) -> None:
    async def body() -> None:
        waiting = asyncio.get_running_loop().create_future()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await waiting
        assert waiting.cancelled()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.001)
        assert await asyncio.wait_for(asyncio.sleep(0, "in time"), 20) == "in time"

    run(body())


def test_a_task_group_cancels_the_others_when_one_fails(run: Run[Any]) -> None:
    async def fail() -> None:
        await asyncio.sleep(0.001)
        raise LookupError

    async def body() -> None:
        tasks: list[asyncio.Task[Any]] = []

        async def work_together() -> None:
            async with asyncio.TaskGroup() as group:
                tasks.extend(group.create_task(work) for work in (asyncio.Event().wait(), fail()))

        with pytest.raises(ExceptionGroup) as raised:
            await work_together()
        assert tasks[0].cancelled()
        assert [type(error) for error in raised.value.exceptions] == [LookupError]

    run(body())


def test_a_cancelled_task_cleans_up_and_may_await_while_it_does(run: Run[Any]) -> None:
    async def body() -> None:
        steps: list[str] = []

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.001)
                steps.append("cleaned up")

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert steps == ["cleaned up"]

    run(body())


def test_tasks_take_turns(run: Run[Any]) -> None:
    async def body() -> None:
        order: list[str] = []

        async def work(name: str) -> None:
            for _ in range(3):
                order.append(name)
                await asyncio.sleep(0)

        await asyncio.gather(work("a"), work("b"))
        assert order == ["a", "b"] * 3

    run(body())


def test_a_subprocess_takes_input_and_gives_output_and_a_return_code(run: Run[Any]) -> None:
    script = "import sys; sys.stdout.write(sys.stdin.read().upper()); sys.stderr.write('so'); sys.exit(3)"

    async def body() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            script,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        answer = await process.communicate(b"hello" * 20_000)

        assert answer == (b"HELLO" * 20_000, b"so")
        assert process.returncode == 3

    run(body())


def test_a_subprocess_can_be_killed(run: Run[Any]) -> None:
    async def body() -> None:
        process = await asyncio.create_subprocess_exec("sleep", "60")
        process.kill()
        assert await process.wait() == -signal.SIGKILL

    run(body())
