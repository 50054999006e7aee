"""The measures of spec section 5: how much liquidity a day took, how long payments waited, how much settled.

Pure functions on arrays first, then what a simulation answers: `measures`, `bank_measures`, `throughput`.
Amounts are cents. A payment that is dropped waits no longer, but it has not settled either. What was carried
over from the day before arrives at the beginning of the day. A ratio with nothing below the line is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simcash.payments.flows import Flows, flows
from simcash.payments.tables import CHANNELS

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

URGENT = 8  # priority from which a payment counts as time-critical
LARGEST = 3  # positions listed for each bank
MORNING = """
    SELECT bank, sum(amount)::BIGINT FROM liquidity
    WHERE tick = ? AND kind IN ('allocation', 'repayment', 'reset') GROUP BY bank
"""
Arrays = dict[str, np.ndarray]


# on arrays


def total(values: np.ndarray, groups: np.ndarray, size: int) -> np.ndarray:
    """Exact sums of whole numbers per group."""
    sums = np.zeros(size, np.int64)
    np.add.at(sums, groups, values)
    return sums


def ratio(part: float, whole: float) -> float:
    if whole:
        return float(part) / float(whole)
    return float("inf") if part else float("nan")


def net_out(f: Flows) -> np.ndarray:
    """What each bank pays less what it is paid."""
    count = len(f.banks)
    return np.asarray(total(f.amount, f.sender, count) - total(f.amount, f.receiver, count))


def swings(f: Flows, step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest point of each bank's cumulative net inflow, from 0; what has the same step
    counts at once."""
    low, high = np.zeros(len(f.banks), np.int64), np.zeros(len(f.banks), np.int64)
    if not len(f):
        return low, high
    bank, steps = np.concatenate([f.sender, f.receiver]), np.concatenate([step, step])
    order = np.lexsort((steps, bank))
    bank, steps = bank[order], steps[order]
    run = np.cumsum(np.concatenate([-f.amount, f.amount])[order])
    ends = np.append((bank[1:] != bank[:-1]) | (steps[1:] != steps[:-1]), True)
    bank, run = bank[ends], run[ends]
    first = np.flatnonzero(np.append(True, bank[1:] != bank[:-1]))
    before = np.append(0, run[first[1:] - 1])
    net = run - np.repeat(before, np.diff(np.append(first, run.size)))
    low[bank[first]] = np.minimum(0, np.minimum.reduceat(net, first))
    high[bank[first]] = np.maximum(0, np.maximum.reduceat(net, first))
    return low, high


def upper_bound(f: Flows) -> np.ndarray:
    """Liquidity each bank would need if everything settled on arrival, netted within a tick."""
    return np.asarray(-swings(f, f.entered)[0])


def lower_bound(f: Flows) -> np.ndarray:
    """Liquidity each bank would need if everything settled at once at the end."""
    return np.asarray(np.maximum(0, net_out(f)))


def by_tick(f: Flows) -> Arrays:
    """Per tick: value that arrived and settled, and value and number of what waited at its end."""
    leaves, settles = f.take(f.leaves), f.take(f.settles)
    one, gone = np.ones(len(f), np.int64), leaves.gone - f.first
    return {
        "arrived": total(f.amount, f.entered, f.ticks),
        "settled": total(settles.amount, settles.settled - f.first, f.ticks),
        "queued": np.cumsum(total(f.amount, f.entered, f.ticks) - total(leaves.amount, gone, f.ticks)),
        "queued_count": np.cumsum(total(one, f.entered, f.ticks) - total(one[: len(leaves)], gone, f.ticks)),
    }


def delay_indicator(ticks: Arrays, whole: bool) -> float:
    """Value waiting as a share of value arrived so far, summed over ends of ticks but the very last: 0 if all
    settles at once, 1 if all settles at the end."""
    stop = -1 if whole else None
    arrived = np.cumsum(ticks["arrived"])[:stop]
    return ratio(float(ticks["queued"][:stop].sum(dtype=float)), float(arrived.sum(dtype=float)))


