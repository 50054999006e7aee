"""The measures of spec section 5: how much liquidity a day took, how long payments waited, how much settled.

Pure functions on arrays first, then what a simulation answers: `measures`, `throughput`, `channels`. Amounts
are cents. A payment that is dropped waits no longer, but it has not settled either. What was carried over
from the day before arrives at the beginning of the day. A ratio with nothing below the line is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simcash.payments.flows import Flows, flows
from simcash.payments.tables import CHANNELS

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

LOCKED = "SELECT count(*) FROM lsm_runs WHERE gridlock = 'gridlock' AND tick BETWEEN ? AND ?"
Arrays = dict[str, np.ndarray]
ORDINARY = ("rtgs", "queue2", "eod_borrowing", "scheduled")  # every other channel saves liquidity
SAVING = ~np.isin(CHANNELS, ORDINARY)


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
    """Per tick: value that arrived and settled, and value and number of what waited at its end (a payment in
    parts counts as one until the last of them is gone)."""
    leaves, settles = f.take(f.leaves), f.take(f.settles)
    gone, whole = leaves.gone - f.first, f.originals
    one, ended = np.ones(len(whole), np.int64), whole.gone[whole.leaves] - f.first
    return {
        "arrived": total(f.amount, f.entered, f.ticks),
        "settled": total(settles.amount, settles.settled - f.first, f.ticks),
        "queued": np.cumsum(total(f.amount, f.entered, f.ticks) - total(leaves.amount, gone, f.ticks)),
        "queued_count": np.cumsum(
            total(one, whole.entered, f.ticks) - total(one[: ended.size], ended, f.ticks)
        ),
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


def mutual(sender: np.ndarray, receiver: np.ndarray, value: np.ndarray, count: int) -> np.ndarray:
    """Of the value that each pair pays, how much the opposite pair pays back: min(w_ij, w_ji)."""
    there, back = sender * count + receiver, receiver * count + sender
    place = np.minimum(np.searchsorted(there, back), max(len(there) - 1, 0))
    return np.where(there[place] == back, np.minimum(value, value[place]), 0) if len(there) else value


def reciprocity(f: Flows) -> float:
    """The share of value that has a counterpart in the opposite direction: sum min(w_ij, w_ji) / sum w_ij."""
    sender, receiver, value = pair_flows(f)
    both = mutual(sender, receiver, value, len(f.banks))
    return ratio(both.sum(dtype=float), value.sum(dtype=float))


def returned(sender: np.ndarray, receiver: np.ndarray, value: np.ndarray, count: int) -> np.ndarray:
    """The same for each bank: sum over j of min(w_ij, w_ji) / sum over j of w_ij, NaN if it pays nothing."""
    both = np.bincount(sender, mutual(sender, receiver, value, count), count)
    with np.errstate(invalid="ignore"):
        return np.asarray(both / np.bincount(sender, value, count))


# for a simulation


class Measure(NamedTuple):
    """One number about the system, and what it means."""

    name: str
    value: Any
    meaning: str


def measures(sim: Simulation, day: int | None = None) -> pd.DataFrame:
    """The system's measures for the run so far, or for one day: `sim.measures(day=0)`."""
    from simcash.core.notebook import Words

    f = flows(sim, day)
    cost = "SELECT coalesce(sum(amount), 0)::BIGINT FROM costs WHERE tick BETWEEN ? AND ?"
    spent = Measure("cost", sim.rows(cost, [f.first, f.last])[0][0], "all costs booked")
    locked = Measure(
        "gridlock_ticks", sim.rows(LOCKED, [f.first, f.last])[0][0], "ticks that end in gridlock"
    )
    shown = [*system(f), locked, spent] if sim.world.scenario.saves else [*system(f), spent]
    table = Words(shown, columns=list(Measure._fields), dtype=object)
    return Words(table.set_index("name"))


def system(f: Flows) -> list[Measure]:
    """All measures of the system but costs."""
    return [*settlement(f), *liquidity(f), *delay(f), *saving(f.take(f.settles))]


def settlement(f: Flows) -> list[Measure]:
    """How much of what arrived has settled."""
    whole = f.originals
    done = whole.take(whole.settles)
    arrived, settled = int(f.amount.sum()), int(f.take(f.settles).amount.sum())
    return [
        Measure("arrived", len(whole), "payments that arrived or were carried over"),
        Measure("arrived_value", arrived, "their value"),
        Measure("settled", len(done), "payments settled, those in parts when all of them are"),
        Measure("settled_value", settled, "value settled"),
        Measure("settlement_rate", ratio(len(done), len(whole)), "settled / arrived, by number"),
        Measure("settlement_rate_value", ratio(int(done.amount.sum()), arrived), "the same, by value"),
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
    whole, ticks = f.originals, by_tick(f)
    done, late = whole.take(whole.settles), whole.take(overdue(whole))
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


def saving(done: Flows) -> list[Measure]:
    """How much settled by saving liquidity, and how much that saved."""
    table = by_channel(done)
    value, gross = table["value"], table["value"].sum(dtype=float)
    shares = zip(CHANNELS, value, strict=True)
    return [
        *(
            Measure(f"share_{name}", ratio(amount, gross), f"share of value settled: {name}")
            for name, amount in shares
            if amount
        ),
        Measure(
            "lsm_share", ratio(value[SAVING].sum(dtype=float), gross), "share of all that saves liquidity"
        ),
        Measure(
            "value_saved", int(table["saved"][SAVING].sum()), "value in its sets less what had to be paid"
        ),
    ]


def by_channel(done: Flows) -> Arrays:
    """Per channel: payments and value settled, sets, and what the sets saved: their value less the net
    payments, sum over sets of (gross - sum over banks of max(0, out - in))."""
    count = len(CHANNELS)
    together = done.take(done.set_id >= 0)
    sets, first, place = np.unique(together.set_id, return_index=True, return_inverse=True)
    channel = together.channel[first]
    gross = total(together.amount, place, sets.size)
    banks = np.concatenate([together.sender, together.receiver])
    pairs, where = np.unique(np.tile(place, 2) * len(done.banks) + banks, return_inverse=True)
    net = total(np.concatenate([together.amount, -together.amount]), where, pairs.size)
    paid = total(np.maximum(0, net), pairs // len(done.banks), sets.size)
    return {
        "payments": np.bincount(done.channel, minlength=count),
        "value": total(done.amount, done.channel, count),
        "sets": np.bincount(channel, minlength=count),
        "saved": total(gross - paid, channel, count),
    }


def channels(sim: Simulation, day: int | None = None) -> pd.DataFrame:
    """How payments settled: per channel payments, value, its share, sets, and the value the sets saved."""
    import pandas as pd

    f = flows(sim, day)
    table = pd.DataFrame(by_channel(f.take(f.settles)), index=pd.Index(CHANNELS, name="channel"))
    table.insert(2, "share", table["value"] / table["value"].sum())
    return table[table["payments"] > 0]


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
