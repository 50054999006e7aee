"""What BCBS 248 asks a bank to watch over the day: tables A(i) to A(iv) and C(i), day by day.

"Monitoring tools for intraday liquidity management", Basel Committee on Banking Supervision, April 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simcash.payments.bank_measures import LARGEST, available_at_start, critical, largest
from simcash.payments.flows import Flows, flows
from simcash.payments.measures import Arrays, by_tick, swings, total

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation


@dataclass(frozen=True)
class Monitoring:
    """The tables, rows by day and bank; values are cents."""

    a_i: pd.DataFrame  # largest negative and positive cumulative net position of the day
    a_i_largest: pd.DataFrame  # per bank: the three largest of the days, and the mean over all days
    a_ii: pd.DataFrame  # what could be paid at the start of the day
    a_iii: pd.DataFrame  # gross payments sent and received
    a_iv: pd.DataFrame  # time-critical payments (priority 8 and more): due, and met in time
    c_i: pd.DataFrame  # per day and tick: value settled so far as a share of the day's

    def __repr__(self) -> str:
        return "\n\n".join(f"{title}\n{getattr(self, name)}" for name, title in TITLES.items())

    def _repr_html_(self) -> str:
        tables = ((title, getattr(self, name).to_html(border=0)) for name, title in TITLES.items())
        return "".join(f"<div><strong>{title}</strong>{table}</div>" for title, table in tables)


TITLES = {
    "a_i": "A(i) daily maximum intraday liquidity usage",
    "a_i_largest": f"A(i) the {LARGEST} largest of the days",
    "a_ii": "A(ii) available intraday liquidity at the start of the day",
    "a_iii": "A(iii) total payments",
    "a_iv": "A(iv) time-specific obligations",
    "c_i": "C(i) intraday throughput",
}


def monitoring(sim: Simulation) -> Monitoring:
    """The monitoring tables of BCBS 248 for the run so far: `sim.monitoring().a_i`.

    A(i) is the lowest (as a positive number) and the highest point of each day's cumulative net inflow, sets
    of payments as one step. C(i) is the value settled by each tick divided by the day's.
    """
    whole = flows(sim)
    per_day = sim.clock.ticks_per_day or sim.clock.ticks
    days = [day_of(whole, day, per_day) for day in range(whole.last // per_day + 1)]
    done = [f.take(f.settles) for f in days]
    nets = [swings(f, f.step) for f in done]
    ends = sim.clock.ticks - 1
    return Monitoring(
        by_bank(whole, [{"largest_negative": -low, "largest_positive": high} for low, high in nets]),
        ranked(whole, nets),
        by_bank(whole, [{"available": available_at_start(sim, f.first)} for f in days]),
        by_bank(whole, [gross(f) for f in done]),
        by_bank(whole, [critical(f, ends) for f in days]),
        throughput(days),
    )


def day_of(whole: Flows, day: int, per_day: int) -> Flows:
    last = min((day + 1) * per_day - 1, whole.last)
    return whole.cut(day * per_day, last, whole=True)


def gross(done: Flows) -> Arrays:
    count = len(done.banks)
    return {
        "sent": total(done.amount, done.sender, count), "received": total(done.amount, done.receiver, count),
    }  # fmt: skip


def by_bank(whole: Flows, days: list[Arrays]) -> pd.DataFrame:
    """A table with a row per day and bank."""
    import pandas as pd

    index = pd.MultiIndex.from_product([range(len(days)), whole.banks], names=["day", "bank"])
    columns = {name: np.concatenate([day[name] for day in days]) for name in days[0]}
    return pd.DataFrame(columns, index=index)


def ranked(whole: Flows, nets: list[tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
    """A row per bank: its largest daily positions."""
    import pandas as pd

    return pd.DataFrame(largest(nets), index=pd.Index(whole.banks, name="bank"))


def throughput(days: list[Flows]) -> pd.DataFrame:
    """Per day and tick of the day: value settled so far, and as a share of the day's."""
    import pandas as pd

    found = []
    for day, f in enumerate(days):
        settled = np.cumsum(by_tick(f)["settled"])
        index = pd.MultiIndex.from_product([[day], range(f.ticks)], names=["day", "tick_in_day"])
        share = settled / settled[-1] if settled[-1] else np.full(f.ticks, np.nan)
        found.append(pd.DataFrame({"settled_so_far": settled, "throughput": share}, index=index))
    return pd.concat(found)
