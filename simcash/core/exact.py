"""Whole-number arithmetic for compiled code: rounding, and products that do not overflow."""

import math

import numpy as np

from simcash.core.jit import njit

U = np.uint64
LOW = U(0xFFFFFFFF)


@njit
def round_away(x):
    """The nearest whole number, halves away from zero."""
    size = math.floor(abs(x))
    if abs(x) - size >= 0.5:
        size += 1.0
    return size if x >= 0.0 else -size


@njit
def product(a, b):
    """The 128-bit product of two non-negative integers, as (high, low)."""
    x, y = U(a), U(b)
    xl, xh, yl, yh = x & LOW, x >> U(32), y & LOW, y >> U(32)
    middle = xh * yl + ((xl * yl) >> U(32))
    cross = xl * yh + (middle & LOW)
    return xh * yh + (middle >> U(32)) + (cross >> U(32)), x * y


@njit
def plus(high, low, more_high, more_low):
    """The sum of two 128-bit numbers."""
    total = low + more_low
    return high + more_high + (U(1) if total < low else U(0)), total


@njit
def quotient(high, low, divisor):
    """A 128-bit number divided by a positive integer, rounded down, as int64."""
    d = U(divisor)
    if high == U(0):
        return np.int64(low // d)
    rest, answer = high % d, U(0)
    for i in range(64):
        carry = rest >> U(63)
        rest = (rest << U(1)) | ((low >> U(63 - i)) & U(1))
        answer = answer << U(1)
        if carry == U(1) or rest >= d:
            rest -= d
            answer |= U(1)
    return np.int64(answer)


@njit
def muldiv(a, b, d):
    """The product a * b // d, for non-negative a and b, exact in 128 bits."""
    high, low = product(a, b)
    return quotient(high, low, d)


@njit
def muldiv_half_up(a, b, d):
    """The product (a * b + d // 2) // d, for non-negative a and b, exact in 128 bits."""
    high, low = product(a, b)
    high, low = plus(high, low, U(0), U(d // 2))
    return quotient(high, low, d)


@njit
def muldiv_up(a, b, d):
    """The product a * b / d rounded up, for non-negative a and b, exact in 128 bits."""
    high, low = product(a, b)
    high, low = plus(high, low, U(0), U(d - 1))
    return quotient(high, low, d)
