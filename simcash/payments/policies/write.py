"""From trees back to plain data, as JSON holds it."""

from __future__ import annotations

from typing import Any

from simcash.payments.policies import words
from simcash.payments.policies.nodes import (
    Action,
    Compare,
    Compute,
    Condition,
    Field,
    Literal,
    Node,
    Parameter,
    Value,
)


def node_data(node: Node) -> dict[str, Any]:
    """A node with all below it."""
    if isinstance(node, Action):
        data: dict[str, Any] = {"type": "action", "node_id": node.node_id, **dict(node.notes)}
        data["action"] = node.action
        if node.parameters:
            data["parameters"] = {name: value_data(value) for name, value in node.parameters}
        return data
    return {
        "type": "condition",
        "node_id": node.node_id,
        **dict(node.notes),
        "condition": condition_data(node.condition),
        "on_true": node_data(node.on_true),
        "on_false": node_data(node.on_false),
    }


def condition_data(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Compare):
        left, right = value_data(condition.left), value_data(condition.right)
        return {"op": condition.op, "left": left, "right": right}
    inner = [condition_data(part) for part in condition.conditions]
    return {"op": condition.op, words.LOGIC[condition.op]: inner[0] if condition.op == "not" else inner}


def value_data(value: Value) -> dict[str, Any]:
    if isinstance(value, Field):
        return {"field": value.name}
    if isinstance(value, Parameter):
        return {"param": value.name}
    if isinstance(value, Literal):
        return {"value": list(value.value) if isinstance(value.value, tuple) else value.value}
    return {"compute": compute_data(value)}


def compute_data(compute: Compute) -> dict[str, Any]:
    operands = [value_data(operand) for operand in compute.operands]
    keys = words.COMPUTATIONS[compute.op]
    if keys == ("values",):
        return {"op": compute.op, "values": operands}
    return {"op": compute.op, **dict(zip(keys, operands, strict=True))}
