"""What a policy is made of: trees of conditions and actions, and the expressions in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Field:
    """Something the bank can see: its balance, the payment's amount, a register."""

    name: str


@dataclass(frozen=True)
class Parameter:
    """A number that the policy names, so that it can be changed without touching a tree."""

    name: str


@dataclass(frozen=True)
class Literal:
    """A number, a truth value, a text, or a list of banks, as it is written."""

    value: float | bool | str | tuple[str, ...]


@dataclass(frozen=True)
class Compute:
    """A computation on other values."""

    op: str
    operands: tuple[Value, ...]


@dataclass(frozen=True)
class Compare:
    """Two values compared."""

    op: str
    left: Value
    right: Value


@dataclass(frozen=True)
class Logic:
    """Conditions joined by `and` or `or`, or one turned round by `not`."""

    op: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Decision:
    """A node that goes on in one of two directions."""

    node_id: str
    condition: Condition
    on_true: Node
    on_false: Node
    notes: tuple[tuple[str, str], ...] = ()  # comment, description, hold_reason


@dataclass(frozen=True)
class Action:
    """A node that says what to do."""

    node_id: str
    action: str
    parameters: tuple[tuple[str, Value], ...] = ()
    notes: tuple[tuple[str, str], ...] = field(default=())

    def parameter(self, name: str) -> Value | None:
        """What a parameter is set to, if it is."""
        return dict(self.parameters).get(name)


Value = Field | Parameter | Literal | Compute
Condition = Compare | Logic
Node = Decision | Action


def nodes(node: Node) -> Iterator[Node]:
    """A node and all below it, the true branch first."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Decision):
            waiting += [node.on_false, node.on_true]


def expressions(node: Node) -> Iterator[Value | Condition]:
    """Every condition and value in one node, outer ones first."""
    waiting: list[Value | Condition] = (
        [node.condition] if isinstance(node, Decision) else [value for _, value in reversed(node.parameters)]
    )
    while waiting:
        part = waiting.pop()
        yield part
        waiting += reversed(inside(part))


def inside(part: Value | Condition) -> tuple[Value | Condition, ...]:
    """What an expression is made of."""
    if isinstance(part, Compare):
        return (part.left, part.right)
    if isinstance(part, Logic):
        return part.conditions
    return part.operands if isinstance(part, Compute) else ()
