"""A policy in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from simcash.payments.policies.formula import value_formula
from simcash.payments.policies.nodes import Action, Compare, Condition, Field, Literal, Node, Value

Numbers = Mapping[str, float]
if TYPE_CHECKING:
    from simcash.payments.policies.document import Policy

TREES = {
    "bank_tree": "Each tick, before payments are looked at",
    "payment_tree": "For each waiting payment",
    "strategic_collateral_tree": "Each tick, about collateral, before payments are looked at",
    "end_of_tick_collateral_tree": "Each tick, about collateral, after settlement",
}
RELATIONS = {
    "==": "is", "!=": "is not", "<": "is less than", "<=": "is at most", ">": "is more than",
    ">=": "is at least",
}  # fmt: skip
FLAGS = {  # what 1 and 0 mean
    "is_split": ("it is part of a larger payment", "it is not part of a larger payment"),
    "is_divisible": ("it may be split", "it may not be split"),
    "is_past_deadline": ("its deadline has passed", "its deadline has not passed"),
    "is_overdue": ("it is overdue", "it is not overdue"),
    "is_in_queue2": ("it is in the central queue", "it is not in the central queue"),
    "tx_is_top_counterparty": ("its receiver is among the top five", "its receiver is not in the top five"),
    "counterparty_can_receive": ("its receiver can receive", "its receiver cannot receive"),
    "counterparty_can_send": ("its receiver can send", "its receiver cannot send"),
    "is_using_credit": ("credit is in use", "no credit is in use"),
    "is_eod_rush": ("the day is nearly over", "the day is not nearly over"),
    "is_system_outage": ("the system stands still", "the system runs"),
}
ALWAYS = "For each waiting payment: submit it."


def explanation(policy: Policy) -> str:
    """What a policy does, tree by tree."""
    lines = [f"{policy.policy_id}: {policy.description}" if policy.description else policy.policy_id]
    if policy.parameters:
        named = (f"{name} = {value_formula(Literal(value))}" for name, value in policy.parameters.items())
        lines.append(f"Its numbers: {', '.join(named)}.")
    for tree, node in policy.trees.items():
        lines += [f"{TREES[tree]}:", *told(node, policy.parameters, "  ")]
    if "payment_tree" not in policy.trees:
        lines.append(ALWAYS)
    return "\n".join(lines)


def told(root: Node, numbers: Numbers, indent: str) -> list[str]:
    """A node and what lies below it, a line each; a chain of conditions stays at one level."""
    lines, node, begin = [], root, "if"
    while not isinstance(node, Action):
        lines.append(f"{indent}{begin} {sentence(node.condition, numbers)}:")
        lines += told(node.on_true, numbers, indent + "  ")
        node, begin = node.on_false, "otherwise, if"
    if node is root:
        return [f"{indent}{doing(node, numbers)}."]
    return [*lines, f"{indent}otherwise: {doing(node, numbers)}."]


def sentence(condition: Condition, numbers: Numbers, inner: bool = False) -> str:
    if isinstance(condition, Compare):
        left, right = phrase(condition.left, numbers), phrase(condition.right, numbers)
        return flag(condition) or f"{left} {RELATIONS[condition.op]} {right}"
    parts = [sentence(part, numbers, True) for part in condition.conditions]
    if condition.op == "not":
        return f"it is not so that {parts[0]}"
    text = f" {condition.op} ".join(parts)
    return f"({text})" if inner and len(parts) > 1 else text


def flag(compare: Compare) -> str:
    """What it means that something is 1 or 0; empty if this is no such comparison."""
    field, value = compare.left, compare.right
    if compare.op != "==" or not isinstance(field, Field) or not isinstance(value, Literal):
        return ""
    if field.name not in FLAGS or value.value not in (0, 1):
        return ""
    return FLAGS[field.name][0 if value.value else 1]


def phrase(value: Value, numbers: Numbers) -> str:
    """A value with the underscores of its names as spaces, and numbers for parameters."""
    return value_formula(value, numbers).replace("_", " ")


def doing(action: Action, numbers: Numbers) -> str:
    """An action as something one does."""
    given = {name: phrase(value, numbers) for name, value in action.parameters}
    reason = given.pop("reason", "")
    return SAID[action.action](given) + (f" ({reason})" if reason else "")


def submitting(given: dict[str, str]) -> str:
    priority, group, tick = (given.get(k) for k in ("priority_flag", "rtgs_priority", "timed_for_tick"))
    text = "submit it"
    text += f" with {priority} priority" if priority else ""
    text += f" as {group}" if group else ""
    return text + (f", not before tick {tick}" if tick else "")


def staggering(given: dict[str, str]) -> str:
    first, gap = given.get("stagger_first_now", "1"), given.get("stagger_gap_ticks", "1")
    text = f"submit it in {given['num_splits']} parts, {first} now and one more every {gap} ticks"
    boost = given.get("priority_boost_children")
    return text + (f", their priority raised by {boost}" if boost else "")


def budgeting(given: dict[str, str]) -> str:
    given = {SHORT.get(name, name): value for name, value in given.items()}
    parts = [
        f"at most {given['total']} in all" if "total" in given else "",
        f"only to {given['only']}" if "only" in given else "",
        f"at most {given['each']} to each bank" if "each" in given else "",
    ]
    return f"release {', '.join(part for part in parts if part)} in this tick"


def pledging(given: dict[str, str]) -> str:
    ticks = given.get("auto_withdraw_after_ticks")
    return f"pledge collateral of {given['amount']}" + (f" for {ticks} ticks" if ticks else "")


SHORT = {
    "max_value_to_release": "total", "focus_counterparties": "only", "focus_cpty_list": "only",
    "max_per_counterparty": "each", "max_per_cpty": "each",
}  # fmt: skip
SAID: dict[str, Callable[[dict[str, str]], str]] = {
    "Release": submitting,
    "ReleaseWithCredit": lambda given: f"{submitting(given)}, on credit if need be",
    "Hold": lambda given: "hold it",
    "Drop": lambda given: "give it up",
    "Split": lambda given: f"submit it in {given['num_splits']} parts",
    "PaceAndRelease": lambda given: f"submit it in {given['num_splits']} parts",
    "StaggerSplit": staggering,
    "Reprioritize": lambda given: f"set its priority to {given['new_priority']}",
    "WithdrawFromRtgs": lambda given: "take it back from the central queue",
    "ResubmitToRtgs": lambda given: f"put it at the end of the central queue as {given['rtgs_priority']}",
    "SetReleaseBudget": budgeting,
    "SetState": lambda given: f"set {given['key']} to {given['value']}",
    "AddState": lambda given: f"add {given['value']} to {given['key']}",
    "NoAction": lambda given: "do nothing",
    "PostCollateral": pledging,
    "WithdrawCollateral": lambda given: f"take back collateral of {given['amount']}",
    "HoldCollateral": lambda given: "leave collateral as it is",
}
