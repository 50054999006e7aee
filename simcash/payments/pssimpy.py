"""Tables of PSSimPy (version 0.1.5), in and out.

There, banks own accounts and transactions go from account to account; amounts are of any unit, a lower
priority is more urgent, days count from 1, and a processing window of some minutes is what a tick is here. An
account becomes a bank, its posted collateral counts in full, and priority p becomes 11 - p (and back).
Nothing there has a deadline: payments may settle until the run ends. What is received can be spent from the
next window on, so crediting is deferred. Strategies, fees and failing banks are programs, not tables: they do
not travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.core.clock import minutes_of
from simcash.core.problems import choice
from simcash.core.tabular import TableError, read_table
from simcash.payments.columns import CLOCKS, read_money, read_times, texts
from simcash.payments.differences import check_recorded
from simcash.payments.intake import Day, from_table

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

    Table = str | Path | pd.DataFrame | Mapping[str, Any]

LEAST_URGENT = 11  # priority p there is LEAST_URGENT - p here
DAY_MINUTES = 24 * 60
OPENS, WINDOW = 8 * 60, 15  # PSSimPy's own defaults, for runs whose ticks have no time of day
NEEDED = {
    "accounts": ("id", "owner"),
    "transactions": ("sender_account", "recipient_account", "amount", "time"),
}
ARRIVED = """
    SELECT sender, receiver, amount, original_priority AS priority, arrival_tick, tx_id
    FROM payments WHERE parent_id IS NULL ORDER BY tx_id
"""


@dataclass(frozen=True)
class Tables:
    """What PSSimPy's simulators take: `BasicSim("name", **tables.arguments)`."""

    banks: pd.DataFrame
    accounts: pd.DataFrame
    transactions: pd.DataFrame
    times: dict[str, Any]  # open_time, close_time, processing_window, num_days

    @property
    def arguments(self) -> dict[str, Any]:
        """Tables and times by the names of a simulator's parameters."""
        tables = {name: getattr(self, name) for name in ("banks", "accounts", "transactions")}
        return tables | self.times


