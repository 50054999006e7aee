"""Looks at a simulation, now and in its past, without being in its way.

The moving thread leaves its batches here and, when a look is due, a picture: no other knows that nothing
moves meanwhile. The past is walked in a world of its own.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from simcash.core.faces import found
from simcash.core.past import Past
from simcash.core.tables import Batch
from simcash.core.world import Picture
from simcash.view.encodings import Encoding
from simcash.view.frames import Look
from simcash.view.window import Reading, Window

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

FAR = 512  # ticks; rather begin again from a snapshot than walk so far
OFTEN = 0.7  # of the time between two looks: then each finds a new picture
PATIENCE = 0.05  # seconds; who moves the simulation for longer leaves a picture meanwhile
# Kept, as perhaps nobody else does: `simcash.open("x").graph()`.
LATEST: deque[Simulation] = deque(maxlen=4)
FLOWS = ("tick", "source", "target", "amount")
MOMENTS = ("kind", "source", "target", "amount", "group")


class SimulationGone(Exception):
    """There is no simulation to look at any more."""


class Feed:
    """One simulation, looked at: `live` as it is, `at` as it was."""

    def __init__(self, sim: Simulation, encoding: Encoding, stirred: threading.Event) -> None:
        self._sim = weakref.ref(sim)
        self.encoding, self.stirred = encoding, stirred
        self._flows: Reading = found(encoding.flows) if encoding.flows else nothing(FLOWS)
        self._moments: Reading = found(encoding.moments) if encoding.moments else nothing(MOMENTS)
        self._past: tuple[Past, Window] | None = None
        self._due, self._rest = 0.0, 1.0  # when the moving thread leaves the next picture, and how often
        self._watcher = watcher(weakref.ref(self))
        self.stale = True  # whether time went back, or something was done between ticks
        with sim.at_rest():
            self._latest = sim.now, sim.picture()
            self._recent = Window(encoding.window, sim.now)
            sim.watch(self._watcher)
        LATEST.append(sim)

    @property
    def sim(self) -> Simulation:
        sim = self._sim()
        if sim is None:
            raise SimulationGone
        return sim

    @property
    def picture(self) -> Picture:
        """The newest there is."""
        return self._latest[1]

    def close(self) -> None:
        """Watch no longer."""
        self._past, sim = None, self._sim()
        if sim is not None:
            sim.unwatch(self._watcher)
            if sim in LATEST:
                LATEST.remove(sim)

    # in the moving thread

    def told(self, batch: Batch | None, now: int) -> None:
        """The simulation moved, or something else changed."""
        sim = self._sim()
        if sim is None:
            return
        if batch is not None:
            self._recent.add(batch, now)
        elif now != self._recent.until:  # time went back
            self._recent, self._past = Window(self.encoding.window, now), None
        self.stale = self.stale or batch is None
        moment = monotonic()
        if batch is not None and moment >= self._due:
            self._latest = now, sim.picture()
            self._due = moment + OFTEN * self._rest
        if not self.stirred.is_set():
            self.stirred.set()

    # in the looking thread

    def hurry(self, rest: float) -> None:
        """How often looks are wanted while it moves."""
        self._rest = rest
        self._due = min(self._due, monotonic() + rest)

    def live(self, since: int, *, exact: bool = False) -> Look:
        """As it is, with happenings from tick `since` on; if not exact, this may be a moment old."""
        tick, picture = self._latest
        if self.stale or (tick != self.sim.now and (exact or tick <= since)):
            tick, picture = self._take()
        window = self._recent
        if window.since > max(tick - window.reach, self.sim.start):
            self._fill(window)
        return self._look(tick, picture, window, since)

    def at(self, tick: int, since: int) -> Look:
        """As it was."""
        past, window = self._past or (None, None)
        if past is None or window is None or not window.until <= tick < min(past.until, window.until + FAR):
            past, window = self._past = self._walk_from(tick - self.encoding.window)
        for batch in past.go(tick):
            window.add(batch, past.world.now)
        return self._look(tick, past.world.picture(), window, since)

    def _take(self) -> tuple[int, Picture]:
        """A picture of now; where others move it for too long, the newest of theirs."""
        sim = self.sim
        with sim.at_rest(PATIENCE) as held:
            if held:
                self.stale = False
                self._latest = sim.now, sim.picture()
        return self._latest

    def _look(self, tick: int, picture: Picture, window: Window, since: int) -> Look:
        flows = window.read(self._flows, tick - window.reach, tick, FLOWS)
        return Look(tick, picture, flows, window.read(self._moments, since, tick, MOMENTS))

    def _walk_from(self, tick: int) -> tuple[Past, Window]:
        """A walk through the past."""
        first = max(tick, self.sim.start)
        return self.sim.past_from(first), Window(self.encoding.window, first)

    def _fill(self, window: Window) -> None:
        """What happened before this window was opened."""
        past, earlier = self._walk_from(window.since - window.reach)
        for batch in past.go(window.since):
            earlier.add(batch, past.world.now)
        window.precede(earlier)


def watcher(feed: weakref.ref[Feed]) -> Callable[[Batch | None, int], None]:
    """What the simulation calls; it does not keep the feed alive."""

    def told(batch: Batch | None, now: int) -> None:
        live = feed()
        if live is not None:
            live.told(batch, now)

    return told


def nothing(names: tuple[str, ...]) -> Reading:
    """The reading of a world that tells of no movements."""
    empty = {name: np.zeros(0, np.int64) for name in names}
    return lambda batch, first, until: empty
