"""The payments world: a scenario you can step, look into, steer and draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.core.ahead import compile_ahead
from simcash.core.clock import Clock, minutes_of
from simcash.core.jit import compiling
from simcash.core.money import MONEY_MAX, show
from simcash.core.problems import choice
from simcash.core.scenario import Source
from simcash.core.tables import Batch
from simcash.core.world import Picture, Receipt, Snapshot
from simcash.payments.arrays import fixed_arrays
from simcash.payments.engine import codes
from simcash.payments.engine.day import open_accounts
from simcash.payments.engine.events import new_payment
from simcash.payments.engine.queue1 import join_queue1
from simcash.payments.engine.tick import SAVING_STAGES, STAGES, run
from simcash.payments.installed import Installed
from simcash.payments.scenario import Scenario, check_fork, open_scenario, refuse
from simcash.payments.state import Store
from simcash.payments.tables import CLASSES, world_tables
from simcash.payments.trees import trees_of
from simcash.payments.views import measure_views

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation
    from simcash.core.tables import Table

VERSION = 1


@dataclass(frozen=True)
class Submit:
    """A payment handed to its sender's queue between ticks."""

    sender: str
    receiver: str
    amount: int
    deadline_tick: int
    priority: int = 5
    divisible: bool = False
    rtgs_priority: str | None = None


def open_world(source: Source) -> Payments:
    """The world of a payments scenario."""
    scenario = open_scenario(source)
    later = [("agents", i, "policy") for i, agent in enumerate(scenario.agents) if trees_of(agent.policy)]
    refuse(source, [(path, "not yet supported: policy trees") for path in later])
    return Payments(scenario)


class Payments:
    """Banks, their queues, the central queue, and the rules of settlement."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.ids = scenario.ids
        self.place = {id: i for i, id in enumerate(self.ids)}
        self.installed = Installed(scenario.agents)
        self.tables = self._declared()
        self.record = scenario.record
        self.clock = clock_of(scenario)
        self.trees = None  # or 1: what the engine leaves out unless it is used
        self.saving = np.int64(1) if scenario.saves else None
        with compiling():
            self.store = Store(fixed_arrays(scenario), self.tables, scenario.record)
            compile_ahead("payments", STAGES, self.store.record)
            if self.saving is not None:
                compile_ahead("payments", SAVING_STAGES, self.store.record, "saving")
            run(self.store.record, 0, self.trees, self.saving)

    def _declared(self) -> tuple[Table, ...]:
        """The tables, their columns of policies with the texts known so far."""
        tables = world_tables(self.ids, self.installed.texts, self.installed.hashes)
        return (*tables, *measure_views(self.ids))

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
        if self.installed.untold and until > self.now and self.record != "off":
            self.installed.tell(store.rows, self.now)
        while run(store.record, until, self.trees, self.saving) == codes.NEED_ROOM:
            store.grow()
        return store.rows.since(start)

    def snapshot(self) -> Snapshot:
        """All of the changing state."""
        meta = {"banks": list(self.ids), "policies": self.installed.meta()}
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
        self.tables = self.store.tables = self._declared()
        self.store.load(dict(snapshot.arrays))

    def check_fork(self, old: Source, new: Source) -> None:
        """Refuse a fork that would change what is fixed at the start or has happened already."""
        check_fork(old, new, self.now)

    def total(self) -> int:
        """Money in the system less what came in from outside: never changes."""
        store = self.store
        return int(store["balance"].sum() + store["pending"].sum() - store["at"][codes.OUTSIDE])

    def act(self, action: Submit | Mapping[str, Any]) -> Receipt:
        """Submit a payment between ticks."""
        if isinstance(action, Mapping):
            return self._act_from(dict(action))
        told = {"type": "Submit", **asdict(action)}
        refusal, nearest = self._objection(action)
        if refusal:
            return Receipt(False, told, refusal, nearest)
        return Receipt(True, told, id=self._put(action))

    def _act_from(self, told: dict[str, Any]) -> Receipt:
        """An action in its JSON form."""
        kind = told.pop("type", None)
        known = Submit.__dataclass_fields__
        unknown = [key for key in told if key not in known]
        missing = [key for key in ("sender", "receiver", "amount", "deadline_tick") if key not in told]
        if kind != "Submit" or unknown or missing:
            wrong = (
                f'unknown action "{kind}"; known: Submit'
                if kind != "Submit"
                else f"unknown {unknown}, missing {missing}"
            )
            return Receipt(False, {"type": kind, **told}, wrong)
        return self.act(Submit(**told))

    def _objection(self, a: Submit) -> tuple[str, int | None]:
        """Why a payment cannot be submitted, and the nearest number that could be."""
        for id in (a.sender, a.receiver):
            if id not in self.place:
                return f"unknown bank {choice(str(id), self.ids, 'Banks')}", None
        if a.sender == a.receiver:
            return "a bank does not pay itself", None
        for name, low, high in (
            ("amount", 1, MONEY_MAX), ("priority", 0, 10), ("deadline_tick", self.now + 1, 2**31 - 1),
        ):  # fmt: skip
            value = getattr(a, name)
            if not isinstance(value, int | np.integer) or isinstance(value, bool):
                return f"{name} {value!r} is not a whole number", None
            if not low <= value <= high:
                return f"{name} {value} is not between {low} and {high}", min(max(int(value), low), high)
        if a.rtgs_priority not in (None, *CLASSES):
            return f'rtgs_priority "{a.rtgs_priority}" is not one of {", ".join(CLASSES)}', None
        return ("the run is over", None) if self.done else ("", None)

    def _put(self, a: Submit) -> int:
        """Create the payment in its sender's queue; its id."""
        store = self.store
        store["need"][:] = 0
        store["need"][0] = store["at"][codes.SLOTS] + 1
        if store["need"][0] > store["tx"].size:
            store.grow()
        open_accounts(store.record)
        slot = new_payment(
            store.record, self.place[a.sender], self.place[a.receiver], int(a.amount), int(a.priority),
            int(a.divisible), int(a.deadline_tick), codes.FROM_SUBMIT,
        )  # fmt: skip
        store["declared"][slot] = codes.NONE if a.rtgs_priority is None else CLASSES.index(a.rtgs_priority)
        join_queue1(store.record, slot)
        return int(store["tx"][slot])

    def picture(self, kind: str | None = None) -> Picture:
        """Banks as nodes; as edges, who owes whom in waiting payments."""
        from simcash.payments.readings import picture

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


def submit(
    sim: Simulation,
    sender: str,
    receiver: str,
    amount: int,
    deadline_tick: int,
    priority: int = 5,
    divisible: bool = False,
    rtgs_priority: str | None = None,
) -> Receipt:
    """Hand a payment to its sender's queue: done, with its id, or refused with the reason."""
    return sim.act(Submit(sender, receiver, amount, deadline_tick, priority, divisible, rtgs_priority))


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
