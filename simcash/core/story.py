"""What was done to a run, and, after a rewind, what was done later than now."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any, NamedTuple


class Acted(NamedTuple):
    """An action that was answered, in the tick before which it happened."""

    tick: int
    action: Mapping[str, Any]
    accepted: bool


class Story:
    """The actions of a run: done so far, and ahead, to be done again unless the story changes."""

    def __init__(self, done: Iterable[Acted] = (), ahead: Iterable[Acted] = (), inherited: int = 0) -> None:
        self.done = list(done)
        self.ahead = deque(ahead)
        self.inherited = inherited  # of those done: how many the run's first state already holds

    def in_tick(self, tick: int) -> int:
        """How many were done in the tick that is now."""
        return sum(1 for _ in takewhile(lambda acted: acted.tick == tick, reversed(self.done)))

    def before(self, tick: int) -> int:
        """How many a rewind to `tick` leaves done."""
        own = self.done[self.inherited :]
        return self.inherited + sum(acted.tick < tick for acted in own)

    def rewind(self, done: int) -> None:
        """All but the first few lie ahead again."""
        self.ahead.extendleft(reversed(self.done[done:]))
        del self.done[done:]

    def is_due(self, now: int) -> bool:
        return bool(self.ahead) and self.ahead[0].tick <= now

    def ticks_until_next(self, now: int, ticks: int) -> int:
        """How far to go before something is to be done again, `ticks` at most."""
        return min(ticks, self.ahead[0].tick - now) if self.ahead else ticks
