"""Each bank's measures: its liquidity, its place in the network, and what BCBS 248 asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simcash.payments.flows import Flows, flows
from simcash.payments.measures import (
    Arrays,
    concentration,
    lower_bound,
    pair_flows,
    returned,
    swings,
    total,
    upper_bound,
)

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

URGENT = 8  # priority from which a payment counts as time-critical
LARGEST = 3  # positions listed for each bank
MORNING = """
    SELECT bank, sum(amount)::BIGINT FROM liquidity
    WHERE tick = ? AND kind IN ('allocation', 'repayment', 'reset') GROUP BY bank
"""


def bank_measures(sim: Simulation, day: int | None = None) -> pd.DataFrame:
    """Each bank's measures for the run so far, or for one day.

    `sent` and `received` are also its out- and in-strength in the network. The largest positions are those of
    the days in it (BCBS 248 A(i)): `negative_1` to `_3` and their mean over all days, likewise positive.
    """
    import pandas as pd

    f = flows(sim, day)
    done = f.take(f.settles)
    low, high = swings(done, done.step)
    columns = {
        "upper_bound": upper_bound(f), "lower_bound": lower_bound(f),
        "liquidity_used": -low, "largest_positive": high,
        **strengths(done), **positions(f, sim.clock.ticks_per_day or f.ticks),
        "available_at_start": available_at_start(sim, f.first),
        **critical(f, sim.clock.ticks - 1),
    }  # fmt: skip
    return pd.DataFrame(columns, index=pd.Index(f.banks, name="bank"))


def strengths(done: Flows) -> Arrays:
    """Gross flows, with how many banks, and how concentrated on them."""
    count = len(done.banks)
    sender, receiver, value = pair_flows(done)
    return {
        "sent": total(done.amount, done.sender, count), "received": total(done.amount, done.receiver, count),
        "paid_banks": np.bincount(sender, minlength=count),
        "paying_banks": np.bincount(receiver, minlength=count),
        "hhi_out": concentration(sender, value, count), "hhi_in": concentration(receiver, value, count),
        "reciprocity": returned(sender, receiver, value, count),
    }  # fmt: skip


def positions(f: Flows, per_day: int) -> Arrays:
    """Three largest daily net positions of each bank, negative and positive, and the daily mean."""
    days = range(f.first // per_day, f.last // per_day + 1)
    cuts = [f.cut(day * per_day, (day + 1) * per_day - 1, True) for day in days]
    done = [cut.take(cut.settles) for cut in cuts]
    return largest([swings(day, day.step) for day in done])


def largest(nets: list[tuple[np.ndarray, np.ndarray]]) -> Arrays:
    """The largest of the days' lowest and highest net positions, and their mean over the days."""
    lows, highs = (np.array(side) for side in zip(*nets, strict=True))
    columns: Arrays = {}
    for name, found in (("negative", -lows), ("positive", highs)):
        top = -np.sort(-found, axis=0)[:LARGEST]
        columns |= {f"{name}_{i + 1}": values for i, values in enumerate(top)}
        columns[f"{name}_mean"] = found.mean(axis=0)
    return columns


def critical(f: Flows, end: int) -> Arrays:
    """Time-critical payments that fell due, and those of them that settled in time (BCBS 248 A(iv)); a
    deadline after the run's end counts as its last tick."""
    f, count = f.originals, len(f.banks)
    by = np.minimum(f.deadline, end)
    due = f.take((f.priority >= URGENT) & (by >= f.first) & (by <= f.last))
    met = due.take(due.settled <= due.deadline)
    return {
        "critical_due": np.bincount(due.sender, minlength=count),
        "critical_due_value": total(due.amount, due.sender, count),
        "critical_met": np.bincount(met.sender, minlength=count),
        "critical_met_value": total(met.amount, met.sender, count),
    }


def available_at_start(sim: Simulation, tick: int) -> np.ndarray:
    """What each bank could pay at the beginning of a day's first tick, the morning's allocation included."""
    limit = dict(sim.rows('SELECT bank, "limit" FROM bank_ticks WHERE tick = ?', [tick]))
    overnight = {agent.id: agent.opening_balance for agent in sim.world.scenario.agents}
    if tick > 0:
        overnight = dict(sim.rows("SELECT bank, balance FROM bank_ticks WHERE tick = ?", [tick - 1]))
    added = dict(sim.rows(MORNING, [tick]))
    balance = np.array([overnight[id] + added.get(id, 0) for id in sim.world.ids])
    limits = np.array([limit[id] for id in sim.world.ids])
    return np.asarray(np.maximum(0, balance) + np.maximum(0, limits - np.maximum(0, -balance)))
