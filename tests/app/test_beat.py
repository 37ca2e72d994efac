"""The beat goes on, whatever befalls one of its turns."""

from __future__ import annotations

import asyncio
from typing import Any

from npsgui.app.beat import keep_beat
from npsgui.tasks import spawn
from tests.bridge.clock import hurry


def test_a_turn_that_fails_is_reported_and_the_next_is_made() -> None:
    reported: list[Any] = []
    turns: list[str] = []

    async def turn() -> None:
        turns.append("begun")
        if len(turns) == 1:
            raise ZeroDivisionError
        await asyncio.Event().wait()

    async def body() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
        beat = spawn(keep_beat(turn), "beat")
        await asyncio.sleep(5)
        beat.cancel()
        await asyncio.wait([beat])
        await asyncio.sleep(0)

        assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "beat"] == []

    hurry(body())

    assert turns == ["begun", "begun"]
    assert [type(context["exception"]) for context in reported] == [ZeroDivisionError]
