"""Runs a payment list through PSSimPy; started with the Python of PSSimPy's own environment.

Standard input: {"payments": [[tick, sender, receiver, amount], ...], "banks", "ticks", "opening"};
standard output: {"open_seconds", "seconds", "settled": [tick or -1, ...]}.
"""

import json
import os
import sys
import tempfile
import time
from typing import Any

from PSSimPy.credit_facilities import SimpleCollateralized
from PSSimPy.queues import FIFOQueue
from PSSimPy.simulator import BasicSim
from PSSimPy.transaction import Transaction

OPENS, WINDOW = 8 * 60, 15  # minutes; BasicSim's defaults


def clock(tick: int) -> str:
    minutes = OPENS + WINDOW * tick
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def simulation(given: dict[str, Any]) -> BasicSim:
    """Gross settlement, a FIFO queue tried in every window, no credit (nobody posts collateral)."""
    ticks, names = given["ticks"], [f"BANK_{b:02d}" for b in range(given["banks"])]
    rows = given["payments"]
    payments = {
        "sender_account": [names[row[1]] for row in rows],
        "recipient_account": [names[row[2]] for row in rows],
        "amount": [row[3] for row in rows],
        "day": [row[0] // ticks + 1 for row in rows],
        "time": [clock(row[0] % ticks) for row in rows],
        "number": list(range(len(rows))),  # kept by PSSimPy as an attribute of the transaction
    }
    return BasicSim(
        name="same-payments",
        banks={"name": names},
        accounts={"id": names, "owner": names, "balance": [given["opening"]] * len(names)},
        transactions=payments,
        open_time=clock(0),
        close_time=clock(ticks),
        processing_window=WINDOW,
        num_days=max(row[0] for row in rows) // ticks + 1,
        queue=FIFOQueue(),
        credit_facility=SimpleCollateralized(),
    )


def tick_of(transaction: Transaction, ticks: int) -> int:
    """The window in which a transaction settled, counted over all days."""
    if transaction.settle_time is None:
        return -1
    hours, minutes = map(int, transaction.settle_time.split(":"))
    return (transaction.settle_day - 1) * ticks + (hours * 60 + minutes - OPENS) // WINDOW


def main() -> None:
    given = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # PSSimPy writes its logs, which are its history, into the working folder
        start = time.perf_counter()
        sim = simulation(given)
        opened = time.perf_counter()
        sim.run()
        done = time.perf_counter()
        os.chdir("/")
    settled = [-1] * len(given["payments"])
    for transaction, _, _ in sim.transactions:
        settled[transaction.number] = tick_of(transaction, given["ticks"])
    print(json.dumps({"open_seconds": opened - start, "seconds": done - opened, "settled": settled}))


if __name__ == "__main__":
    main()
