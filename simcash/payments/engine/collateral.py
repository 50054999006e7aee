"""Collateral: what it is worth, how much more can be posted, how much can be taken back."""

import numpy as np

from simcash.core.exact import muldiv, muldiv_up
from simcash.core.jit import inner, njit
from simcash.payments.engine.rows import write_collateral

QUINTILLION = np.int64(10**18)  # `keep`, the share of collateral that counts, is in these parts


@njit
def value_collateral(s, b):
    """What the posted collateral is worth after the haircut."""
    s.collateral_value[b] = muldiv(s.posted[b], s.keep[b], QUINTILLION)


@njit
def max_postable(s, b):
    """How much more collateral the bank can post."""
    return max(0, s.collateral_capacity[b] - s.posted[b])


@njit
def max_withdrawable(s, b, buffer):
    """How much collateral the credit in use, plus a buffer, leaves free."""
    if s.keep[b] == 0:
        return s.posted[b]
    secured = max(0, max(0, -s.balance[b]) + buffer - s.cap[b])
    if secured > s.collateral_value[b]:  # then not even all of it is enough
        return 0
    return s.posted[b] - muldiv_up(secured, QUINTILLION, s.keep[b])


@njit
def move_collateral(s, b, amount):
    """Post collateral, or take it back if `amount` is negative."""
    s.posted[b] += amount
    value_collateral(s, b)


@inner
def post_collateral(s, b, layer, requested, reason):
    """Post as much of what was requested as the bank's capacity allows; how much."""
    amount = min(requested, max_postable(s, b))
    move_collateral(s, b, amount)
    write_collateral(s, b, layer, requested, amount, reason)
    return amount


@inner
def withdraw_collateral(s, b, layer, requested, buffer, reason):
    """Take back as much of what was requested as is free; how much."""
    amount = min(requested, max_withdrawable(s, b, buffer))
    move_collateral(s, b, -amount)
    write_collateral(s, b, layer, -requested, -amount, reason)
    return amount
