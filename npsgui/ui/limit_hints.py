"""What stands beneath a limit: its exact bytes, what is used of it now, and what it will do."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from PySide6.QtCore import QObject

from npsgui.ui.amounts import format_bytes, format_rate


class Measure(enum.Enum):
    """What a limit limits."""

    BYTES = enum.auto()
    RATE = enum.auto()
    CONNECTIONS = enum.auto()
    TUNNELS = enum.auto()


@dataclass(frozen=True, slots=True)
class Use:
    """What is used of a limit now: bytes, bytes/s or a count."""

    measure: Measure
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class Hint:
    """A text, and whether it warns."""

    text: str
    warns: bool = False


class LimitHints(QObject):
    """Says it in the user's language."""

    def of(self, limit: int, use: Use) -> Hint:
        """The hint of a limit; 0 is unlimited."""
        if use.measure is Measure.BYTES:
            return self._of_bytes(limit, use.now)
        if use.measure is Measure.RATE:
            return self._of_rate(limit, use.now)
        return self._of_count(limit, round(use.now), use.measure)

    def _of_bytes(self, quota: int, used: float) -> Hint:
        words = format_bytes(used)
        if not quota:
            return Hint(self.tr("{used} used so far").format(used=words) if used else self.tr("No limit"))
        if used >= quota:
            return Hint(self.tr("{used} are used already: it is cut at once.").format(used=words), warns=True)
        exact = self.tr("{count} bytes").format(count=f"{quota:,}")
        if not used:
            return Hint(exact)
        share = self.tr("{used} used ({percent} %)").format(used=words, percent=int(used / quota * 100))
        return Hint(f"{exact} · {share}")

    def _of_rate(self, limit: int, now: float) -> Hint:
        flows = self.tr("now {rate}").format(rate=format_rate(now)) if now else ""
        exact = self.tr("{count} bytes/s").format(count=f"{limit:,}") if limit else self.tr("No limit")
        return Hint(" · ".join(part for part in (exact, flows) if part))

    def _of_count(self, limit: int, now: int, measure: Measure) -> Hint:
        if limit and now > limit and measure is Measure.CONNECTIONS:
            text = self.tr(
                "{count} are open and stay; new ones are refused until fewer than {limit} are left."
            )
            return Hint(text.format(count=f"{now:,}", limit=f"{limit:,}"), warns=True)
        if limit and now > limit:
            text = self.tr("It has {count} and keeps them; it gets no new ones.")
            return Hint(text.format(count=f"{now:,}"), warns=True)
        if now:
            return Hint(self.tr("Now {count}").format(count=f"{now:,}"))
        return Hint(self.tr("None now") if limit else self.tr("No limit"))
