"""The two built-in policies that split payments, written as trees."""

from __future__ import annotations

from functools import lru_cache

from simcash.payments.policies.acts import drop, hold, release, split
from simcash.payments.policies.build import field, policy, when
from simcash.payments.policies.document import Policy
from simcash.payments.policies.nodes import Node

URGENT = 5  # ticks to the deadline from which on a payment may be split into more than two


@lru_cache
def mock_splitting(parts: int) -> Policy:
    """Split every payment."""
    return policy("MockSplitting", payment=split(parts))


@lru_cache
def liquidity_splitting(max_splits: int, min_split_amount: int) -> Policy:
    """Pay what the balance covers; pay the rest in parts of some size while there is money at all."""

    def parts(count: int) -> Node:
        large = field("amount") / count >= min_split_amount
        return when((field("balance") > 0) & large).then(split(count)).otherwise(hold())

    in_parts = when(field("ticks_to_deadline") <= URGENT).then(parts(max_splits)).otherwise(parts(2))
    whole = when(field("balance") >= field("amount")).then(release()).otherwise(in_parts)
    due = field("deadline_tick") <= field("current_tick")
    return policy("LiquiditySplitting", payment=when(due).then(drop()).otherwise(whole))
