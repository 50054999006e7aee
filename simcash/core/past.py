"""A run's past, walked again in a world of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from simcash.core.loop import NEVER, REPLAYED, pass_over
from simcash.core.story import Acted
from simcash.core.tables import Batch


class Past:
    """`world` is as the run's was at a tick; `go` moves it on as the run moved, up to `until`."""

    def __init__(self, world: Any, ahead: Iterable[Acted], tick: int, until: int) -> None:
        self.world, self.until = world, until
        self._ahead = deque(ahead)  # what was done to the run since
        while self._ahead and self._ahead[0].tick <= tick:
            pass_over(world, self._ahead[0].tick)
            self._act()
        pass_over(world, tick)

    def go(self, tick: int, most: int = REPLAYED) -> Iterator[Batch]:
        """On to a tick, what was done in it included; what happened, at most so many ticks at once."""
        world = self.world
        while world.now < tick:
            stop = min(tick, world.now + most, self._ahead[0].tick if self._ahead else NEVER)
            batch = world.step(stop - world.now)
            self._act()
            yield batch

    def _act(self) -> None:
        """Do again what was done in the tick reached."""
        while self._ahead and self._ahead[0].tick == self.world.now:
            self.world.act(self._ahead.popleft().action)
