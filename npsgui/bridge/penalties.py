"""How long an address waits for an answer after it has shown wrong keys. Pure: time is an argument."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

FORGIVEN: Final = 3
"""Wrong keys that cost nothing: typing errors, agents whose clients were removed."""

FIRST_SECONDS: Final = 0.25
LONGEST_SECONDS: Final = 4.0
"""The wait doubles from the first to the longest. npc gives up a handshake after ten seconds."""

MEMORY_SECONDS: Final = 600.0
"""After this long without another wrong key an address starts anew."""

MOST_ADDRESSES: Final = 10_000

MOST_KEYS: Final = 8
"""Of one address: with so many the wait is the longest."""


class Penalties:
    """Counts the different wrong keys of each address.

    Right ones from there wait as long: if they did not, no answer at once would tell a wrong guess from a
    right one, and guesses could run side by side. An agent that shows one wrong key for ever guesses nothing,
    and keeps nobody waiting who shares its address.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[tuple[bytes, ...], float]] = OrderedDict()

    def failed(self, address: str, key: bytes, now: float) -> None:
        """``address`` has shown a wrong key."""
        known = self._keys(address, now)
        if key in known:
            return
        self._failures[address] = ((*known, key)[-MOST_KEYS:], now)
        self._failures.move_to_end(address)
        if len(self._failures) > MOST_ADDRESSES:
            self._failures.popitem(last=False)

    def wait(self, address: str, now: float) -> float:
        """Seconds until an answer goes to ``address``."""
        beyond = len(self._keys(address, now)) - FORGIVEN
        return min(LONGEST_SECONDS, FIRST_SECONDS * 2**beyond) if beyond >= 0 else 0.0

    def _keys(self, address: str, now: float) -> tuple[bytes, ...]:
        keys, last = self._failures.get(address, ((), 0.0))
        return keys if now - last < MEMORY_SECONDS else ()
