"""What owners carry, hour by hour, as some of them do."""

from __future__ import annotations

import random
from collections.abc import Callable

from npsgui.model.forecast import DAY, WEEK

GIB = 2**30
MONDAY = 1_700_438_400
"""A midnight in UTC."""

Pattern = Callable[[random.Random, int], list[int]]
"""Makes so many hours from a Monday on."""


def office(chance: random.Random, count: int) -> list[int]:
    """Busy from nine to six on weekdays, and now and then otherwise."""
    level = [chance.lognormvariate(0, 0.4) for _ in range(count // DAY + 1)]
    return [
        int(
            GIB
            * level[at // DAY]
            * chance.lognormvariate(0, 0.5)
            * (1 if at % WEEK < 5 * DAY and 9 <= at % DAY < 18 else 0.03)
        )
        for at in range(count)
    ]


def steady(chance: random.Random, count: int) -> list[int]:
    """All hours alike, but for noise."""
    return [int(GIB * chance.lognormvariate(0, 0.3)) for _ in range(count)]


def backup(chance: random.Random, count: int) -> list[int]:
    """Little, and much in the night to Sunday."""
    return [
        int(GIB * (chance.uniform(30, 60) if at % WEEK == 6 * DAY + 2 else chance.uniform(0, 0.2)))
        for at in range(count)
    ]
