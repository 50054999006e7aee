"""Liquidity saving on bare arrays: one run of one algorithm, by the rules that a whole world follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simcash.core.scenario import read
from simcash.payments.arrays import fixed_arrays
from simcash.payments.engine import codes
from simcash.payments.engine.queue2 import SMALLEST_LANE
from simcash.payments.engine.solving import enqueue, solve_queue
from simcash.payments.installed import Installed
from simcash.payments.programs import programs_of
from simcash.payments.scenario import Scenario, open_scenario
from simcash.payments.state import Store
from simcash.payments.tables import payment_tables

Limits = Mapping[int | tuple[int, int], int]
WHOLE_QUEUE = "all_of_queue2"  # algorithm 1 of algorithm_sequencing: everything as one set


@dataclass(frozen=True)
class Solution:
    """What one run settled: places in the list of payments, what banks have afterwards, and the value."""

    settled: np.ndarray
    liquidity: np.ndarray
    value: int


def solve(
    algorithm: str | Mapping[str, Any],
    liquidity: Sequence[int] | np.ndarray,
    payments: Sequence[tuple[int, int, int]] | np.ndarray,
    limits: Limits | None = None,
) -> Solution:
    """Run an algorithm once on a queue of (sender, receiver, amount), banks counted as in `liquidity`.

    `algorithm` is a name or `{type, …options}` as in `lsm_config.algorithms`, or "all_of_queue2". `limits`
    says how much a bank may pay in all (`{0: 500}`) or to another (`{(0, 1): 300}`). Nothing settles by
    itself, except in fifo_retry; with "cycles" at most 10 cycles settle, and at
    most 2 million pairs of banks are looked at to find them.

        >>> solve("partial_netting", [0, 0], [(0, 1, 500), (1, 0, 500)]).settled
        array([0, 1])
    """
    money = checked(liquidity, "liquidity", 1)
    queue = checked(payments, "payments", 2).reshape(-1, 3)
    refuse_nonsense(money, queue)
    whole = algorithm == WHOLE_QUEUE
    scenario = scenario_of(money, limits or {}, "partial_netting" if whole else algorithm)
    installed = Installed(scenario)
    fixed = fixed_arrays(scenario, installed, programs_of(scenario, installed))
    store = Store(fixed, payment_tables(scenario.ids), "off")
    if whole:
        store["algorithm"][0] = codes.FIRST
    fill(store, *queue.T.copy())
    solve_queue(store.record)
    settled = np.flatnonzero(store["status"][: len(queue)] == codes.SETTLED)
    return Solution(settled, store["balance"].copy(), int(queue[settled, 2].sum()))


def checked(values: Any, what: str, dimensions: int) -> np.ndarray:
    """Whole numbers as an array."""
    array = np.asarray(values)
    if array.size == 0:
        return np.zeros((0,), np.int64)
    if array.dtype.kind not in "iu" or array.ndim != dimensions or (dimensions == 2 and array.shape[1] != 3):
        shape = "(sender, receiver, amount), all whole numbers" if dimensions == 2 else "whole numbers"
        raise ValueError(f"{what} must be a list of {shape}")
    return array.astype(np.int64)


def refuse_nonsense(money: np.ndarray, queue: np.ndarray) -> None:
    """Say what is wrong with liquidity or payments, if anything is."""
    senders, receivers, amounts = queue.T
    if (money < 0).any():
        raise ValueError("liquidity is what a bank can pay: at least 0")
    if ((queue[:, :2] < 0) | (queue[:, :2] >= money.size)).any():
        raise ValueError(f"banks are numbers from 0 to {money.size - 1}")
    if (senders == receivers).any():
        raise ValueError("a bank does not pay itself")
    if (amounts < 1).any():
        raise ValueError("amounts are at least 1")


def scenario_of(money: np.ndarray, limits: Limits, algorithm: str | Mapping[str, Any]) -> Scenario:
    """A scenario of these banks, whose ids sort as they are counted."""
    digits = len(str(money.size))
    ids = [f"{i:0{digits}}" for i in range(money.size)]
    agents: list[dict[str, Any]] = [
        {"id": id, "opening_balance": int(amount)} for id, amount in zip(ids, money, strict=True)
    ]
    for who, most in limits.items():
        if isinstance(who, tuple):
            agents[who[0]].setdefault("bilateral_limits", {})[ids[who[1]]] = most
        else:
            agents[who]["multilateral_limit"] = most
    data = {
        "simulation": {"ticks_per_day": 1, "num_days": 1, "rng_seed": 0},
        "record": "off",
        "lsm_config": {"algorithms": [algorithm if isinstance(algorithm, str) else dict(algorithm)]},
        "agents": agents,
    }
    return open_scenario(read(data))


def fill(store: Store, senders: np.ndarray, receivers: np.ndarray, amounts: np.ndarray) -> None:
    """Put the payments into the central queue, once there is room for whoever sends how many."""
    lanes = store["lane_base"].size * SMALLEST_LANE + 4 * senders.size
    store["need"][:] = 0
    store["need"][:2] = senders.size + 1, lanes
    store.grow()
    enqueue(store.record, senders, receivers, amounts)
