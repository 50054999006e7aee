"""Many runs of one scenario: one row per seed, exactly what opening and running it with that seed gives.

A replica is a world whose state is put back to the opening for every seed, which is one copy of a few
kilobytes: nothing is read, checked or built again. Threads share out the seeds; each has a replica of its
own, and no row depends on what else was run, or where.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextvars import copy_context
from operator import index
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.core import rng
from simcash.core.ahead import processors
from simcash.core.jit import compiling
from simcash.core.problems import choice
from simcash.core.progress import followed
from simcash.core.record import Record
from simcash.core.scenario import read
from simcash.payments.engine import codes
from simcash.payments.engine.many import run_seeds
from simcash.payments.scenario import Scenario, open_scenario
from simcash.payments.state import OF_LANE, OF_RUN
from simcash.payments.tables import COST_KINDS
from simcash.payments.world import Payments

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.world import Columns

FLOWS = ("arrived", "sent", "received", "settled", "dropped")
MEASURES = (  # in the order of their numbers in engine/many.py
    *(name for flow in FLOWS for name in (flow, f"{flow}_value")),
    "waiting", "waiting_value", "balance", "peak_overdraft", "delay_indicator",
    "cost", *(f"cost_{kind}" for kind in COST_KINDS),
)  # fmt: skip
CHANGED = (*OF_RUN, "bank", *OF_LANE)  # by a run; of payments and lanes there are none at the opening
STRETCH = 0.1  # seconds of running between two looks at what else there is to do
RUNS = Record(
    __name__, "Runs", ("state", "opening", "key", "seed", "measure", "bank", "result", "flow", "low", "value")
)
RunsType = RUNS.type


def outcomes(
    source: Any,
    seeds: Iterable[int],
    measures: Sequence[str] = (),
    until: int | None = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """What a scenario comes to, one row per seed: amounts in cents, numbers of payments.

    `measures` are any of MEASURES, or those of one bank as in "BANK_A.cost"; without them, all of the system.
    If interrupted it warns and returns the rows there are. A bar shows for work of more than a second.
    """
    import pandas as pd

    given = [index(seed) for seed in seeds]
    scenario = open_scenario(read(source, world="payments"))
    many = Many(scenario, given, measures, until, threads or processors())
    steps = followed(many.run(), lambda: many.done, len(given), scenario.name, "run", progress)
    try:
        for _ in steps:
            pass
    except KeyboardInterrupt:
        warnings.warn(f"interrupted after {many.done:,} of {len(given):,} runs", stacklevel=2)
    rows = np.flatnonzero(many.finished)
    return pd.DataFrame({"seed": [given[row] for row in rows], **many.columns(rows)})


def replicate(scenario: Scenario, seeds: Sequence[int], measures: Sequence[str]) -> Columns:
    """The same in this thread alone and as plain columns, for those who share out the seeds themselves."""
    many = Many(scenario, [index(seed) for seed in seeds], measures, None, 1)
    for _ in many.run():
        pass
    return many.columns(slice(None))


class Many:
    """The seeds of many runs, shared out among threads in stretches, and the results so far."""

    def __init__(
        self, scenario: Scenario, seeds: list[int], measures: Sequence[str], until: int | None, threads: int
    ) -> None:
        self.seeds = np.array([seed & rng.MASK for seed in seeds], np.uint64)
        self.names = list(measures or MEASURES)
        self.until = scenario.ticks if until is None else min(until, scenario.ticks)
        self.wanted = np.array([place_of(name, scenario.ids) for name in self.names], np.int64).T.copy()
        self.results = np.zeros((len(self.names), len(seeds)), np.int64)
        self.finished = np.zeros(len(seeds), bool)
        self.next, self.done, self.stopped, self.lock = 0, 0, False, threading.Lock()
        count = max(1, min(threads, len(seeds)))
        self.replicas = [Replica(scenario, self) for _ in range(count)]

    def run(self) -> Iterator[None]:
        """Run them all; it yields now and then, when something is done."""
        with ThreadPoolExecutor(len(self.replicas)) as pool:
            try:
                # in this context, where numpy knows how plain integers wrap around
                working = {pool.submit(copy_context().run, self.work, r) for r in self.replicas}
                while working:
                    ended, working = wait(working, STRETCH, FIRST_COMPLETED)
                    for future in ended:
                        future.result()
                    yield
            finally:
                self.stopped = True

    def work(self, replica: Replica) -> None:
        """One thread's share: stretch after stretch until there are no seeds left."""
        size = 1
        while not self.stopped and (stretch := self.take(size)):
            began = perf_counter()
            replica.run(stretch.start, stretch.stop)
            with self.lock:
                self.finished[stretch.start : stretch.stop] = True
                self.done += len(stretch)
            size = max(1, min(4 * size, int(size * STRETCH / (perf_counter() - began))))

    def take(self, size: int) -> range:
        """The next seeds that nobody has taken."""
        with self.lock:
            start = self.next
            self.next = min(start + size, self.seeds.size)
            return range(start, self.next)

    def columns(self, rows: Any) -> dict[str, np.ndarray]:
        """Some of the results by the names of their measures."""
        return {
            name: row[rows].view(np.float64) if name == "delay_indicator" else row[rows]
            for name, row in zip(self.names, self.results, strict=True)
        }


class Replica:
    """A world that is put back to its opening for every seed."""

    def __init__(self, scenario: Scenario, many: Many) -> None:
        self.world = Payments(scenario.model_copy(update={"record": "off"}))
        self.until = many.until
        self.opening = {name: self.world.store[name].copy() for name in CHANGED}
        banks = len(scenario.ids)
        self.arrays = {
            "key": np.array([rng.key(id) for id in scenario.ids], np.uint64),
            "seed": many.seeds, "measure": many.wanted[0], "bank": many.wanted[1], "result": many.results,
            "flow": np.zeros((2 * len(FLOWS), banks), np.int64),
            "low": np.zeros(banks, np.int64), "value": np.zeros(2),
        }  # fmt: skip
        self.lay_out()
        with compiling():
            self.go(0, 0)

    def lay_out(self) -> None:
        """The arrays that a run changes one behind the other, so that they are put back by one copy."""
        store = self.world.store
        state = np.zeros(sum(store[name].size for name in CHANGED), np.int64)
        start = 0
        for name in CHANGED:
            old, first = store[name], self.opening[name]
            new = state[start : start + old.size].view(old.dtype).reshape(old.shape)
            new[..., : first.shape[-1]] = first
            store.arrays[name], start = new, start + old.size
        store.rebuild()
        self.arrays |= {"state": state, "opening": state.copy()}
        self.record = RUNS.of(self.arrays)

    def run(self, first: int, stop: int) -> None:
        """The runs of some of the seeds; one that needs more room begins again when it has it."""
        while (first := self.go(first, stop)) < stop:
            self.world.store.grow()
            self.lay_out()

    def go(self, first: int, stop: int) -> int:
        """As far as there is room; where it ended."""
        return int(run_seeds(self.record, self.world.store.record, first, stop, self.until))


def place_of(name: str, banks: tuple[str, ...]) -> tuple[int, int]:
    """A measure's number, and its bank's or NONE."""
    bank, _, measure = name.rpartition(".")
    known = MEASURES if not bank else [m for m in MEASURES if m != "delay_indicator"]
    if measure not in known:
        raise ValueError(f"unknown measure {choice(name, known, 'Measures')}")
    if bank and bank not in banks:
        raise ValueError(f"unknown bank {choice(bank, banks, 'Banks')}")
    return MEASURES.index(measure), banks.index(bank) if bank else int(codes.NONE)
