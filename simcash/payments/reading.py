"""A payments table on its way to a day: what its columns say, what is wrong with which row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from simcash.core.tabular import TableError
from simcash.payments import columns as c
from simcash.payments.arrivals import NORMAL_PRIORITY
from simcash.payments.grid import Grid, check_kinds, clock_grid, tick_grid

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 10


@dataclass
class Reading:
    """A table on its way to a Day: its columns, what is wrong with which row, what was assumed."""

    frame: pd.DataFrame
    name: str
    first: int  # the number of the first row, as a reader counts
    columns: dict[str, str]
    assumed: list[str] = field(default_factory=list)
    faults: list[tuple[np.ndarray, str, str]] = field(default_factory=list)  # rows, column, why

    def __post_init__(self) -> None:
        self.bad = np.zeros(len(self.frame), bool)

    def __getitem__(self, meaning: str) -> pd.Series:
        return self.frame[self.columns[meaning]]

    def __contains__(self, meaning: str) -> bool:
        return meaning in self.columns

    def fault(self, where: np.ndarray, meaning: str, why: str) -> None:
        """Rows that cannot be used; the first reason counts."""
        rows = np.flatnonzero(where & ~self.bad)
        if rows.size:
            self.faults.append((rows, self.columns[meaning], why))
            self.bad[rows] = True

    def faulty(self) -> pd.DataFrame:
        """Every row that cannot be used: its number, the column, what stands there, and why."""
        import pandas as pd

        parts = [
            pd.DataFrame(
                {
                    "row": rows + self.first, "column": column,
                    "value": c.texts(self.frame[column].iloc[rows]).to_numpy(), "why": why,
                }
            )
            for rows, column, why in self.faults
        ]  # fmt: skip
        if not parts:
            return pd.DataFrame({"row": [], "column": [], "value": [], "why": []})
        return pd.concat(parts).sort_values("row", kind="stable").reset_index(drop=True)

    def refuse(self) -> None:
        """Say which rows cannot be used, if any."""
        if not self.faults:
            return
        found, count = self.faulty(), int(self.bad.sum())
        word = "line" if self.first else "row"
        listed = [
            f'  {word} {r.row:,}, {r.column} "{r.value}": {r.why}' for r in found[:MOST_SHOWN].itertuples()
        ]
        more = [f"  … and {count - MOST_SHOWN:,} more"] if count > MOST_SHOWN else []
        which = f"{count:,} of {len(self.frame):,} payments cannot be used"
        raise TableError("\n".join([f'{self.name}: {which} (faulty="drop" leaves them out)', *listed, *more]))


def parties(table: Reading) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Senders and receivers as places in the sorted list of banks."""
    import pandas as pd

    both = [c.texts(table[meaning]) for meaning in ("sender", "receiver")]
    codes, names = pd.factorize(pd.concat(both), sort=True)
    sender, receiver = codes[: len(table.frame)], codes[len(table.frame) :]
    for meaning, place in (("sender", sender), ("receiver", receiver)):
        table.fault(np.asarray(names[place] == ""), meaning, "no bank is named")
    table.fault(sender == receiver, "receiver", "a bank does not pay itself")
    return sender, receiver, [str(bank) for bank in names]


def money(table: Reading, unit: str | None) -> np.ndarray:
    """Amounts in cents."""
    found = c.read_money(table["amount"], unit)
    what = "an amount of at most two decimals" if found.units else "a whole number of cents"
    table.fault(found.bad, "amount", f"is not {what}, at most 2**53 cents")
    table.fault(found.cents <= 0, "amount", "is not positive")
    if unit is None:
        has = (
            "some have decimals" if found.units else 'none has decimals; unit="units" reads them as currency'
        )
        table.assumed.append(f"amounts are in {'currency units' if found.units else 'cents'}: {has}")
    if found.comma:
        table.assumed.append("amounts are written with a decimal comma")
    return found.cents


