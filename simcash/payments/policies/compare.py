"""What two policies do differently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simcash.payments.policies import words
from simcash.payments.policies.formula import action_formula, condition_formula, literal
from simcash.payments.policies.nodes import Action, Decision, Node

if TYPE_CHECKING:
    from simcash.payments.policies.document import Policy


class Differences(tuple[str, ...]):
    """One line for each place at which two policies differ."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(self) or "both do the same"


def differences(one: Policy, other: Policy) -> Differences:
    """Numbers, then tree by tree, from the root down to where they part; names of nodes do not count."""
    return Differences((*numbers(one, other), *trees(one, other)))


def numbers(one: Policy, other: Policy) -> Iterator[str]:
    for name in dict.fromkeys([*one.parameters, *other.parameters]):
        left, right = one.parameters.get(name), other.parameters.get(name)
        if left != right:
            yield f"{name}: {shown(left)} → {shown(right)}"


def shown(number: float | None) -> str:
    return "not there" if number is None else literal(number)


def trees(one: Policy, other: Policy) -> Iterator[str]:
    for tree in words.TREES:
        left, right = one.trees.get(tree), other.trees.get(tree)
        if left is None or right is None:
            if left is not right:
                yield f"{tree}: {'not there' if left is None else said(left)} → {said(right)}"
            continue
        yield from nodes(left, right, tree)


def nodes(left: Node, right: Node, path: str) -> Iterator[str]:
    """Where two nodes or those below them differ."""
    if isinstance(left, Decision) and isinstance(right, Decision):
        if left.condition != right.condition:
            yield f"{path}.condition: {said(left)} → {said(right)}"
        yield from nodes(left.on_true, right.on_true, f"{path}.on_true")
        yield from nodes(left.on_false, right.on_false, f"{path}.on_false")
    elif said(left) != said(right):
        yield f"{path}: {said(left)} → {said(right)}"


def said(node: Node | None) -> str:
    """A node on one line."""
    if node is None:
        return "not there"
    return action_formula(node) if isinstance(node, Action) else f"{condition_formula(node.condition)}?"
