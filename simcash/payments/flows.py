"""A run's payments as plain arrays, cut to a stretch of ticks: what measures are computed from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.core.tables import LEVELS
from simcash.payments.tables import CHANNELS

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

NEVER = np.iinfo(np.int64).max
PAYMENTS = """
    WITH bank AS (
        SELECT unnest(ids) AS id, generate_subscripts(ids, 1) - 1 AS place FROM (SELECT ?::VARCHAR[] AS ids)
    ), dropped AS (SELECT tx_id, tick FROM payments_log WHERE status = 'dropped'
    ), first AS (
        FROM payments_log WHERE parent_id IS NULL AND tick = arrival_tick
        UNION ALL FROM payments_log WHERE parent_id IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY tx_id ORDER BY tick) = 1
    )
    SELECT p.tx_id AS tx, coalesce(p.parent_id, -1) AS parent,
        a.place AS sender, b.place AS receiver, p.amount, p.original_priority AS priority,
        p.arrival_tick AS arrival, p.deadline_tick AS deadline,
        coalesce(s.tick, ?) AS settled, coalesce(s.tick, dropped.tick, ?) AS gone,
        coalesce(s.seq, 0) AS seq, coalesce(s.set_id, -1) AS set_id,
        list_position(?::VARCHAR[], s.channel) - 1 AS channel
    FROM first p
    JOIN bank a ON a.id = p.sender JOIN bank b ON b.id = p.receiver
    LEFT JOIN settlements s ON s.tx_id = p.tx_id LEFT JOIN dropped ON dropped.tx_id = p.tx_id
    ORDER BY p.tx_id
"""


@dataclass(frozen=True)
class Flows:
    """The payments that were alive in the ticks `first` to `last`, one entry each, in order of id.

    A payment that was split is there as its parts, which arrived when it did: see `originals`. A tick that
    never came is NEVER; one after `last` counts as if it never came, see `settles` and `leaves`.
    """

    banks: tuple[str, ...]
    first: int
    last: int
    whole: bool  # `last` ends a day or the run: what waits then has waited to the end
    sender: np.ndarray
    receiver: np.ndarray
    amount: np.ndarray
    origin: np.ndarray  # the same number for the parts of one payment
    priority: np.ndarray  # at arrival
    arrival: np.ndarray
    deadline: np.ndarray
    settled: np.ndarray
    gone: np.ndarray  # tick in which it settled or was dropped
    step: np.ndarray  # place in the order of settlements; those of one set share it
    channel: np.ndarray  # place in CHANNELS, or -1
    set_id: np.ndarray  # of those settled together, or -1

    def __len__(self) -> int:
        return int(self.amount.size)

    @property
    def ticks(self) -> int:
        return self.last - self.first + 1

    @property
    def entered(self) -> np.ndarray:
        """When each payment arrived in this stretch: at its beginning if it was carried over."""
        return np.asarray(np.maximum(self.arrival, self.first) - self.first)

    @property
    def settles(self) -> np.ndarray:
        """Which payments settle in this stretch."""
        return (self.settled >= self.first) & (self.settled <= self.last)

    @property
    def leaves(self) -> np.ndarray:
        """Which payments settle or are dropped in this stretch."""
        return (self.gone >= self.first) & (self.gone <= self.last)

    def take(self, chosen: np.ndarray) -> Flows:
        """Some of the payments."""
        arrays = {f.name: getattr(self, f.name)[chosen] for f in fields(self) if f.type == "np.ndarray"}
        return replace(self, **arrays)

    def cut(self, first: int, last: int, whole: bool) -> Flows:
        """The payments alive in a shorter stretch."""
        alive = (self.arrival <= last) & (self.gone >= first)
        return replace(self.take(alive), first=first, last=last, whole=whole)

    @property
    def originals(self) -> Flows:
        """The parts of each payment as one: it is settled, or gone, when the last of them is."""
        found, first, place = np.unique(self.origin, return_index=True, return_inverse=True)
        if found.size == len(self):
            return self
        whole = {name: getattr(self, name)[first].copy() for name in ("amount", "settled", "gone")}
        whole["amount"][:] = 0
        np.add.at(whole["amount"], place, self.amount)
        for name in ("settled", "gone"):
            np.maximum.at(whole[name], place, getattr(self, name))
        return replace(self.take(first), **whole)


def flows(sim: Simulation, day: int | None = None) -> Flows:
    """The payments of a run so far, or of one of its days."""
    clock, record = sim.clock, sim.world.record
    if LEVELS.index(record) < LEVELS.index("standard"):
        raise ValueError(f'measures need every settlement: open with record="standard", not "{record}"')
    if sim.now == 0:
        raise ValueError("there is nothing to measure before the first tick; sim.run() or sim.step() goes on")
    columns = sim.sql(PAYMENTS, [list(sim.world.ids), NEVER, NEVER, list(CHANNELS)])
    found = arranged(sim.world.ids, sim.now, {str(name): columns[name] for name in columns})
    found = replace(found, whole=sim.done)
    if day is None:
        return found
    per_day = clock.ticks_per_day or clock.ticks
    days = (sim.now - 1) // per_day
    if not 0 <= day <= days:
        raise ValueError(f"there is no day {day} yet: days so far go from 0 to {days}")
    last = (day + 1) * per_day - 1
    return found.cut(day * per_day, min(last, sim.now - 1), whole=last < sim.now)


def arranged(banks: tuple[str, ...], ticks: int, columns: dict[str, Any]) -> Flows:
    """Columns as they come from the history, settlements numbered."""
    whole = {name: np.asarray(values.fillna(-1), np.int64) for name, values in columns.items()}
    step = settlement_steps(whole["settled"], whole.pop("seq"), whole["set_id"])
    tx, parent = whole.pop("tx"), whole.pop("parent")
    above = np.where(parent >= 0, np.searchsorted(tx, parent), np.arange(tx.size))
    undivided = np.ones(tx.size, bool)
    undivided[above[parent >= 0]] = False
    origin = topmost(above)
    for name in ("arrival", "deadline", "priority"):
        whole[name] = whole[name][origin]
    return Flows(banks, 0, ticks - 1, True, **whole, origin=origin, step=step).take(undivided)


def topmost(above: np.ndarray) -> np.ndarray:
    """Where each chain of parents ends."""
    while not np.array_equal(above, further := above[above]):
        above = further
    return above


def settlement_steps(settled: np.ndarray, seq: np.ndarray, set_id: np.ndarray) -> np.ndarray:
    """The order of settlements; those of one set are one step, and follow each other."""
    order = np.lexsort((seq, settled))
    sets = set_id[order]
    new = np.ones(order.size, bool)
    new[1:] = (sets[1:] == -1) | (sets[1:] != sets[:-1])
    step = np.empty(order.size, np.int64)
    step[order] = np.cumsum(new)
    return step