def placed(
    table: Reading, hours: tuple[str, str] | None, tick_minutes: int, ticks_per_day: int | None
) -> tuple[Grid, dict[str, np.ndarray]]:
    """The grid of ticks, and each payment's ticks of submission, deadline and actual settlement."""
    nothing = c.Times(
        c.CLOCKS, *np.zeros((2, len(table.frame)), np.int64), *np.ones((2, len(table.frame)), bool)
    )
    read = {
        meaning: c.read_times(table[meaning]) if meaning in table else nothing
        for meaning in ("submitted", "deadline", "settled")
    }
    submitted = read["submitted"]
    for meaning in ("deadline", "settled"):
        check_kinds(submitted, meaning, read[meaning])
    own = own_days(table, submitted)
    if submitted.kind == c.TICKS and ticks_per_day is not None and "day" not in table:
        read = {m: t.counted(ticks_per_day) if t.kind == c.TICKS else t for m, t in read.items()}
    submitted, deadline, settled = read.values()
    if submitted.kind in (c.TICKS, c.COUNTED):
        grid = tick_grid(submitted, [deadline, settled], own, ticks_per_day)
    else:
        grid = clock_grid(submitted, [settled], own, hours, tick_minutes)
    tick = grid.exactly(submitted, own)
    table.fault(submitted.missing, "submitted", "no time of submission")
    for meaning, times in read.items():
        if meaning in table:
            table.fault(times.bad, meaning, f"is not one of the {times.kind} around it")
    table.fault(tick < 0, "submitted", "lies outside the hours of the day")
    day = grid.day_of(submitted, own)
    ticks = {
        "tick": tick, "deadline_tick": grid.at_latest(deadline, day),
        "settled_tick": grid.exactly(settled, day),
    }  # fmt: skip
    tell_times(table, deadline, settled, ticks)
    return grid, ticks


def own_days(table: Reading, submitted: c.Times) -> np.ndarray:
    """The day that each row names in a column of its own, as a place among all of them."""
    if "day" not in table or submitted.kind == c.DATES:
        return np.zeros(len(table.frame), np.int64)
    import pandas as pd

    written = c.texts(table["day"])
    table.fault((written == "").to_numpy(bool), "day", "no day is named")
    numbers = pd.to_numeric(written, errors="coerce")
    codes, names = pd.factorize(numbers if numbers.notna().all() else written, sort=True)
    if len(names) > 1:
        table.assumed.append(f"{len(names)} days, one after the other: {', '.join(map(str, names[:4]))}, …")
    return np.asarray(codes, np.int64)


def tell_times(table: Reading, deadline: c.Times, settled: c.Times, ticks: dict[str, np.ndarray]) -> None:
    """What had to be assumed of deadlines and settlements."""
    without = int(deadline.missing.sum())
    if without:
        table.assumed.append(f"{count(without, table)} no deadline: the end of their day")
    early = int(((ticks["settled_tick"] >= 0) & (ticks["settled_tick"] < ticks["tick"])).sum())
    if early:
        table.assumed.append(f"{early:,} settled before they were submitted; kept as they are")
    outside = int((settled.good & (ticks["settled_tick"] < 0)).sum())
    if outside:
        table.assumed.append(
            f"{outside:,} settled outside the days and hours of the table: taken as not settled"
        )


def count(rows: int, table: Reading) -> str:
    """How many rows, as the beginning of a sentence about what they have."""
    return "payments have" if rows == len(table.frame) else f"{rows:,} payments have"


def priorities(table: Reading) -> np.ndarray:
    """Priorities from 0 to 10."""
    if "priority" not in table:
        table.assumed.append(f"payments have no priority: {NORMAL_PRIORITY} of 0 to 10")
        return np.full(len(table.frame), NORMAL_PRIORITY)
    found, missing, bad, words = c.read_priorities(table["priority"])
    table.fault(bad, "priority", "is not 0 to 10, and no word for a priority")
    if missing.any():
        table.assumed.append(f"{count(int(missing.sum()), table)} no priority: {NORMAL_PRIORITY} of 0 to 10")
    if words:
        table.assumed.append(f"priorities in words: {', '.join(words)}")
    return np.where(missing, NORMAL_PRIORITY, found)
