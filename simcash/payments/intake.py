"""A day of real payments as a scenario: read from a table, with a report of what had to be assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.core.money import show
from simcash.core.notebook import card, told
from simcash.core.scenario import Source, read
from simcash.core.tabular import TableError, read_table
from simcash.payments.columns import found_columns
from simcash.payments.differences import Difference, check_recorded, with_change
from simcash.payments.flows import Flows
from simcash.payments.grid import Grid
from simcash.payments.opening import Opening, arriving, opening_balances
from simcash.payments.reading import Reading, money, parties, placed, priorities

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

LISTED = "SELECT tx_id, amount, settled_tick FROM payments WHERE source = 'listed' ORDER BY tx_id"


@dataclass(frozen=True, repr=False)
class Day:
    """A table of payments, read: the scenario it makes, the payments, and how they were understood.

    `day.open()` (or `simcash.open(day)`) is a simulation of it, `day.compare(sim)` sets what it settles
    against what really settled, `day.assumed` says what the table left open, `day.dropped` what was left out.
    """

    source: Source
    payments: (
        pd.DataFrame
    )  # row, id if any, sender, receiver, amount, tick, deadline_tick, settled_tick, priority
    facts: list[tuple[str, str]]
    assumed: list[str]
    dropped: pd.DataFrame  # row, column, value, why

    def open(self, **how: Any) -> Simulation:
        """A simulation of this day; takes what `simcash.open` takes: set, seed, db, record, history."""
        import simcash

        return simcash.open(self.source, **how)

    def compare(self, sim: Simulation) -> Difference:
        """The simulated against the actual settlement of each payment that has arrived in the simulation."""
        rows = self.payments
        if rows["settled_tick"].isna().all():
            raise ValueError("the table has no actual settlement times to compare with (column `settled`)")
        check_recorded(sim)
        found = sim.sql(LISTED)
        order = np.argsort(rows["tick"].to_numpy(), kind="stable")[: len(found)]
        arrived = rows.iloc[order]
        if not np.array_equal(arrived["amount"], found["amount"]):
            raise ValueError(f"{sim.name} is no simulation of this day: its payments are others")
        told = {
            "tx_a": arrived["row"].to_numpy(), "tx_b": found["tx_id"].to_numpy(),
            **{name: arrived[name].to_numpy() for name in ("sender", "receiver", "amount")},
            "arrival_tick": arrived["tick"].to_numpy(),
        }  # fmt: skip
        actual = arrived["settled_tick"].reset_index(drop=True)
        return Difference(with_change(told, actual, found["settled_tick"]), "actual", "simulated", "row")

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Label and text, line by line."""
        out = []
        if len(self.dropped):
            why = self.dropped["column"] + ": " + self.dropped["why"]
            out = [
                ("left out", f"{count:,}: {reason}") for reason, count in why.value_counts(sort=False).items()
            ]
        return [*self.facts, *(("assumed", text) for text in self.assumed), *out]

    def __repr__(self) -> str:
        width = max(len(label) for label, _ in self.lines)
        return "\n".join([self.source.name, *(f"  {label:<{width}}  {text}" for label, text in self.lines)])

    def _repr_html_(self) -> str:
        return card(self.source.name, told(self.lines))


def from_table(
    source: str | Path | pd.DataFrame,
    columns: Mapping[str, str] | None = None,
    *,
    tick_minutes: int = 1,
    hours: tuple[str, str] | None = None,
    ticks_per_day: int | None = None,
    unit: str | None = None,
    opening: Opening = "upper",
    faulty: str = "refuse",
    name: str | None = None,
    seed: int = 1,
) -> Day:
    """Read a day (or several) of real payments from a CSV or Parquet file or a DataFrame.

    Times are tick numbers, times of day ("09:30", "09:30:15") or dates with times. What the table leaves
    open is assumed, and the day that comes back says what.

    Parameters
    ----------
    source : the file or frame
    columns : {meaning: column} where a column has no common name; meanings are submitted, sender, receiver,
        amount (these four are needed), priority, deadline, settled (the actual settlement), day, id
    tick_minutes : the length of a tick
    hours : when a day opens and closes, ("07:00", "18:00"); past midnight if the second is not later than the
        first; else whole hours around all that happens
    ticks_per_day : the length of a day whose times are tick numbers
    unit : "cents" or "units" of currency; else units if any amount has decimals
    opening : balances: "upper" (each bank can settle all its payments on arrival), "lower" (all at the end),
        "40%" of the way from lower to upper, cents for every bank, or {bank: cents}
    faulty : "refuse" rows that make no sense (a party, time or amount that is missing or no such thing, an
        amount that is not positive, a payment to oneself), or "drop" and report them
    name : of the scenario; else the file's
    seed : for whatever the scenario draws later on
    """
    check_options(unit, faulty, tick_minutes, ticks_per_day)
    frame, label, first = read_table(source)
    table = Reading(frame, label, first, found_columns(frame, columns or {}, label))
    sender, receiver, banks = parties(table)
    amount = money(table, unit)
    grid, ticks = placed(table, hours, tick_minutes, ticks_per_day)
    priority = priorities(table)
    if faulty == "refuse":
        table.refuse()
    payments = kept(table, {
        "sender": np.array(banks, object)[sender], "receiver": np.array(banks, object)[receiver],
        "amount": amount, **ticks, "priority": priority,
    })  # fmt: skip
    balances, chosen = opening_balances(opening, flows_of(payments))
    called = name or (label if source is frame else Path(label).stem)
    return Day(
        read(scenario_of(called, grid, payments, balances, seed)), payments,
        facts_of(table, grid, payments, balances), [*table.assumed, chosen], table.faulty(),
    )  # fmt: skip


