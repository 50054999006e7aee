"""Policies written in Python.

>>> from simcash.payments.policies.build import field, hold, policy, release, when
>>> policy("careful", payment=when(field("balance") > 50_000).then(release()).otherwise(hold()))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from simcash.payments.policies import words
from simcash.payments.policies.document import Policy, PolicyError, checked, problems_of
from simcash.payments.policies.nodes import (
    Action,
    Compare,
    Compute,
    Condition,
    Decision,
    Field,
    Literal,
    Logic,
    Node,
    Parameter,
    Value,
)

Number = float | int | bool


class Clause:
    """A condition; join several with & and |, turn one round with ~."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    def __and__(self, other: Clause) -> Clause:
        return Clause(joined("and", self.condition, other.condition))

    def __or__(self, other: Clause) -> Clause:
        return Clause(joined("or", self.condition, other.condition))

    def __invert__(self) -> Clause:
        return Clause(Logic("not", (self.condition,)))

    def __bool__(self) -> bool:
        raise TypeError("a condition is decided during a run; join conditions with & | ~, not and, or, not")


def joined(op: str, left: Condition, right: Condition) -> Logic:
    """`a & b & c` as one condition of three."""
    first = left.conditions if isinstance(left, Logic) and left.op == op else (left,)
    return Logic(op, (*first, right))


class Quantity:
    """A number known during a run; computes and compares as numbers do."""

    def __init__(self, value: Value) -> None:
        self.value = value

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Quantity | Number) -> Quantity:
        return computed("+", self, other)

    def __radd__(self, other: Number) -> Quantity:
        return computed("+", other, self)

    def __sub__(self, other: Quantity | Number) -> Quantity:
        return computed("-", self, other)

    def __rsub__(self, other: Number) -> Quantity:
        return computed("-", other, self)

    def __mul__(self, other: Quantity | Number) -> Quantity:
        return computed("*", self, other)

    def __rmul__(self, other: Number) -> Quantity:
        return computed("*", other, self)

    def __truediv__(self, other: Quantity | Number) -> Quantity:
        return computed("/", self, other)

    def __rtruediv__(self, other: Number) -> Quantity:
        return computed("/", other, self)

    def __neg__(self) -> Quantity:
        return computed("-", 0, self)

    def __abs__(self) -> Quantity:
        return computed("abs", self)

    def __round__(self) -> Quantity:
        return computed("round", self)

    def __ceil__(self) -> Quantity:
        return computed("ceil", self)

    def __floor__(self) -> Quantity:
        return computed("floor", self)

    def clamp(self, low: Quantity | Number, high: Quantity | Number) -> Quantity:
        """This, but no less than `low` and no more than `high`."""
        return computed("clamp", self, low, high)

    def over(self, divisor: Quantity | Number, default: Quantity | Number) -> Quantity:
        """This divided, or the default where the divisor is 0."""
        return computed("div0", self, divisor, default)

    def __lt__(self, other: Quantity | Number) -> Clause:
        return compared("<", self, other)

    def __le__(self, other: Quantity | Number) -> Clause:
        return compared("<=", self, other)

    def __gt__(self, other: Quantity | Number) -> Clause:
        return compared(">", self, other)

    def __ge__(self, other: Quantity | Number) -> Clause:
        return compared(">=", self, other)

    def __eq__(self, other: object) -> Clause:  # type: ignore[override]
        return compared("==", self, other)

    def __ne__(self, other: object) -> Clause:  # type: ignore[override]
        return compared("!=", self, other)


def computed(op: str, *operands: object) -> Quantity:
    return Quantity(Compute(op, tuple(valued(operand) for operand in operands)))


def compared(op: str, left: object, right: object) -> Clause:
    return Clause(Compare(op, valued(left), valued(right)))


def valued(given: Any) -> Value:
    """A quantity, or a number, text or list of banks as it is written."""
    if isinstance(given, Quantity):
        return given.value
    return Literal(tuple(given) if isinstance(given, list) else given)


def field(name: str) -> Quantity:
    """What the bank sees: "balance", "amount", "ticks_to_deadline" …"""
    return Quantity(Field(name))


def register(name: str) -> Quantity:
    """A register the bank has set; `register("mode")` is the field "bank_state_mode"."""
    return field(words.REGISTER + name)


def param(name: str) -> Quantity:
    """One of the policy's own numbers."""
    return Quantity(Parameter(name))


def most(*values: Quantity | Number) -> Quantity:
    """The largest of several."""
    return computed("max", *values)


def least(*values: Quantity | Number) -> Quantity:
    """The smallest of several."""
    return computed("min", *values)


# Nodes


@dataclass(frozen=True)
class When:
    """A condition that waits for what to do."""

    condition: Condition
    node_id: str
    description: str

    def then(self, node: Node) -> Then:
        """What to do where it holds."""
        return Then(self, node)


@dataclass(frozen=True)
class Then:
    """A condition that waits for what to do otherwise."""

    when: When
    node: Node

    def otherwise(self, node: Node) -> Decision:
        """What to do where it does not hold."""
        said = (("description", self.when.description),) if self.when.description else ()
        return Decision(self.when.node_id, self.when.condition, self.node, node, said)


def when(test: Clause, description: str = "", node_id: str = "") -> When:
    """Decide by a condition: `when(test).then(node).otherwise(node)`."""
    if not isinstance(test, Clause):
        raise TypeError(f'when() takes a condition such as field("balance") > 0, not {test!r}')
    return When(test.condition, node_id, description)


def act(action: str, node_id: str = "", description: str = "", **parameters: Any) -> Action:
    """Any action by its name in the JSON; parameters that are None are left out."""
    given = tuple((name, valued(value)) for name, value in parameters.items() if value is not None)
    return Action(node_id, action, given, (("description", description),) if description else ())


def policy(
    policy_id: str,
    payment: Node | None = None,
    bank: Node | None = None,
    strategic_collateral: Node | None = None,
    end_of_tick_collateral: Node | None = None,
    description: str | None = None,
    **parameters: float,
) -> Policy:
    """A policy of up to four trees, checked; nodes without a name get one, further words are its numbers."""
    given = dict(zip(words.TREES, (bank, payment, strategic_collateral, end_of_tick_collateral), strict=True))
    trees = {tree: named(node, naming(tree)) for tree, node in given.items() if node is not None}
    made, found = checked(Policy(policy_id, trees, parameters, description).data)
    if made is None:
        raise PolicyError(problems_of(found, policy_id))
    return made


def naming(tree: str) -> Iterator[str]:
    """payment-1, payment-2 …"""
    return (f"{tree.removesuffix('_tree').replace('_', '-')}-{i}" for i in count(1))


def named(node: Node, names: Iterator[str]) -> Node:
    """The tree with a name for every node that has none, in order of reading."""
    node = node if node.node_id else replace(node, node_id=next(names))
    if isinstance(node, Action):
        return node
    on_true = named(node.on_true, names)
    return replace(node, on_true=on_true, on_false=named(node.on_false, names))
