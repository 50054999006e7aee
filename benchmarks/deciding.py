"""Banks that decide by policy trees: the scenarios of the benchmarks `many`, `decisions` and `t2-trees`."""

from __future__ import annotations

from typing import Any

import numba

from simcash.payments.engine.codes import NOTHING
from simcash.payments.engine.opcodes import PAYMENT_TREE
from simcash.payments.engine.seen import look, survey
from simcash.payments.engine.trees import evaluate

CONDITIONS = (  # none of them holds for a payment that has just arrived
    ("<=", "ticks_to_deadline", 2), (">=", "priority", 9), ("<", "amount", 5),
    (">", "balance", 1e9), (">", "queue_age", 50), ("<", "available_liquidity", 0),
    (">=", "day_progress_fraction", 0.95), (">", "queue1_total_value", 1e12), ("==", "is_overdue", 1),
    (">", "effective_liquidity", 1e12),
)  # fmt: skip


def chain(length: int) -> dict[str, Any]:
    """A tree that asks one condition after the other, and holds the payment if none of them holds."""
    node: dict[str, Any] = {"type": "action", "node_id": "hold", "action": "Hold"}
    for op, field, value in reversed(CONDITIONS[:length]):
        asked = {"op": op, "left": {"field": field}, "right": {"value": value}}
        release = {"type": "action", "node_id": f"release-{field}", "action": "Release"}
        node = {
            "type": "condition", "node_id": field, "condition": asked, "on_true": release, "on_false": node,
        }  # fmt: skip
    return {"version": "1.0", "policy_id": "chain", "payment_tree": node}


def waiting(length: int) -> dict[str, Any]:
    """A bank that holds all its payments by such a tree."""
    arrivals = {
        "rate_per_tick": 20, "deadline_range": [8, 10],
        "amount_distribution": {"type": "Uniform", "min": 10, "max": 1000},
    }  # fmt: skip
    policy = {"type": "Inline", "decision_trees": chain(length)}
    return {
        "simulation": {"ticks_per_day": 12, "num_days": 1, "rng_seed": 1},
        "agents": [
            {"id": "A", "opening_balance": 100_000, "policy": policy, "arrival_config": arrivals},
            {"id": "B", "opening_balance": 0},
        ],
    }


@numba.njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def decide(s, b, payments, rounds):  # type: ignore[no-untyped-def]
    """What bank b's tree says about some payments, so many times."""
    survey(s)
    look(s, b)
    start, total = s.tree_start[s.policy[b], PAYMENT_TREE], NOTHING
    for _ in range(rounds):
        for p in payments:
            total += evaluate(s, start, b, p)
    return total


def shelved(name: str) -> dict[str, str]:
    """A policy of the library."""
    return {"type": "FromJson", "json_path": f"{name}.json"}


TWO_BANKS = {
    "compat": "none",
    "agents.0.policy": shelved("keep-a-buffer"),
    "agents.1.policy": shelved("split-large"),
}
T2_TREES = {
    "simulation.lsm_enabled": True, "algorithm_sequencing": True,
    "groups.0.policy": shelved("keep-a-buffer"), "groups.1.policy": shelved("urgent-first"),
}  # fmt: skip
