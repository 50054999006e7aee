"""One list of payments for every contender, on which their rules give one and the same answer.

PSSimPy checks every waiting payment against its sender's balance before any of them settles, so two that
fit one by one but not together both settle and overdraw the bank. The list therefore holds no such pair:
whatever is covered in a tick is covered together, and a bank has at most one payment it cannot cover. What
a bank receives can be spent from the next tick on, in PSSimPy always, in simcash by `crediting: deferred`.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

BANKS = 20
TICKS = 36  # PSSimPy's own defaults: 08:00 to 17:00 in windows of 15 minutes
OPENING = 300_000
MEAN = 60_000
LARGEST = 300_000
ATTEMPTS = 12  # payments a bank would like to send per tick


@dataclass(frozen=True)
class Payment:
    """What is paid, when it arrives, and when it has to settle."""

    tick: int
    sender: int
    receiver: int
    amount: int
    settles: int  # -1: not within the run


class Bank:
    """What a bank has to spend in this tick, and the one payment it cannot cover yet."""

    def __init__(self) -> None:
        self.balance, self.spent, self.waiting = OPENING, 0, -1

    def takes(self, amount: int) -> bool:
        """Whether one more payment leaves the outcome independent of the order in which they are tried."""
        if amount > self.balance:
            return self.waiting < 0
        room = self.balance if self.waiting < 0 else self.balance // 8  # so that the large one's turn comes
        return self.spent + amount <= room


def payment_list(days: int, seed: int = 1) -> list[Payment]:
    """Payments of `days` days in order of arrival, each with the tick in which it settles."""
    rng, banks = random.Random(seed), [Bank() for _ in range(BANKS)]
    rows: list[list[int]] = []
    for tick in range(days * TICKS):
        settled = [_retry(bank, rows) for bank in banks]
        for sender, bank in enumerate(banks):
            settled += _arrivals(rng, bank, sender, tick, rows)
        _settle(banks, [rows[i] for i in settled if i >= 0], tick)
    return [Payment(*row) for row in rows]


def _retry(bank: Bank, rows: list[list[int]]) -> int:
    """The waiting payment if it is covered now, else -1."""
    if bank.waiting < 0 or rows[bank.waiting][3] > bank.balance:
        return -1
    index, bank.waiting = bank.waiting, -1
    bank.spent += rows[index][3]
    return index


def _arrivals(rng: random.Random, bank: Bank, sender: int, tick: int, rows: list[list[int]]) -> list[int]:
    """New payments of one bank; those that are covered."""
    covered = []
    for _ in range(ATTEMPTS):
        amount = min(LARGEST, round(rng.lognormvariate(math.log(MEAN) - 0.5, 1.0)) + 1)
        receiver = (sender + rng.randrange(1, BANKS)) % BANKS
        if not bank.takes(amount):
            continue
        if amount > bank.balance:
            bank.waiting = len(rows)
        else:
            bank.spent += amount
            covered.append(len(rows))
        rows.append([tick, sender, receiver, amount, -1])
    return covered


def _settle(banks: list[Bank], settled: list[list[int]], tick: int) -> None:
    """Credit receivers at the end of the tick."""
    for row in settled:
        banks[row[2]].balance += row[3]
        row[4] = tick
    for bank in banks:
        bank.balance, bank.spent = bank.balance - bank.spent, 0


def plain(payments: list[Payment]) -> dict[str, Any]:
    """The list for PSSimPy, as JSON."""
    rows = [[p.tick, p.sender, p.receiver, p.amount] for p in payments]
    return {"payments": rows, "banks": BANKS, "ticks": TICKS, "opening": OPENING}


def scenario(payments: list[Payment], days: int) -> dict[str, Any]:
    """The list for simcash: payments known in advance, no deadline inside the run, no credit."""
    names = [f"BANK_{bank:02d}" for bank in range(BANKS)]
    return {
        "name": "same-payments",
        "simulation": {"ticks_per_day": TICKS, "num_days": days, "rng_seed": 1, "lsm_enabled": False},
        "crediting": "deferred",
        "agents": [{"id": name, "opening_balance": OPENING, "policy": {"type": "Fifo"}} for name in names],
        "payments": {
            "tick": [p.tick for p in payments],
            "sender": [names[p.sender] for p in payments],
            "receiver": [names[p.receiver] for p in payments],
            "amount": [p.amount for p in payments],
            "deadline_tick": [days * TICKS] * len(payments),
        },
    }


def log(count: int, banks: int = 1000, seed: int = 1) -> pd.DataFrame:
    """A day's log as a payment system may write it."""
    import numpy as np
    import pandas as pd

    rng, names = np.random.default_rng(seed), np.array([f"BANK{i:04d}" for i in range(banks)])
    sender, sent = rng.integers(0, banks, count), np.sort(rng.integers(7 * 3600, 18 * 3600, count))
    day = np.datetime64("2024-03-04T00:00:00")
    return pd.DataFrame({
        "reference": [f"P{i:06d}" for i in range(count)], "submission_time": day + sent,
        "sender": names[sender], "receiver": names[(sender + rng.integers(1, banks, count)) % banks],
        "amount": np.round(np.exp(rng.normal(10, 2, count)) + 0.01, 2),
        "settlement_time": day + sent + rng.integers(0, 1800, count),
    })  # fmt: skip


def as_events(given: dict[str, Any]) -> dict[str, Any]:
    """A scenario's listed payments as events, one by one."""
    columns = given["payments"]
    rows = zip(*(columns[name] for name in ("tick", "sender", "receiver", "amount")), strict=True)
    events = [
        {
            "type": "CustomTransactionArrival", "from_agent": sender, "to_agent": receiver, "amount": amount,
            "schedule": {"type": "OneTime", "tick": tick},
        }
        for tick, sender, receiver, amount in rows
    ]  # fmt: skip
    return {key: value for key, value in given.items() if key != "payments"} | {"scenario_events": events}
