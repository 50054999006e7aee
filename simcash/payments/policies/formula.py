"""Expressions and actions on one line, as one would write them down."""

from __future__ import annotations

from collections.abc import Mapping

from simcash.payments.policies.nodes import (
    Action,
    Compare,
    Compute,
    Condition,
    Field,
    Literal,
    Logic,
    Parameter,
    Value,
)

SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "*": "×", "/": "÷", "-": "−"}
BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}
TIGHTEST = 3


NAMES: Mapping[str, float] = {}  # parameters as names; or given the numbers they stand for


def value_formula(value: Value, numbers: Mapping[str, float] = NAMES, around: int = 0) -> str:
    """A value; in brackets if what stands around it binds more tightly."""
    if isinstance(value, Parameter) and value.name in numbers:
        return literal(numbers[value.name])
    if isinstance(value, Field | Parameter):
        return value.name
    if isinstance(value, Literal):
        return literal(value.value)
    binds = BINDS.get(value.op)
    if binds is None:
        return called(value, numbers)
    left = value_formula(value.operands[0], numbers, binds)
    right = value_formula(value.operands[1], numbers, binds + 1)
    text = f"{left} {SIGNS.get(value.op, value.op)} {right}"
    return f"({text})" if around > binds else text


def called(value: Compute, numbers: Mapping[str, float]) -> str:
    """A computation written as a function."""
    if value.op == "div0":
        above, below = (value_formula(part, numbers, TIGHTEST) for part in value.operands[:2])
        return f"({above} ÷ {below}, or {value_formula(value.operands[2], numbers)} if that is 0)"
    return f"{value.op}({', '.join(value_formula(part, numbers) for part in value.operands)})"


def literal(value: float | bool | str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "no bank"
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    return f"{int(value):,}" if value == int(value) else f"{value:,g}"


def condition_formula(condition: Condition, inner: bool = False) -> str:
    if isinstance(condition, Compare):
        sign = SIGNS.get(condition.op, condition.op)
        return f"{value_formula(condition.left)} {sign} {value_formula(condition.right)}"
    return logic_formula(condition, inner)


def logic_formula(logic: Logic, inner: bool) -> str:
    parts = [condition_formula(part, True) for part in logic.conditions]
    if logic.op == "not":
        return f"not {parts[0]}" if isinstance(logic.conditions[0], Logic) else f"not ({parts[0]})"
    text = f" {logic.op} ".join(parts)
    return f"({text})" if inner and len(parts) > 1 else text


def action_formula(action: Action) -> str:
    settings = ", ".join(f"{name} {value_formula(value)}" for name, value in action.parameters)
    return f"{action.action} ({settings})" if settings else action.action
