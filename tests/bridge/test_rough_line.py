"""Bytes over a slow and rough line. ``python -m tests.bridge.rough_line`` does it with 1 GiB."""

from __future__ import annotations

import asyncio

from tests.bridge.rough_line import MIB, echo_over
from tests.bridge.town import town


def test_16_mib_come_back_exactly_over_a_rough_line() -> None:
    async def body() -> None:
        async with town() as place, asyncio.timeout(60):
            assert await echo_over(place, 16 * MIB, 16 * MIB)

    asyncio.run(body())
