"""The words of the policy language: trees, operators, actions with their parameters, fields, categories."""

from __future__ import annotations

from typing import NamedTuple

from simcash.payments.engine.opcodes import ACTIONS, BANK_FIELDS, PAYMENT_FIELDS

TREES = ("bank_tree", "payment_tree", "strategic_collateral_tree", "end_of_tick_collateral_tree")
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
LOGIC = {"and": "conditions", "or": "conditions", "not": "condition"}  # and where its conditions stand
NOTES = ("comment", "description", "hold_reason")
REGISTER = "bank_state_"

# Computations and the keys of their operands; `values` holds any number of them.
Keys = dict[str, tuple[str, ...]]
BINARY: Keys = dict.fromkeys(("+", "-", "*", "/"), ("left", "right"))
NARY: Keys = dict.fromkeys(("max", "min"), ("values",))
UNARY: Keys = dict.fromkeys(("ceil", "floor", "round", "abs"), ("value",))
TERNARY: Keys = {"clamp": ("value", "min", "max"), "div0": ("numerator", "denominator", "default")}
COMPUTATIONS: Keys = BINARY | NARY | UNARY | TERNARY


class Slot(NamedTuple):
    """A parameter of an action: number, text, one of some words, a register or a list of banks."""

    kind: str
    required: bool = False


FLAGS = {"HIGH": 10, "MEDIUM": 5, "LOW": 1}
CLASSES = ("HighlyUrgent", "Urgent", "Normal")
CHOICES: dict[str, tuple[str, ...]] = {"flag": tuple(FLAGS), "class": CLASSES}
SYNONYMS = {"focus_cpty_list": "focus_counterparties", "max_per_cpty": "max_per_counterparty"}
NUMBER, TEXT, NEEDED = Slot("number"), Slot("text"), Slot("number", True)

RELEASING = {"priority_flag": Slot("flag"), "timed_for_tick": NUMBER, "rtgs_priority": Slot("class")}
PLEDGING = {"amount": NEEDED, "reason": TEXT, "auto_withdraw_after_ticks": NUMBER}
SETTING = {"key": Slot("register", True), "value": NEEDED, "reason": TEXT}
PARAMETERS: dict[str, dict[str, Slot]] = {
    "Release": RELEASING,
    "ReleaseWithCredit": RELEASING,
    "Hold": {"reason": TEXT},
    "Drop": {},
    "Split": {"num_splits": NEEDED},
    "PaceAndRelease": {"num_splits": NEEDED},
    "StaggerSplit": {
        "num_splits": NEEDED,
        "stagger_first_now": NUMBER,
        "stagger_gap_ticks": NUMBER,
        "priority_boost_children": NUMBER,
    },
    "Reprioritize": {"new_priority": NEEDED},
    "WithdrawFromRtgs": {},
    "ResubmitToRtgs": {"rtgs_priority": Slot("class", True)},
    "SetReleaseBudget": {
        "max_value_to_release": NUMBER,
        "focus_counterparties": Slot("banks"),
        "max_per_counterparty": NUMBER,
    },
    "SetState": SETTING,
    "AddState": SETTING,
    "NoAction": {},
    "PostCollateral": PLEDGING,
    "WithdrawCollateral": PLEDGING,
    "HoldCollateral": {"amount": NUMBER, "reason": TEXT, "auto_withdraw_after_ticks": NUMBER},
}

PAYMENT_ACTIONS, BANK_ACTIONS, COLLATERAL_ACTIONS = ACTIONS[:10], ACTIONS[10:14], ACTIONS[14:]
ACTIONS_OF = {
    "bank_tree": BANK_ACTIONS,
    "payment_tree": PAYMENT_ACTIONS,
    "strategic_collateral_tree": COLLATERAL_ACTIONS,
    "end_of_tick_collateral_tree": COLLATERAL_ACTIONS,
}
FIELDS_OF = dict.fromkeys(TREES, BANK_FIELDS) | {"payment_tree": (*PAYMENT_FIELDS, *BANK_FIELDS)}
ID_FIELDS = ("tx_counterparty_id", *(f"top_cpty_{k}_id_hash" for k in range(1, 6)))
FRACTION = "initial_liquidity_fraction"  # the one parameter that means something to the system


def is_register(name: str) -> bool:
    """Whether a name can be a register: bank_state_ and at least one letter, digit or underscore."""
    rest = name.removeprefix(REGISTER)
    return name.startswith(REGISTER) and rest.isascii() and rest.replace("_", "x").isalnum()
