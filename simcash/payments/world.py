"""The payments world: a scenario you can step, look into, steer and draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.core.clock import Clock, minutes_of
from simcash.core.jit import compiling
from simcash.core.money import show
from simcash.core.scenario import Source
from simcash.core.tables import Batch
from simcash.core.world import Picture, Receipt, Snapshot
from simcash.payments.actions import Action, perform
from simcash.payments.arrays import allocation_under, fixed_arrays, policies
from simcash.payments.engine import codes
from simcash.payments.engine.shocks import install
from simcash.payments.engine.tick import run
from simcash.payments.installed import Installed
from simcash.payments.programs import programs_of
from simcash.payments.scenario import Scenario, check_fork, open_scenario
from simcash.payments.stages import make_ready
from simcash.payments.state import Store
from simcash.payments.tables import world_tables
from simcash.payments.views import measure_views

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.tables import Table
    from simcash.core.world import Columns

VERSION = 1


def open_world(source: Source) -> Payments:
    """The world of a payments scenario."""
    return Payments(open_scenario(source))


class Payments:
    """Banks, their queues, the central queue, and the rules of settlement."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.ids = scenario.ids
        self.place = {id: i for i, id in enumerate(self.ids)}
        self.installed = Installed(scenario)
        self.programs = programs_of(scenario, self.installed)
        self.tables = self._declared()
        self.record = scenario.record
        self.clock = clock_of(scenario)
        self.pledged: list[tuple[int, int, int]] = []  # moved by hand, not told yet: bank, amount, after
        with compiling():
            fixed = fixed_arrays(scenario, self.installed, self.programs)
            self.store = Store(fixed, self.tables, scenario.record)
            make_ready(self.store, scenario, self.programs.in_use)

    def _declared(self) -> tuple[Table, ...]:
        """The tables, their columns of policies with the texts known so far."""
        tables = world_tables(
            self.ids,
            self.installed.texts,
            self.installed.hashes,
            self.programs.reasons,
            self.programs.program.registers,
            self.programs.told if self.scenario.record == "full" else ((), ()),
        )
        return (*tables, *measure_views(self.ids))

    def _renew_policies(self) -> None:
        """Tables and arrays of the policies known now."""
        self.programs = programs_of(self.scenario, self.installed)
        self.tables = self.store.tables = self._declared()
        self.store.arrays.update(policies(self.scenario, self.installed, self.programs))
        self._make_room()
        with compiling():
            make_ready(self.store, self.scenario, self.programs.in_use)

    def _make_room(self) -> None:
        """Keep what the policies known now ask for: registers, arrivals by receiver, attributed delay."""
        arrays, programs, count = self.store.arrays, self.programs, len(self.ids)
        missing = len(programs.program.registers) - arrays["registers"].shape[1]
        if missing > 0:
            arrays["registers"] = np.hstack([arrays["registers"], np.zeros((count, missing))])
        if programs.asks_for("tx_is_top_counterparty") and arrays["arrived_to"].size == 0:
            arrays["arrived_to"] = np.zeros(count * count, np.int64)
        arrays["options"][codes.ATTRIBUTE] = programs.asks_for("cost_delay_so_far")

    @property
    def now(self) -> int:
        """Ticks completed."""
        return int(self.store["at"][codes.NOW])

    @property
    def done(self) -> bool:
        """Whether the last tick has been executed."""
        return self.now >= self.clock.ticks

    def step(self, ticks: int) -> Batch:
        """Advance by some ticks, not past the end; what happened."""
        store = self.store
        if (store.rows.counts > store.half_full).any():
            store.new_rows()
        start = store.rows.counts.copy()
        until = min(self.now + ticks, self.clock.ticks)
        if self.pledged and until > self.now and store["options"][codes.RECORD] >= codes.STANDARD:
            self._tell_pledges()
        known = self.installed
        if (known.untold or known.schedule) and until > self.now and self.record != "off":
            known.tell(store.rows, self.now, until, store["policy"])
        while run(store.record, until) == codes.NEED_ROOM:
            store.grow()
        return store.rows.since(start)

    def replicate(self, seeds: Sequence[int], measures: Sequence[str] = ()) -> Columns:
        """Measures of whole runs from the opening, one per seed; this world stays as it is."""
        from simcash.payments.many import replicate

        return replicate(self.scenario, seeds, measures)

    def snapshot(self) -> Snapshot:
        """All of the changing state."""
        pledged = [list(pledge) for pledge in self.pledged]
        meta = {"banks": list(self.ids), "policies": self.installed.meta(), "pledged": pledged}
        return Snapshot("payments", VERSION, self.now, self.store.copy(), meta)

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot of the same banks; what the scenario fixes stays as it is here."""
        if snapshot.world != "payments" or snapshot.version != VERSION:
            raise ValueError(
                f"a {snapshot.world} snapshot of version {snapshot.version} does not fit this world"
            )
        if snapshot.meta["banks"] != list(self.ids):
            raise ValueError("the snapshot was taken with other banks")
        self.installed.resume(snapshot.meta["policies"])
        self.pledged = [(b, amount, after) for b, amount, after in snapshot.meta["pledged"]]
        self._renew_policies()
        self.store.load(dict(snapshot.arrays))
        self._make_room()
        self.store.rebuild()

    def check_fork(self, old: Source, new: Source) -> None:
        """Refuse a fork that would change what is fixed at the start or has happened already."""
        check_fork(old, new, self.now)

    def total(self) -> int:
        """Money in the system less what came in from outside: never changes."""
        store = self.store
        return int(store["balance"].sum() + store["pending"].sum() - store["at"][codes.OUTSIDE])

    def act(self, action: Action | Mapping[str, Any]) -> Receipt:
        """Do something between ticks, or say why not."""
        return perform(self, action)

    def install(self, b: int, policy: Any) -> None:
        """A bank follows another policy from now on."""
        number = self.installed.add(policy, b)
        self._renew_policies()
        self.store.rebuild()
        allocated = allocation_under(self.scenario.agents[b], policy, self.scenario.compat)
        install(self.store.record, b, number, allocated)

    def _tell_pledges(self) -> None:
        """The rows of collateral that was moved by hand since the last tick."""
        for b, amount, after in self.pledged:
            seq = int(self.store["at"][codes.SEQ])
            moved = (amount, amount, after - amount, after)  # requested, done, before, after
            self.store.rows.append("collateral", self.now, seq, b, int(codes.USER), *moved, int(codes.NONE))
            self.store["at"][codes.SEQ] += 1
        self.pledged.clear()

    def picture(self, kind: str | None = None) -> Picture:
        """Banks as nodes; as edges, who owes whom in waiting payments."""
        from simcash.payments.drawing import picture

        return picture(self)

    @property
    def key_numbers(self) -> dict[str, str]:
        """A few numbers for the card of a simulation."""
        store = self.store
        waiting = int((store["q1_count"] + store["q2_count"]).sum())
        value = show(int((store["q1_value"] + store["q2_value"]).sum()))
        numbers = {"banks": f"{len(self.ids):,}", "waiting": f"{waiting:,} payments, {value}"}
        numbers["settled in the day"] = show(int(store["day"][codes.SENT].sum()))
        return numbers | {"costs so far": show(int(store["cost_run"].sum()))}

    @property
    def banks(self) -> pd.DataFrame:
        """Every bank now."""
        from simcash.payments.readings import banks

        return banks(self)

    @property
    def costs(self) -> pd.DataFrame:
        """Every bank's costs of the run so far, by kind."""
        from simcash.payments.readings import costs

        return costs(self)

    def queue(self, bank: str) -> pd.DataFrame:
        """A bank's own queue, in its order."""
        from simcash.payments.readings import queue

        return queue(self, bank)

    def rtgs_queue(self) -> pd.DataFrame:
        """The central queue, in its order, with the reason why each payment waits."""
        from simcash.payments.readings import rtgs_queue

        return rtgs_queue(self)


def clock_of(scenario: Scenario) -> Clock:
    """The scenario's clock; a day is the period after which rows are durable."""
    simulation = scenario.simulation
    return Clock(
        ticks=scenario.ticks,
        ticks_per_day=simulation.ticks_per_day,
        period=simulation.ticks_per_day,
        day_start_minutes=None if simulation.day_start is None else minutes_of(simulation.day_start),
        tick_minutes=simulation.tick_minutes,
    )
