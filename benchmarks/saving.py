"""Scarce liquidity for the benchmarks: a scenario that stays in its queues, and queues on bare arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

BANKS, TICKS_PER_DAY, DAYS = 200, 100, 20
PAYMENTS_PER_TICK = 80


def scenario(algorithms: list[str]) -> dict[str, Any]:
    """About 160,000 payments among banks that begin with one payment's worth of money."""
    return {
        "name": "scarce",
        "simulation": {"ticks_per_day": TICKS_PER_DAY, "num_days": DAYS, "rng_seed": 42},
        "lsm_config": {"algorithms": algorithms},
        "groups": [
            {
                "prefix": "BANK",
                "count": BANKS,
                "rate_per_tick": PAYMENTS_PER_TICK / BANKS,
                "network": "uniform",
                "opening_balance": 100_000,
                "amount_distribution": {"type": "LogNormal", "mean": 100_000, "std_dev": 100_000},
                "deadline_range": [10, 50],
            }
        ],
    }


def queue(payments: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Liquidity of 1,000 banks, or fewer with fewer payments, and what they owe one another."""
    rng = np.random.default_rng(seed)
    banks = min(1000, payments // 10)
    senders = rng.integers(0, banks, payments)
    receivers = (senders + rng.integers(1, banks, payments)) % banks
    amounts = rng.lognormal(11, 1, payments).astype(np.int64) + 1
    return rng.integers(0, 100_000, banks), np.stack([senders, receivers, amounts], axis=1)
