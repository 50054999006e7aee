"""What a bank's policy says: its trees, read straight from the JSON, and the policies that have names."""

import json
from dataclasses import dataclass, field
from math import ceil, floor, isfinite
from pathlib import Path
from unittest.mock import ANY  # the way through a tree of simcash's own making, which the spec does not know

from tests.twins.payments_input import exact
from tests.twins.payments_random import half_away

TREES = ("bank_tree", "payment_tree", "strategic_collateral_tree", "end_of_tick_collateral_tree")
INACTION = dict(zip(TREES, ("NoAction", "Hold", "HoldCollateral", "HoldCollateral"), strict=True))
SHARE = "initial_liquidity_fraction"
EPSILON, TINY = 1e-9, 2.2e-16
SYNONYMS = {"focus_cpty_list": "focus_counterparties", "max_per_cpty": "max_per_counterparty"}
TEXTS = ("priority_flag", "rtgs_priority", "key", "reason", "focus_counterparties", "focus_cpty_list")


class EvalError(Exception):
    """A decision that cannot be made: a divisor of zero, or a parameter that is no number."""


@dataclass
class Decision:
    """An action, its parameters with their values, and why; the nodes on the way, None without a tree."""

    action: str
    parameters: dict = field(default_factory=dict)
    reason: str | None = None
    path: str | None = None

    @property
    def told(self):
        """The parameters as they go on record; none where a decision could not be made."""
        if self.path is None or self.reason == "EvalError":
            return None
        return {
            SYNONYMS.get(name, name): value for name, value in self.parameters.items() if name != "reason"
        }

    def number(self, name, default=None):
        return self.parameters.get(name, default)

    def whole(self, name, default=None):
        """A parameter cut to a whole number."""
        value = self.number(name, default)
        return None if value is None else int(value)


def decide(policy, tree, view):
    """The decision of one tree of a policy, or None if it has no such tree."""
    if policy["type"] in NAMED:
        return NAMED[policy["type"]](policy, view) if tree == "payment_tree" else None
    document = read(policy)
    if tree not in document:
        return Decision("Release", path="default") if tree == "payment_tree" else None
    way = []
    try:
        return walk(document[tree], lambda value: look_up(value, view, document["parameters"]), way)
    except EvalError:
        return Decision(INACTION[tree], reason="EvalError", path=" > ".join(way))


def has_tree(policy, tree):
    return policy["type"] not in NAMED and tree in read(policy)


def read(policy):
    """The document with the trees of a policy, its parameters as they are in force."""
    if policy["type"] == "Inline":
        document = policy["decision_trees"]
    elif policy["type"] == "InlineJson":
        document = json.loads(policy["json_string"])
    else:
        document = json.loads(Path(policy["json_path"]).read_text())
    return document | {"parameters": document.get("parameters", {}) | (policy.get("params") or {})}


def initial_fraction(policy):
    """What a policy's own parameter says about the pool."""
    share = None if policy["type"] in NAMED else read(policy)["parameters"].get(SHARE)
    return None if share is None else exact(share)


# trees


def walk(node, value_of, way):
    """Down from a node to its action; `way` takes the nodes, and the answers of those that ask."""
    way.append(node["node_id"])
    while "condition" in node:
        answer = holds(node["condition"], value_of)
        way[-1] += " yes" if answer else " no"
        node = node["on_true" if answer else "on_false"]
        way.append(node["node_id"])
    parameters = {name: given(name, value, value_of) for name, value in node.get("parameters", {}).items()}
    return Decision(node["action"], parameters, parameters.get("reason"), " > ".join(way))


def given(name, value, value_of):
    """The value of an action's parameter."""
    if name in TEXTS:
        return value["value"] if isinstance(value, dict) else value
    number = value_of(value)
    if not isfinite(number):
        raise EvalError
    return number


def holds(condition, value_of):
    op = condition["op"]
    if op == "and":
        return all(holds(each, value_of) for each in condition["conditions"])
    if op == "or":
        return any(holds(each, value_of) for each in condition["conditions"])
    if op == "not":
        return not holds(condition["condition"], value_of)
    return COMPARISONS[op](value_of(condition["left"]), value_of(condition["right"]))


def equal(left, right):
    """Within epsilon, and infinity equals itself."""
    return left == right or abs(left - right) <= EPSILON


COMPARISONS = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right + EPSILON,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right - EPSILON,
}


def look_up(value, view, parameters):
    """What a value of the language is worth, as a float."""
    if not isinstance(value, dict):
        return literal(value, view)
    if "field" in value:
        return float(view.field(value["field"]))
    if "param" in value:
        return float(parameters[value["param"]])
    if "value" in value:
        return literal(value["value"], view)
    return compute(value["compute"], lambda part: look_up(part, view, parameters))


def literal(value, view):
    """A number, a flag, or the name of a bank."""
    return float(view.number_of(value) if isinstance(value, str) else value)


def compute(what, value_of):
    op = what["op"]
    if op in ("max", "min"):
        values = [value_of(part) for part in what["values"]]
        return max(values) if op == "max" else min(values)
    if op == "clamp":
        value, low, high = (value_of(what[name]) for name in ("value", "min", "max"))
        return min(max(value, low), high)
    if op == "div0":
        numerator, denominator, default = (
            value_of(what[name]) for name in ("numerator", "denominator", "default")
        )
        return default if abs(denominator) <= EPSILON else numerator / denominator
    if "value" in what:
        return rounded(UNARY[op], value_of(what["value"]))
    return BINARY[op](value_of(what["left"]), value_of(what["right"]))


def rounded(operation, x):
    return float(operation(x)) if isfinite(x) or operation is abs else x


def divide(left, right):
    if abs(right) < TINY:
        raise EvalError
    return left / right


UNARY = {"ceil": ceil, "floor": floor, "round": half_away, "abs": abs}
BINARY = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": divide,
}


# policies with names


def always(policy, view):
    return Decision("Release")


def near_the_deadline(policy, view):
    left = view.field("ticks_to_deadline")
    if left <= 0:
        return Decision("Drop")
    return Decision("Release" if left <= policy.get("urgency_threshold", 5) else "Hold")


def liquidity_aware(policy, view):
    left, remaining = view.field("ticks_to_deadline"), view.field("remaining_amount")
    if left <= 0:
        return Decision("Drop")
    buffer = policy.get("target_buffer", 0)
    if left <= policy.get("urgency_threshold", 5) or buffer == 0:
        return Decision("Release" if view.field("effective_liquidity") >= remaining else "Hold")
    return Decision("Hold" if view.balance - remaining < buffer else "Release")


def liquidity_splitting(policy, view):
    left, remaining = view.field("ticks_to_deadline"), view.field("remaining_amount")
    if left <= 0:
        return Decision("Drop", path=ANY)
    if view.balance >= remaining:
        return Decision("Release", path=ANY)
    parts = policy["max_splits"] if left <= 5 else 2
    if view.balance > 0 and remaining >= parts * policy["min_split_amount"]:
        return Decision("Split", {"num_splits": parts}, path=ANY)
    return Decision("Hold", path=ANY)


def mock_splitting(policy, view):
    return Decision("Split", {"num_splits": policy["num_splits"]}, path=ANY)


NAMED = {
    "Fifo": always,
    "PriorityDeadline": always,
    "Deadline": near_the_deadline,
    "LiquidityAware": liquidity_aware,
    "LiquiditySplitting": liquidity_splitting,
    "MockSplitting": mock_splitting,
}
