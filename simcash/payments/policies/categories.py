"""Which category each word of the policy language belongs to, and which of them a scenario forbids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simcash.payments.engine.opcodes import ACTIONS, FIELDS, PAYMENT_FIELDS
from simcash.payments.policies import words

EVERYWHERE = ("ValueType", "NodeType", "TreeType")  # no policy does without; forbidden only by name
LSM = ("my_q2_", "my_bilateral_net_q2", "top_cpty_", "lsm_run_rate")
COLLATERAL = ("allowed_overdraft_limit", "overdraft_headroom", "overdraft_utilization")
TIME = (
    "ticks_to_deadline", "is_past_deadline", "current_tick", "system_ticks_per_day", "system_current_day",
    "system_tick_in_day", "ticks_remaining_in_day", "day_progress_fraction", "is_eod_rush",
)  # fmt: skip
SYSTEM = ("total_agents", "system_queue2_pressure_index", "is_system_outage")


def of_field(name: str) -> str:
    """The category of a field."""
    if name.startswith(words.REGISTER):
        return "StateRegisterField"
    kinds = {
        "LsmField": name.startswith(LSM),
        "CostField": name.startswith("cost_"),
        "TimeField": name in TIME,
        "SystemField": name in SYSTEM,
        "DerivedField": name == "liquidity_pressure",
        "TransactionField": name in PAYMENT_FIELDS,
        "ThroughputField": "throughput" in name,
        "CollateralField": "collateral" in name or name in COLLATERAL,
        "QueueField": "queue" in name or name == "headroom",
    }
    return next((kind for kind, fits in kinds.items() if fits), "AgentField")


def of_action(name: str) -> str:
    """The category of an action."""
    if name.endswith("Rtgs"):
        return "RtgsAction"
    kinds = {"PaymentAction": words.PAYMENT_ACTIONS, "BankAction": words.BANK_ACTIONS}
    return next((kind for kind, names in kinds.items() if name in names), "CollateralAction")


CATEGORY = {
    **dict.fromkeys(words.COMPARISONS, "ComparisonOperator"),
    **dict.fromkeys(words.LOGIC, "LogicalOperator"),
    **dict.fromkeys(words.BINARY, "BinaryArithmetic"),
    **dict.fromkeys(words.NARY, "NaryArithmetic"),
    **dict.fromkeys(words.UNARY, "UnaryMath"),
    **dict.fromkeys(words.TERNARY, "TernaryMath"),
    **{name: of_field(name) for name in FIELDS},
    **{name: of_action(name) for name in ACTIONS},
}


@dataclass(frozen=True)
class Terms:
    """What a scenario asks of policies: banks they may name (None: any), categories they may not use."""

    banks: tuple[str, ...] | None = None
    forbidden: frozenset[str] = frozenset()


def forbidden(include: Iterable[str] | None, exclude: Iterable[str] | None) -> frozenset[str]:
    """The categories that toggles leave no policy; a list of what is allowed need not name what all need."""
    if include is None:
        return frozenset(map(str, exclude or ()))
    known = {*CATEGORY.values(), "StateRegisterField"}
    return frozenset(known.difference(map(str, include), EVERYWHERE))
