"""How long an address waits for an answer after it has shown wrong keys. Pure: time is an argument."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

FORGIVEN: Final = 3
"""Wrong keys that cost nothing: a typing error, an agent whose client was removed."""

FIRST_SECONDS: Final = 0.25
LONGEST_SECONDS: Final = 4.0
"""The wait doubles from the first to the longest. npc gives up a handshake after ten seconds."""

MEMORY_SECONDS: Final = 600.0
"""After this long without a wrong key an address starts anew."""

MOST_ADDRESSES: Final = 10_000


class Penalties:
    """Counts wrong keys by address. Right ones from there wait as long: guesses must not run side by side."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def failed(self, address: str, now: float) -> None:
        """``address`` has shown a wrong key."""
        count = self._count(address, now) + 1
        self._failures[address] = (count, now)
        self._failures.move_to_end(address)
        if len(self._failures) > MOST_ADDRESSES:
            self._failures.popitem(last=False)

    def wait(self, address: str, now: float) -> float:
        """Seconds until an answer goes to ``address``."""
        beyond = self._count(address, now) - FORGIVEN
        return min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(beyond, 30)) if beyond >= 0 else 0.0

    def _count(self, address: str, now: float) -> int:
        count, last = self._failures.get(address, (0, 0.0))
        return count if now - last < MEMORY_SECONDS else 0
