"""The context fields that are the same for all banks, or nearly: prices, time, the system."""

import math

from simcash.core.jit import inner
from simcash.payments.engine.codes import (
    ARRIVED,
    CARRIED,
    COLLATERAL_RATE,
    DELAY_RATE,
    NONE,
    NOW,
    OVERDRAFT_RATE,
    SENT,
    SPLIT_COST,
    TICKS_PER_DAY,
    numbers,
)
from simcash.payments.engine.payment_fields import MILLION, THOUSAND
from simcash.payments.engine.seen import CENTRAL_COUNT
from simcash.payments.engine.settle import system_down

(
    OVERDRAFT_PRICE, DELAY_PRICE, COLLATERAL_PRICE, SPLIT_PRICE,
    TICK, DAY_LENGTH, DAY, TICK_IN_DAY, TICKS_LEFT, PROGRESS, IS_RUSH, BANKS,
    PRESSURE_INDEX, SETS_PER_TICK, THROUGHPUT, EXPECTED_THROUGHPUT, THROUGHPUT_GAP, GUIDANCE, IS_OUTAGE,
) = numbers(104)[85:]  # fmt: skip


@inner
def price_field(s, f):
    if f == OVERDRAFT_PRICE:
        return s.options[OVERDRAFT_RATE] / THOUSAND
    if f == DELAY_PRICE:
        return s.options[DELAY_RATE] / MILLION
    if f == COLLATERAL_PRICE:
        return s.options[COLLATERAL_RATE] / MILLION
    return float(s.options[SPLIT_COST])


@inner
def time_field(s, f):
    t, length = s.at[NOW], s.options[TICKS_PER_DAY]
    if f == TICK:
        return float(t)
    if f == DAY_LENGTH:
        return float(length)
    if f == DAY:
        return float(t // length)
    if f == TICK_IN_DAY:
        return float(t % length)
    if f == TICKS_LEFT:
        return float(length - t % length - 1)
    if f == PROGRESS:
        return t % length / length
    if f == IS_RUSH:
        return 1.0 if t % length / length >= s.eod_rush[0] else 0.0
    return float(s.balance.size)


@inner
def system_field(s, f, b):
    t, length = s.at[NOW], s.options[TICKS_PER_DAY]
    if f == PRESSURE_INDEX:
        return math.tanh(s.sight[CENTRAL_COUNT] / (10.0 * s.balance.size))
    if f == SETS_PER_TICK:
        return recent(s) / 10.0
    if f == THROUGHPUT:
        return settled_share(s, b)
    if f == EXPECTED_THROUGHPUT:
        return t % length / length
    if f == THROUGHPUT_GAP:
        return settled_share(s, b) - t % length / length
    if f == GUIDANCE:
        return guidance(s, t % length)
    return 1.0 if system_down(s) else 0.0


@inner
def recent(s):
    """Sets of liquidity saving that settled in the last ten ticks."""
    count = s.recent_sets[0]
    for i in range(1, s.recent_sets.size):
        count += s.recent_sets[i]
    return count


@inner
def settled_share(s, b):
    """Value settled today as a share of what arrived today or was carried over."""
    owed = s.day[ARRIVED, b] + s.day[CARRIED, b]
    return s.day[SENT, b] / owed if owed > 0 else 0.0


@inner
def guidance(s, tick):
    """The share that the next throughput rule of the day asks for; after the last one, that one's."""
    nearest, last = NONE, NONE
    for r in range(s.rule_tick.size):
        if s.rule_tick[r] >= tick and (nearest == NONE or s.rule_tick[r] < s.rule_tick[nearest]):
            nearest = r
        if last == NONE or s.rule_tick[r] >= s.rule_tick[last]:
            last = r
    if nearest == NONE:
        nearest = last
    return 0.0 if nearest == NONE else s.rule_numerator[nearest] / s.rule_denominator[nearest]
