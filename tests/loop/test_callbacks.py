"""Callbacks, timers, threads and contexts, on every loop that npsgui runs on."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.conftest import Run
from tests.loop.checks import without_qasync

WORD: contextvars.ContextVar[str] = contextvars.ContextVar("WORD", default="outside")


def test_callbacks_run_in_the_order_of_their_scheduling(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ran: list[int] = []
        done = asyncio.Event()
        for number in range(100):
            loop.call_soon(ran.append, number)
        loop.call_soon(done.set)
        await done.wait()

        assert ran == list(range(100))

    run(body())


def test_a_callback_scheduled_by_a_callback_runs_after_those_that_wait(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        done = asyncio.Event()

        def first() -> None:
            ran.append("first")
            loop.call_soon(ran.append, "third")
            loop.call_soon(done.set)

        loop.call_soon(first)
        loop.call_soon(ran.append, "second")
        await done.wait()

        assert ran == ["first", "second", "third"]

    run(body())


def test_timers_run_in_the_order_of_their_deadlines(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ran: list[int] = []
        done = asyncio.Event()
        start = loop.time()
        loop.call_at(start + 0.06, done.set)
        for milliseconds in (40, 20, 50, 10, 30):
            loop.call_at(start + milliseconds / 1000, ran.append, milliseconds)
        await done.wait()

        assert ran == [10, 20, 30, 40, 50]

    run(body())


@without_qasync("its Qt timers are cut to whole milliseconds, so that they can fire early")
def test_timers_never_fire_early(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        early: list[float] = []
        left = 200
        done = asyncio.Event()

        def fired(deadline: float) -> None:
            nonlocal left
            left -= 1
            if loop.time() < deadline:
                early.append(deadline - loop.time())
            if not left:
                done.set()

        start = loop.time()
        for number in range(left):
            deadline = start + number * 0.000_13
            loop.call_at(deadline, fired, deadline)
        await done.wait()

        assert early == []

    run(body())


def test_a_cancelled_handle_does_not_run(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        soon = loop.call_soon(ran.append, "soon")
        later = loop.call_later(0.001, ran.append, "later")
        soon.cancel()
        later.cancel()
        await asyncio.sleep(0.005)

        assert ran == []
        assert soon.cancelled()
        assert later.cancelled()

    run(body())


def test_threads_wake_an_idle_loop_and_keep_their_order(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ran: list[int] = []
        done = asyncio.Event()

        def call_from_outside() -> None:
            for number in range(1000):
                loop.call_soon_threadsafe(ran.append, number)
            loop.call_soon_threadsafe(done.set)

        thread = threading.Thread(target=call_from_outside)
        thread.start()
        await done.wait()
        thread.join()

        assert ran == list(range(1000))

    run(body())


def test_a_coroutine_can_be_run_from_a_thread(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()

        async def answer() -> str:
            await asyncio.sleep(0)
            return "answer"

        def ask() -> str:
            return asyncio.run_coroutine_threadsafe(answer(), loop).result(10)

        assert await asyncio.to_thread(ask) == "answer"

    run(body())


def test_executors_return_results_and_raise_errors(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        here = threading.get_ident()
        assert await loop.run_in_executor(None, threading.get_ident) != here
        with ThreadPoolExecutor(1) as pool:
            assert await loop.run_in_executor(pool, sum, [1, 2]) == 3
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, divmod, 1, 0)

    run(body())


def test_a_thread_sees_the_context_of_its_caller(run: Run[Any]) -> None:
    async def body() -> None:
        WORD.set("inside")
        assert await asyncio.to_thread(WORD.get) == "inside"

    run(body())


def test_callbacks_run_in_the_context_they_were_given(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        other = contextvars.copy_context()
        other.run(WORD.set, "other")
        WORD.set("body")
        seen: list[str] = []
        done = asyncio.Event()

        def see() -> None:
            seen.append(WORD.get())

        loop.call_soon(see)
        loop.call_soon(see, context=other)
        loop.call_later(0.001, see, context=other)
        loop.call_later(0.01, done.set)
        await done.wait()

        assert seen == ["body", "other", "other"]

    run(body())
    assert WORD.get() == "outside"


def test_a_failing_callback_is_reported_and_the_loop_goes_on(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        reports: list[dict[str, Any]] = []
        done = asyncio.Event()
        loop.set_exception_handler(lambda _loop, context: reports.append(context))
        loop.call_soon(divmod, 1, 0)
        loop.call_soon(done.set)
        await done.wait()

        assert [type(report["exception"]) for report in reports] == [ZeroDivisionError]

    run(body())


def test_a_failing_callback_that_nobody_handles_is_logged(
    run: Run[Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def body() -> None:
        asyncio.get_running_loop().call_soon(divmod, 1, 0)
        await asyncio.sleep(0.001)

    run(body())
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert errors[0].exc_info


def test_debug_mode_names_a_slow_callback(run: Run[Any], caplog: pytest.LogCaptureFixture) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        loop.slow_callback_duration = 0.0
        before = loop.get_debug()
        loop.set_debug(True)
        done = asyncio.Event()
        loop.call_soon(done.set)
        await done.wait()
        loop.set_debug(before)

    run(body())
    assert any("took" in record.getMessage() for record in caplog.records)


@without_qasync("it does not look which thread calls")
def test_debug_mode_refuses_calls_from_another_thread(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        for call in (lambda: loop.call_soon(print), lambda: loop.call_later(1, print)):
            with pytest.raises(RuntimeError, match="Non-thread-safe"):
                await asyncio.to_thread(call)

    run(body())


@pytest.mark.parametrize("schedule", ["call_soon", "call_later"])
def test_a_callback_that_has_run_is_let_go(run: Run[Any], schedule: str) -> None:
    async def body() -> None:
        class Thing:
            def touch(self) -> None:
                """Be called."""

        loop = asyncio.get_running_loop()
        call: Callable[[Callable[[], None]], asyncio.Handle] = (
            loop.call_soon if schedule == "call_soon" else lambda callback: loop.call_later(0.001, callback)
        )
        thing = Thing()
        left = weakref.ref(thing)
        call(thing.touch)
        del thing
        await asyncio.sleep(0.005)
        gc.collect()

        assert left() is None

    run(body())