def kept(table: Reading, columns: dict[str, Any]) -> pd.DataFrame:
    """The payments that can be used, numbered as the table's reader would."""
    import pandas as pd

    rows = pd.DataFrame({"row": np.arange(len(table.frame)) + table.first, **columns})
    if "id" in table:
        rows.insert(1, "id", table["id"].to_numpy())
    rows["settled_tick"] = rows["settled_tick"].where(rows["settled_tick"] >= 0).astype("Int64")
    rows = rows[~table.bad].reset_index(drop=True)
    if not len(rows):
        raise TableError(f"{table.name}: there is no payment in it that can be used")
    again = int(rows["id"].duplicated().sum()) if "id" in table else 0
    if again:
        table.assumed.append(
            f"{again:,} have an id that an earlier payment has too; they are payments all the same"
        )
    late = int((rows["deadline_tick"] <= rows["tick"]).sum()) if "deadline" in table else 0
    if late:
        table.assumed.append(f"{late:,} deadlines not after the tick of submission: the tick after it")
    return rows


def flows_of(payments: pd.DataFrame) -> Flows:
    """The payments between the banks that have any, as if all settled on arrival."""
    import pandas as pd

    codes, banks = pd.factorize(pd.concat([payments["sender"], payments["receiver"]]), sort=True)
    sender, receiver = codes[: len(payments)], codes[len(payments) :]
    amount, tick = (payments[name].to_numpy(np.int64) for name in ("amount", "tick"))
    return arriving(tuple(map(str, banks)), sender, receiver, amount, tick)


def check_options(unit: str | None, faulty: str, tick_minutes: int, ticks_per_day: int | None) -> None:
    """Words and numbers that from_table knows."""
    if unit not in (None, "cents", "units"):
        raise ValueError(f'unit "{unit}" is not known; known: cents, units')
    if faulty not in ("refuse", "drop"):
        raise ValueError(f'faulty "{faulty}" is not known; known: refuse, drop')
    if not 1 <= tick_minutes <= 1440:
        raise ValueError(f"tick_minutes is {tick_minutes}; a tick has between 1 and 1440 minutes")
    if ticks_per_day is not None and ticks_per_day < 1:
        raise ValueError(f"ticks_per_day is {ticks_per_day}; a day has at least 1 tick")


def scenario_of(
    name: str, grid: Grid, payments: pd.DataFrame, balances: Mapping[str, int], seed: int
) -> dict[str, Any]:
    """The scenario's plain data: gross settlement at once, whatever else is wanted by `set`."""
    simulation: dict[str, Any] = {
        "ticks_per_day": grid.ticks_per_day, "num_days": len(grid.days), "rng_seed": seed,
        "lsm_enabled": False,
    }  # fmt: skip
    if grid.clock:
        simulation |= {"day_start": clock_text(grid.start), "tick_minutes": grid.seconds // 60}
    names = ("tick", "sender", "receiver", "amount", "deadline_tick", "priority")
    return {
        "world": "payments",
        "name": name,
        "simulation": simulation,
        "agents": [{"id": id, "opening_balance": balance} for id, balance in balances.items()],
        "payments": {column: payments[column].tolist() for column in names},
    }


def facts_of(
    table: Reading, grid: Grid, payments: pd.DataFrame, balances: Mapping[str, int]
) -> list[tuple[str, str]]:
    """What was found, line by line."""
    value, days = show(int(payments["amount"].sum())), len(grid.days)
    when = f"{grid.ticks_per_day:,} ticks a day"
    if grid.clock:
        end = clock_text(grid.start + grid.ticks_per_day * grid.seconds)
        when += f" of {grid.seconds // 60} min, {clock_text(grid.start)} to {end}"
    known = int(payments["settled_tick"].notna().sum())
    return [
        ("payments", f"{len(payments):,}, value {value}, on {days} day{'s' if days > 1 else ''}"),
        ("banks", f"{len(balances):,}"),
        ("columns", ", ".join(f"{meaning}: {column}" for meaning, column in table.columns.items())),
        ("time", when),
        ("settled", f"actual times of {known:,} payments" if known else "no actual times"),
        ("opening", f"{show(sum(balances.values()))} in all"),
    ]


def clock_text(second: int) -> str:
    """A second of the day as "07:30"."""
    return f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}"