def from_pssimpy(
    accounts: Table,
    transactions: Table,
    *,
    open_time: str = "08:00",
    close_time: str = "17:00",
    processing_window: int = 15,
    num_days: int = 1,
    faulty: str = "refuse",
    name: str = "pssimpy",
) -> Day:
    """PSSimPy's accounts and transactions (dicts of lists, frames or files) as a day of payments.

    The times are those given to its simulators, with the same defaults. Its table of banks is not needed:
    accounts name their owners.
    """
    held, sent = opened(accounts, "accounts"), opened(transactions, "transactions")
    length = (minutes_of(close_time) - minutes_of(open_time)) % DAY_MINUTES
    per_day = -(-length // processing_window)
    unit = "units" if any(has_decimals(t) for t in (held.get("balance"), sent["amount"])) else "cents"
    ids = texts(held["id"])
    for column in ("sender_account", "recipient_account"):
        check_accounts(texts(sent[column]), ids.tolist(), column)
    balances, collateral = (in_cents(held, column, unit) for column in ("balance", "posted_collateral"))
    day = from_table(
        windows(sent, minutes_of(open_time), processing_window, per_day, num_days),
        ticks_per_day=per_day, unit=unit, faulty=faulty, name=name,
        opening=dict(zip(ids, balances.tolist(), strict=True)),
    )  # fmt: skip
    last = num_days * per_day - 1
    changes: dict[str, Any] = {
        "payments.deadline_tick": [last] * len(day.payments),
        "simulation.num_days": num_days, "simulation.day_start": open_time,
        "simulation.tick_minutes": processing_window, "crediting": "deferred",
    }  # fmt: skip
    for id, posted in zip(ids, collateral.tolist(), strict=True):
        if posted:
            changes |= {f"agents.{id}.{key}": value for key, value in credit(posted).items()}
    told = [line for line in day.assumed if "deadline" not in line and "opening" not in line]
    more = ["credits can be spent from the next window on", "no deadlines: payments may settle until the end"]
    return replace(
        day, source=day.source.with_values(changes), assumed=[*told, *more],
        payments=day.payments.assign(deadline_tick=last),
    )  # fmt: skip


def credit(posted: int) -> dict[str, Any]:
    """Collateral that counts in full."""
    return {"posted_collateral": posted, "max_collateral_capacity": posted, "collateral_haircut": 0}


def opened(table: Table, name: str) -> pd.DataFrame:
    """A table, with the columns that it needs."""
    import pandas as pd

    frame = pd.DataFrame(dict(table)) if isinstance(table, Mapping) else read_table(table)[0]
    for column in NEEDED[name]:
        if column not in frame:
            raise TableError(
                f"{name}: no column {choice(column, [str(c) for c in frame.columns], 'Columns')}"
            )
    return frame


def has_decimals(values: pd.Series | None) -> bool:
    return values is not None and read_money(values, None).units


def in_cents(held: pd.DataFrame, column: str, unit: str) -> np.ndarray:
    """A column of money in the accounts; 0 where it is left out, as there."""
    if column not in held:
        return np.zeros(len(held), np.int64)
    found = read_money(held[column], unit)
    for row in np.flatnonzero(found.bad)[:1]:
        raise TableError(f'accounts: row {row}, {column} "{held[column].iloc[row]}" is no amount of money')
    return found.cents


def check_accounts(named: pd.Series, ids: list[str], column: str) -> None:
    """Transactions go between accounts that there are."""
    for account in named.unique():
        if account and account not in ids:
            row = named.tolist().index(account)
            raise TableError(f"transactions: row {row}, {column}: unknown {choice(account, ids, 'Accounts')}")


def windows(sent: pd.DataFrame, opens: int, window: int, per_day: int, num_days: int) -> pd.DataFrame:
    """Transactions with ticks for days and times; what comes outside hours or days gets none, as there."""
    import pandas as pd

    clock = read_times(sent["time"])
    if clock.kind != CLOCKS:
        raise TableError(f'transactions: times are written like "08:15", but time holds {clock.kind}')
    day = pd.to_numeric(sent["day"], errors="coerce") if "day" in sent else pd.Series(1, index=sent.index)
    within = (clock.second // 60 - opens) // window
    good = clock.good & (within >= 0) & (within < per_day) & day.between(1, num_days).to_numpy()
    tick = pd.Series((day.fillna(1).to_numpy() - 1) * per_day + within, index=sent.index)
    table = pd.DataFrame({
        "tick": tick.where(good), "sender": sent["sender_account"], "receiver": sent["recipient_account"],
        "amount": sent["amount"],
    })  # fmt: skip
    if "priority" in sent:
        table["priority"] = (LEAST_URGENT - pd.to_numeric(sent["priority"])).clip(0, 10)
    return table


def to_pssimpy(sim: Simulation) -> Tables:
    """A simulation's banks, opening balances and the payments that have arrived so far, for PSSimPy.

    `balance` is what a bank begins with, the first morning's part of its pool included; amounts are in cents.
    """
    import pandas as pd

    clock, agents = sim.clock, sim.world.scenario.agents
    check_recorded(sim)
    opens = OPENS if clock.day_start_minutes is None else clock.day_start_minutes
    window, per_day = clock.tick_minutes or WINDOW, clock.ticks_per_day or clock.ticks
    closes = opens + window * per_day
    if closes > DAY_MINUTES:
        raise ValueError(
            f"a day of {per_day} ticks of {window} minutes from {hour(opens)} goes past midnight, which a day"
            ' of PSSimPy cannot; set "simulation.day_start" and "simulation.tick_minutes"'
        )
    rows = sim.sql(ARRIVED)
    tick = rows["arrival_tick"].astype(np.int64)
    transactions = pd.DataFrame({
        "sender_account": rows["sender"], "recipient_account": rows["receiver"], "amount": rows["amount"],
        "priority": LEAST_URGENT - rows["priority"], "day": tick // per_day + 1,
        "time": (opens + tick % per_day * window).map(hour), "tx_id": rows["tx_id"],
    })  # fmt: skip
    ids = [agent.id for agent in agents]
    first = sim.world.store["alloc_first"]
    accounts = pd.DataFrame({
        "id": ids, "owner": ids,
        "balance": [agent.opening_balance + int(part) for agent, part in zip(agents, first, strict=True)],
        "posted_collateral": [agent.posted_collateral for agent in agents],
    })  # fmt: skip
    times = {
        "open_time": hour(opens), "close_time": hour(min(closes, DAY_MINUTES - 1)),
        "processing_window": window, "num_days": sim.world.scenario.simulation.num_days,
    }  # fmt: skip
    return Tables(pd.DataFrame({"name": ids, "strategy_type": "Normal"}), accounts, transactions, times)


def hour(minutes: int) -> str:
    """Minutes after midnight as "08:15"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
