"""Something that moves in the background."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic

LOG = logging.getLogger("simcash")
FRAMES = 20  # a second


class Player(threading.Thread):
    """Calls `move(ticks)` at `speed` ticks a second (None: without rest) until it answers False."""

    def __init__(self, move: Callable[[int], bool], speed: float | None) -> None:
        super().__init__(name="simcash-player", daemon=True)
        if speed is not None and speed <= 0:
            raise ValueError(f"speed {speed} is not above 0")
        self.move, self.speed = move, speed
        self.halted = threading.Event()
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Move, rest, move."""
        try:
            if self.speed is None:
                self.rush()
            else:
                self.beat(self.speed)
        except BaseException as error:
            self.error = error
            LOG.error("playing stopped: %s: %s", type(error).__name__, error)

    def beat(self, speed: float) -> None:
        """So many ticks by now; a late frame moves more."""
        began, moved = monotonic(), 0
        rest = max(1 / speed, 1 / FRAMES)
        while not self.halted.wait(rest):
            due = int((monotonic() - began) * speed) - moved
            moved += due
            if due and not self.move(due):
                return

    def rush(self) -> None:
        ticks = 1
        while not self.halted.wait(0.001):  # others get their turn
            before = monotonic()
            if not self.move(ticks):
                return
            ticks = max(1, ticks * 2 if monotonic() - before < 1 / FRAMES else ticks // 2)

    def stop(self) -> None:
        """Rest for good; what went wrong is raised."""
        self.halted.set()
        if self is not threading.current_thread():
            self.join()
        if self.error is not None:
            raise self.error
