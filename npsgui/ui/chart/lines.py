"""Live rates under a chart, as arrays. Pure: no Qt, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from npsgui.model.views import Sample
from npsgui.ui.chart.data import Buckets, Floats, Total, total_of

BREAK = 2.5
"""Live samples further apart than this, s, are not joined by a line."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Live rates. (n,) each: times in Unix time s; bytes/s, NaN where the line breaks."""

    times: Floats
    inlet: Floats
    export: Floats

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Lines:
        """From samples, the oldest first; a point that is no number stands in every gap."""
        times = np.fromiter((sample.at for sample in samples), np.float64, len(samples))
        inlet = np.fromiter((sample.inlet for sample in samples), np.float64, len(samples))
        export = np.fromiter((sample.export for sample in samples), np.float64, len(samples))
        breaks = np.flatnonzero(np.diff(times) > BREAK) + 1
        return cls(
            np.insert(times, breaks, times[breaks - 1] + 1.0),
            np.insert(inlet, breaks, np.nan),
            np.insert(export, breaks, np.nan),
        )

    @property
    def span(self) -> float:
        """From the first sample to the last, s."""
        return float(self.times[-1] - self.times[0]) if self.times.size else 0.0

    def peak(self, left: float, right: float) -> float:
        """The highest rate in [left, right], bytes/s."""
        seen = slice(np.searchsorted(self.times, left), np.searchsorted(self.times, right, side="right"))
        both = np.concatenate((self.inlet[seen], self.export[seen]))
        return float(np.nanmax(both)) if np.isfinite(both).any() else 0.0

    def total(self, left: float, right: float) -> Total | None:
        """About how much moved from ``left`` to ``right``, by the rates; None where nothing is known."""
        seen = slice(
            np.searchsorted(self.times, left, side="right"), np.searchsorted(self.times, right, side="right")
        )
        known = np.isfinite(self.inlet[seen])
        if not known.any():
            return None
        ends, inlet, export = (values[seen][known] for values in (self.times, self.inlet, self.export))
        seconds = Buckets(1, *(np.rint(values).astype(np.int64) for values in (ends - 1.0, inlet, export)))
        return total_of(seconds, left, right, exact=False)

    def at(self, moment: float) -> Sample | None:
        """The sample nearest to ``moment``; None in a gap and outside."""
        if not self.times.size:
            return None
        index = int(np.abs(self.times - moment).argmin())
        if abs(self.times[index] - moment) > BREAK or np.isnan(self.inlet[index]):
            return None
        return Sample(float(self.times[index]), float(self.inlet[index]), float(self.export[index]))
