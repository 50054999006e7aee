"""What happened in the last few ticks: the batches of a world, as long as they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from simcash.core.tables import Batch

Columns = Mapping[str, np.ndarray]
Reading = Callable[[Batch, int, int], Columns]  # (batch, first tick, the tick after the last)
Parts = tuple[tuple[Batch, int], ...]  # each with the tick it ends before


class Window:
    """Batches in order, from tick `since` to `until`; one thread adds, another may read and `precede`."""

    def __init__(self, reach: int, tick: int) -> None:
        self.reach, self.since, self.until = reach, tick, tick
        self._earlier: Parts = ()
        self._parts: Parts = ()

    def add(self, batch: Batch, now: int) -> None:
        """What happened on the way to `now`; what lies too far back is let go of."""
        parts = self._parts
        both = parts[-1][0].then(batch) if parts else None
        if both is None:
            self._parts = (*(part for part in parts if part[1] > now - self.reach), (batch, now))
        else:
            self._parts = (*parts[:-1], (both, now))
        self.until = now

    def precede(self, earlier: Window) -> None:
        """What happened before the first of these."""
        self._earlier, self.since = earlier._parts, earlier.since

    def read(self, reading: Reading, first: int, until: int, names: tuple[str, ...]) -> Columns:
        """What a reading finds in some ticks."""
        parts = (*self._earlier, *self._parts)
        pieces = [reading(batch, first, until) for batch, end in parts if end > first]
        if len(pieces) == 1:
            return pieces[0]
        nothing = [np.zeros(0, np.int64)]
        return {name: np.concatenate([piece[name] for piece in pieces] or nothing) for name in names}
