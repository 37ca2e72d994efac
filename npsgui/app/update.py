"""Looks, if the user has set where, whether there is a newer npsgui; downloads nothing and sends nothing.

The file at ``update_url`` begins with a version, like ``1.4.0``.
"""

from __future__ import annotations

import asyncio
import logging
import re

from npsgui import __version__
from npsgui.app.web import ask_web
from npsgui.model.events import Events, NewVersion

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""How long the other side may take, s."""

_VERSION = re.compile(rb"HTTP/1\.[01] 200 .*?\r\n\r\n\s*v?(\d+(?:\.\d+){0,3})(?![\w.])", re.DOTALL)


async def look_for_update(url: str, events: Events, patience: float = PATIENCE) -> None:
    """Push NewVersion when the file at ``url`` names one; an empty ``url``, or no answer, is none."""
    if not url:
        return
    try:
        async with asyncio.timeout(patience):
            answer = await ask_web(url)
    except (OSError, ValueError, TimeoutError) as error:
        log.info("No version at update_url: %s", error)
        return
    found = _VERSION.match(answer)
    if found is None:
        log.info("No version at update_url")
    elif _numbers(found[1].decode()) > _numbers(__version__):
        events.push(NewVersion(found[1].decode()))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:4])
