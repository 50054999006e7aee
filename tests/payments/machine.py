"""Two slow ways to decide: walking the tree, and walking the compiled program. They must agree."""

import math

from simcash.payments.engine import opcodes as op
from simcash.payments.policies.nodes import Compare, Compute, Decision, Field, Literal, Parameter

E = 1e-9


class Undefined(Exception):
    """A divisor below the smallest one allowed."""


def half_away(x):
    return math.floor(abs(x) + 0.5) * (1 if x >= 0 else -1)


def divide(a, b):
    if abs(b) < 2.2e-16:
        raise Undefined
    return a / b


COMPARE = {
    "==": lambda a, b: abs(a - b) <= E, "!=": lambda a, b: abs(a - b) > E, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b + E, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b - E,
}  # fmt: skip
COMPUTE = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": divide,
    "max": lambda *v: max(v), "min": lambda *v: min(v), "ceil": math.ceil, "floor": math.floor,
    "round": half_away, "abs": abs, "clamp": lambda x, low, high: min(max(x, low), high),
    "div0": lambda a, b, default: default if abs(b) <= E else a / b,
}  # fmt: skip


def walk(policy, tree, view):
    """The action a tree ends in, by its own structure."""
    node = policy.trees[tree]
    while isinstance(node, Decision):
        node = node.on_true if holds(policy, node.condition, view) else node.on_false
    return node


def holds(policy, condition, view):
    if isinstance(condition, Compare):
        left, right = (value(policy, side, view) for side in (condition.left, condition.right))
        return COMPARE[condition.op](left, right)
    inner = (holds(policy, part, view) for part in condition.conditions)
    return all(inner) if condition.op == "and" else any(inner) if condition.op == "or" else not next(inner)


def value(policy, part, view):
    if isinstance(part, Compute):
        return COMPUTE[part.op](*(value(policy, operand, view) for operand in part.operands))
    if isinstance(part, Parameter):
        return float(policy.parameters[part.name])
    if isinstance(part, Literal):
        return float(part.value)
    assert isinstance(part, Field)
    return view.get(part.name, 0.0)


BY_CODE = {
    op.UNLESS_EQUAL: "==", op.UNLESS_DIFFERENT: "!=", op.UNLESS_LESS: "<", op.UNLESS_AT_MOST: "<=",
    op.UNLESS_MORE: ">", op.UNLESS_AT_LEAST: ">=", op.ADD: "+", op.SUBTRACT: "-", op.MULTIPLY: "*",
    op.DIVIDE: "/", op.DIVIDE_OR: "div0", op.MAXIMUM: "max", op.MINIMUM: "min", op.CEIL: "ceil",
    op.FLOOR: "floor", op.ROUND: "round", op.ABSOLUTE: "abs", op.CLAMP: "clamp",
}  # fmt: skip
UNARY = ("ceil", "floor", "round", "abs")
TERNARY = ("div0", "clamp")


def execute(program, start, view, registers=()):
    """The action number and the slots that a program comes to."""
    at, stack, slots = start, [], {}
    while True:
        operation, argument, _ = (int(part) for part in program.code[at])
        at += 1
        if operation == op.CONSTANT:
            stack.append(float(program.constants[argument]))
        elif operation == op.FIELD:
            stack.append(view.get(op.FIELDS[argument], 0.0))
        elif operation == op.REGISTER:
            stack.append(view.get(registers[argument], 0.0))
        elif operation == op.JUMP:
            at = argument
        elif operation == op.KEEP:
            slots[argument] = stack.pop()
        elif operation == op.ACT:
            assert not stack
            return argument, slots
        elif BY_CODE[operation] in COMPARE:
            right, left = stack.pop(), stack.pop()
            at = at if COMPARE[BY_CODE[operation]](left, right) else argument
        else:
            name = BY_CODE[operation]
            count = 1 if name in UNARY else 3 if name in TERNARY else 2
            operands = [stack.pop() for _ in range(count)][::-1]
            stack.append(float(COMPUTE[name](*operands)))
        assert len(stack) <= op.DEEPEST_STACK
