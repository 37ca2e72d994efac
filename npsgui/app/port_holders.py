"""Tells which program has a port that is in use, where the system says. Looks beside the loop, not in it."""

from __future__ import annotations

import asyncio
import importlib
import os
import time
from dataclasses import dataclass
from typing import Any

from npsgui.model.views import Sentence
from npsgui.relay.sockets import IN_USE
from npsgui.tasks import spawn

LOOK_AGAIN = 30.0
"""The same failure is looked into again after this long, s: another program may have the port by then."""


@dataclass(slots=True)
class _Answer:
    sentence: Sentence
    at: float


class PortHolders:
    """Puts the name of the program that is in the way into the sentence of a port that is in use."""

    def __init__(self) -> None:
        self._answers: dict[tuple[Sentence, bool], _Answer] = {}

    def explain(self, failure: Sentence, *, udp: bool) -> Sentence:
        """``failure``, or what is known of it by now; the first to ask sets the search going."""
        if failure.template != IN_USE:
            return failure
        asked, now = (failure, udp), time.monotonic()
        answer = self._answers.setdefault(asked, _Answer(failure, now - LOOK_AGAIN))
        if now - answer.at >= LOOK_AGAIN:
            answer.at = now
            spawn(self._look(failure, answer, udp=udp), "look for who has a port")
        return answer.sentence

    async def _look(self, failure: Sentence, answer: _Answer, *, udp: bool) -> None:
        values = dict(failure.values)
        holder = await asyncio.to_thread(holder_of, int(str(values["port"])), udp=udp)
        if holder == OURSELVES:
            answer.sentence = Sentence("Port {port} on {address} is in use by npsgui itself.", failure.values)
        elif holder:
            answer.sentence = Sentence(
                "Port {port} on {address} is in use by {program}.", (*failure.values, ("program", holder))
            )
        else:
            answer.sentence = failure


OURSELVES = "npsgui"


def holder_of(port: int, *, udp: bool) -> str:
    """The name of the program that has a local port, ``OURSELVES`` for this one; empty where nobody says."""
    system: Any = importlib.import_module("psutil")  # most never need it
    try:
        for found in system.net_connections("udp" if udp else "tcp"):
            waits = udp or found.status == system.CONN_LISTEN
            if waits and found.laddr and found.laddr.port == port and found.pid is not None:
                return OURSELVES if found.pid == os.getpid() else str(system.Process(found.pid).name())
    except (system.Error, OSError):
        return ""
    return ""
