"""A policy tree followed by hand: the comparisons on the way, with their numbers, and where it ends.

The engine runs trees as programs; this says of one run what a program does not keep. The rules are the same:
floats, an epsilon where equality counts, `and` and `or` that stop as soon as they know.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from simcash.payments.engine.opcodes import EPSILON, TINY
from simcash.payments.explanation import Decision, Step
from simcash.payments.policies import nodes
from simcash.payments.policies.document import Policy
from simcash.payments.policies.formula import condition_formula

LARGEST_FRACTION = 2.0**53  # floats from here on are whole, or infinite
Numbers = Sequence[float]


class NoDecision(Exception):
    """A divisor is zero."""


def follow(policy: Policy, tree: str, field: Callable[[str], float], banks: Sequence[str]) -> Decision:
    """Walk one of a policy's trees, asking `field` for what the bank sees; `banks` are sorted by id."""
    walk = Walk(policy.parameters, field, {bank: 1.0 + i for i, bank in enumerate(banks)})
    node = policy.trees.get(tree)
    if node is None:
        return Decision("Release", "the policy has no tree for it", ())
    try:
        while isinstance(node, nodes.Decision):
            node = node.on_true if walk.holds(node.condition, node.node_id) else node.on_false
        finite = [math.isfinite(number) for number in walk.parameters_of(node)]
    except NoDecision:
        return Decision("Hold", "EvalError", tuple(walk.path))
    if not all(finite):
        return Decision("Hold", "EvalError", tuple(walk.path))
    return Decision(node.action, reason_of(node), tuple(walk.path))


def reason_of(node: nodes.Action) -> str:
    """What the policy gives as its reason: a parameter, or else a note on the node, or the node's name."""
    given = node.parameter("reason")
    if isinstance(given, nodes.Literal):
        return str(given.value)
    notes = dict(node.notes)
    return notes.get("hold_reason") or notes.get("description") or f"node {node.node_id}"


class Walk:
    """The comparisons made so far."""

    def __init__(
        self, numbers: Mapping[str, float], field: Callable[[str], float], banks: Mapping[str, float]
    ) -> None:
        self.numbers, self.field, self.banks = numbers, field, banks
        self.path: list[Step] = []

    def holds(self, condition: nodes.Condition, node_id: str) -> bool:
        """Whether a condition is true; each comparison it takes to know is a step of the path."""
        if isinstance(condition, nodes.Compare):
            left, right = self.value(condition.left), self.value(condition.right)
            result = compare(condition.op, left, right)
            self.path.append(Step(node_id, condition_formula(condition), left, right, result))
            return result
        parts = (self.holds(part, node_id) for part in condition.conditions)
        if condition.op == "not":
            return not next(parts)
        return all(parts) if condition.op == "and" else any(parts)

    def value(self, value: nodes.Value) -> float:
        if isinstance(value, nodes.Field):
            return float(self.field(value.name))
        if isinstance(value, nodes.Parameter):
            return float(self.numbers[value.name])
        if isinstance(value, nodes.Literal):
            return self.banks.get(value.value, 0.0) if isinstance(value.value, str) else float(value.value)  # type: ignore[arg-type]
        operands = [self.value(operand) for operand in value.operands]
        return COMPUTED[value.op](operands)

    def parameters_of(self, node: nodes.Action) -> list[float]:
        """The numbers among an action's parameters."""
        values = (value for _, value in node.parameters)
        return [self.value(v) for v in values if not isinstance(v, nodes.Literal)]


def compare(op: str, left: float, right: float) -> bool:
    """Whether a comparison holds, allowing for EPSILON where equality counts."""
    equal = left == right or abs(left - right) <= EPSILON
    return bool({
        "==": equal, "!=": not equal, "<": left < right, ">": left > right,
        "<=": left <= right + EPSILON, ">=": left >= right - EPSILON,
    }[op])  # fmt: skip


def quotient(n: Numbers) -> float:
    if abs(n[1]) < TINY:
        raise NoDecision
    return n[0] / n[1]


def rounded(x: float, up: Callable[[float], int]) -> float:
    """To a whole number; floats that are whole or infinite stay as they are."""
    return float(up(x)) if abs(x) < LARGEST_FRACTION else x


def half_away(x: float) -> int:
    """The nearest whole number, halves away from zero."""
    size = math.floor(abs(x))
    size += abs(x) - size >= 0.5
    return size if x >= 0 else -size


COMPUTED: dict[str, Callable[[Numbers], float]] = {
    "+": lambda n: n[0] + n[1],
    "-": lambda n: n[0] - n[1],
    "*": lambda n: n[0] * n[1],
    "/": quotient,
    "max": lambda n: reduce(max, n),
    "min": lambda n: reduce(min, n),
    "ceil": lambda n: rounded(n[0], math.ceil),
    "floor": lambda n: rounded(n[0], math.floor),
    "round": lambda n: rounded(n[0], half_away),
    "abs": lambda n: abs(n[0]),
    "clamp": lambda n: min(max(n[0], n[1]), n[2]),
    "div0": lambda n: n[2] if abs(n[1]) <= EPSILON else n[0] / n[1],
}
