"""The machine that runs the programs of policy trees (opcodes.py says what they are made of)."""

import math

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import NONE, NOTHING
from simcash.payments.engine.fields import field_value
from simcash.payments.engine.opcodes import (
    ABSOLUTE,
    ACT,
    ADD,
    CEIL,
    CLAMP,
    CONSTANT,
    DIVIDE,
    DIVIDE_OR,
    EPSILON,
    FIELD,
    FLOOR,
    JUMP,
    KEEP,
    MAXIMUM,
    MULTIPLY,
    REGISTER,
    SUBTRACT,
    TINY,
    UNLESS_AT_LEAST,
    UNLESS_AT_MOST,
    UNLESS_DIFFERENT,
    UNLESS_EQUAL,
    UNLESS_LESS,
)
from simcash.payments.engine.seen import DECIDED

LARGEST_FRACTION = 2.0**53  # floats from here on are whole, or infinite


@inner
def evaluate(s, start, b, p):
    """Run the program at `start` for bank b and payment p: the action, its parameters in `slots`.

    NONE if the decision cannot be made: a divisor is zero, or a parameter is no finite number.
    """
    code, stack, slots = s.code, s.stack, s.slots
    forget_parameters(s)
    top, i = NOTHING, start  # stack[top - 1] is the number on top
    while True:
        operation, argument = code[i, 0], code[i, 1]
        i += 1
        if operation == FIELD:
            stack[top] = field_value(s, argument, b, p)
            top += 1
        elif operation == CONSTANT:
            stack[top] = s.constants[argument]
            top += 1
        elif operation >= UNLESS_EQUAL:
            if operation == ACT:
                s.sight[DECIDED] = i - 1
                return argument
            if operation == JUMP:
                i = argument
            elif operation == KEEP:
                top -= 1
                slots[argument] = stack[top]
                if not math.isfinite(stack[top]):
                    s.sight[DECIDED] = i - 1
                    return NONE
            else:
                top -= 2
                if not holds(operation, stack[top], stack[top + 1]):
                    i = argument
        elif operation == REGISTER:
            stack[top] = s.registers[b, argument]
            top += 1
        else:
            if operation == DIVIDE and abs(stack[top - 1]) < TINY:
                s.sight[DECIDED] = i - 1
                return NONE
            top = compute(operation, stack, top)


@inner
def forget_parameters(s):
    for slot in range(s.slots.size):
        s.slots[slot] = math.nan


@part
def holds(operation, left, right):
    """Whether a comparison holds, allowing for EPSILON where equality counts."""
    if operation == UNLESS_EQUAL:
        return left == right or abs(left - right) <= EPSILON
    if operation == UNLESS_DIFFERENT:
        return not (left == right or abs(left - right) <= EPSILON)
    if operation == UNLESS_LESS:
        return left < right
    if operation == UNLESS_AT_MOST:
        return left <= right + EPSILON
    if operation == UNLESS_AT_LEAST:
        return left >= right - EPSILON
    return left > right


@inner
def compute(operation, stack, top):
    """Replace an operation's operands on the stack by its result; the new height."""
    if operation >= CEIL and operation <= ABSOLUTE:
        stack[top - 1] = rounded(operation, stack[top - 1])
        return top
    if operation == CLAMP:
        stack[top - 3] = min(max(stack[top - 3], stack[top - 2]), stack[top - 1])
        return top - 2
    if operation == DIVIDE_OR:
        denominator = stack[top - 2]
        stack[top - 3] = stack[top - 1] if abs(denominator) <= EPSILON else stack[top - 3] / denominator
        return top - 2
    left, right = stack[top - 2], stack[top - 1]
    if operation == ADD:
        left += right
    elif operation == SUBTRACT:
        left -= right
    elif operation == MULTIPLY:
        left *= right
    elif operation == DIVIDE:
        left /= right
    elif operation == MAXIMUM:
        left = max(left, right)
    else:
        left = min(left, right)
    stack[top - 2] = left
    return top - 1


@part
def rounded(operation, x):
    """Up, down, to the nearest whole number (halves away from zero), or without its sign."""
    if operation == ABSOLUTE or not abs(x) < LARGEST_FRACTION:
        return abs(x) if operation == ABSOLUTE else x
    if operation == CEIL:
        return float(math.ceil(x))
    if operation == FLOOR:
        return float(math.floor(x))
    size = float(math.floor(abs(x)))
    if abs(x) - size >= 0.5:
        size += 1.0
    return size if x >= 0.0 else -size