def settlement_ticks(f: Flows, settled: np.ndarray, shares: tuple[float, ...]) -> list[int | None]:
    """The tick by which each share of the settled value has settled."""
    sums = np.cumsum(settled)
    if not len(sums) or not sums[-1]:
        return [None for _ in shares]
    return [f.first + int(np.searchsorted(sums, share * sums[-1])) for share in shares]


def overdue(f: Flows) -> np.ndarray:
    """Payments that were still there in a tick after their deadline."""
    return np.asarray(np.minimum(f.gone, f.last) > f.deadline)


def pair_flows(f: Flows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who pays whom how much in all: senders, receivers, values."""
    pairs, place = np.unique(f.sender * len(f.banks) + f.receiver, return_inverse=True)
    return pairs // len(f.banks), pairs % len(f.banks), total(f.amount, place, pairs.size)


def concentration(own: np.ndarray, value: np.ndarray, count: int) -> np.ndarray:
    """Herfindahl index of each bank's counterparties: 1 if there is one, 1/n if n are alike, NaN if none."""
    sums = np.bincount(own, value, count)
    squares = np.bincount(own, value.astype(float) ** 2, count)
    with np.errstate(invalid="ignore"):
        return np.asarray(squares / sums**2)


def reciprocity(f: Flows) -> float:
    """The share of value that has a counterpart in the opposite direction."""
    sender, receiver, value = pair_flows(f)
    count = len(f.banks)
    there, back = sender * count + receiver, receiver * count + sender
    place = np.minimum(np.searchsorted(there, back), max(len(there) - 1, 0))
    both = np.where(there[place] == back, np.minimum(value, value[place]), 0) if len(there) else value
    return ratio(both.sum(dtype=float), value.sum(dtype=float))


# for a simulation


class Measure(NamedTuple):
    """One number about the system, and what it means."""

    name: str
    value: Any
    meaning: str


def measures(sim: Simulation, day: int | None = None) -> pd.DataFrame:
    """The system's measures for the run so far, or for one day: `sim.measures(day=0)`."""
    import pandas as pd

    f = flows(sim, day)
    cost = "SELECT coalesce(sum(amount), 0)::BIGINT FROM costs WHERE tick BETWEEN ? AND ?"
    spent = Measure("cost", sim.rows(cost, [f.first, f.last])[0][0], "all costs booked")
    table = pd.DataFrame([*system(f), spent], columns=list(Measure._fields), dtype=object)
    return table.set_index("name")


def system(f: Flows) -> list[Measure]:
    """All measures of the system but costs."""
    return [*settlement(f), *liquidity(f), *delay(f), *channels(f.take(f.settles))]


def settlement(f: Flows) -> list[Measure]:
    """How much of what arrived has settled."""
    done = f.take(f.settles)
    arrived, settled = int(f.amount.sum()), int(done.amount.sum())
    return [
        Measure("arrived", len(f), "payments that arrived or were carried over"),
        Measure("arrived_value", arrived, "their value"),
        Measure("settled", len(done), "payments settled"),
        Measure("settled_value", settled, "their value"),
        Measure("settlement_rate", ratio(len(done), len(f)), "settled / arrived, by number"),
        Measure("settlement_rate_value", ratio(settled, arrived), "settled / arrived, by value"),
    ]


def liquidity(f: Flows) -> list[Measure]:
    """How much liquidity it took, and how much it could have taken."""
    done = f.take(f.settles)
    gross, used = done.amount.sum(dtype=float), -swings(done, done.step)[0]
    net = np.maximum(0, net_out(done)).sum(dtype=float)
    return [
        Measure("upper_bound", int(upper_bound(f).sum()), "liquidity to settle all on arrival, over banks"),
        Measure("lower_bound", int(lower_bound(f).sum()), "liquidity to settle all at the end, over banks"),
        Measure("liquidity_used", int(used.sum()), "largest net outflow of each bank, summed over banks"),
        Measure("turnover", ratio(gross, used.sum(dtype=float)), "value settled / liquidity used"),
        Measure("netting_ratio", 1 - ratio(net, gross), "share of the value settled that nets out"),
        Measure("reciprocity", reciprocity(done), "share of the value settled that flows both ways"),
    ]


def delay(f: Flows) -> list[Measure]:
    """How long value waited."""
    done, ticks, late = f.take(f.settles), by_tick(f), f.take(overdue(f))
    waited = (done.amount.astype(float) * (done.settled - done.arrival)).sum()
    after = done.settled > done.deadline
    reached = settlement_ticks(f, ticks["settled"], (0.1, 0.5, 0.9))
    gross = done.amount.sum(dtype=float)
    return [
        Measure("delay_indicator", delay_indicator(ticks, f.whole), "0: all settle at once, 1: at the end"),
        Measure("value_weighted_delay", ratio(waited, gross), "ticks that a settled cent has waited"),
        *(
            Measure(f"tick_{share}", tick, f"tick by which {share} % of the value settled has settled")
            for share, tick in zip((10, 50, 90), reached, strict=True)
        ),
        Measure("queue_value_max", int(ticks["queued"].max()), "most value waiting at the end of a tick"),
        Measure("queue_value_mean", float(ticks["queued"].mean()), "value waiting, mean over ticks"),
        Measure("queue_count_max", int(ticks["queued_count"].max()), "most payments waiting"),
        Measure("queue_count_mean", float(ticks["queued_count"].mean()), "payments waiting, mean over ticks"),
        Measure("overdue", len(late), "payments still there after their deadline"),
        Measure("overdue_value", int(late.amount.sum()), "their value"),
        Measure("late_share", ratio(int(after.sum()), len(done)), "settled after the deadline / settled"),
        Measure("late_share_value", ratio(done.amount[after].sum(dtype=float), gross), "the same by value"),
    ]


def channels(done: Flows) -> list[Measure]:
    """The share of each channel in the value settled."""
    value = total(done.amount, done.channel, len(CHANNELS))
    return [
        Measure(f"share_{name}", ratio(amount, value.sum(dtype=float)), f"share of value settled: {name}")
        for name, amount in zip(CHANNELS, value, strict=True)
        if amount
    ]


def throughput(sim: Simulation, day: int | None = None) -> pd.DataFrame:
    """Tick by tick: value that arrived, settled and waits, and the share settled of what its day settles."""
    import pandas as pd

    f = flows(sim, day)
    ticks = pd.Index(range(f.first, f.last + 1), name="tick")
    table = pd.DataFrame(by_tick(f), index=ticks)
    table.insert(0, "day", [sim.clock.day(tick) for tick in ticks])
    of_day = table.groupby("day")["settled"]
    table["settled_so_far"] = of_day.cumsum()
    table["throughput"] = table["settled_so_far"] / of_day.transform("sum")
    return table


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
    }  # fmt: skip


def positions(f: Flows, per_day: int) -> Arrays:
    """Three largest daily net positions of each bank, negative and positive, and the daily mean."""
    days = range(f.first // per_day, f.last // per_day + 1)
    cuts = [f.cut(day * per_day, (day + 1) * per_day - 1, True) for day in days]
    done = [cut.take(cut.settles) for cut in cuts]
    lows, highs = (np.array(side) for side in zip(*(swings(d, d.step) for d in done), strict=True))
    columns: Arrays = {}
    for name, found in (("negative", -lows), ("positive", highs)):
        largest = -np.sort(-found, axis=0)[:LARGEST]
        columns |= {f"{name}_{i + 1}": values for i, values in enumerate(largest)}
        columns[f"{name}_mean"] = found.mean(axis=0)
    return columns


def critical(f: Flows, end: int) -> Arrays:
    """Time-critical payments that fell due, and those of them that settled in time (BCBS 248 A(iv)); a
    deadline after the run's end counts as its last tick."""
    count = len(f.banks)
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
