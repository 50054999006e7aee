"""Step 14 and the penalties: costs in exact integers, booked per bank and kind."""

import numpy as np

from simcash.core.exact import muldiv, muldiv_half_up, plus, product, quotient
from simcash.core.jit import inner, part, stage
from simcash.payments.engine.codes import (
    COLLATERAL,
    COLLATERAL_RATE,
    DEADLINE,
    DEADLINE_MODE,
    DEADLINE_PENALTY,
    DELAY,
    DELAY_RATE,
    EOD,
    EOD_MODE,
    EOD_OVERDUE_ONLY,
    EOD_PENALTY,
    FIXED,
    FULL,
    LIQUIDITY,
    LIQUIDITY_RATE,
    NONE,
    NOTHING,
    NOW,
    ONCE_RATE,
    OVERDRAFT,
    OVERDRAFT_RATE,
    QUEUE1,
    QUEUE2,
    RECORD,
    SLOTS,
    TICKS_PER_DAY,
)
from simcash.payments.engine.queue1 import delay_group
from simcash.payments.engine.rows import touch, write_cost
from simcash.payments.engine.sorting import sort_by_key

MILLION, BILLION = np.int64(10**6), np.int64(10**9)
TEN_MILLION, TEN_BILLION = np.int64(10**7), np.int64(10**10)


@inner
def book(s, b, kind, tx, amount):
    """Book a cost in the bank's account and, if it is not zero, as a row."""
    if amount != 0:
        s.cost_day[kind, b] += amount
        s.cost_run[kind, b] += amount
        write_cost(s, b, kind, tx, amount)


@inner
def penalty(mode, amount, base):
    """A fixed penalty, or a rate (in 10**-10) on a base amount, rounded down."""
    return amount if mode == FIXED else muldiv(base, amount, TEN_BILLION)


@stage
def charge(s):
    """All costs of the tick."""
    charge_deadlines(s)
    charge_banks(s)


@stage
def charge_each(s):
    """The same where it matters what each payment's delay costs."""
    charge_deadlines(s)
    if s.options[DELAY_RATE] > 0:
        charge_delay_by_payment(s)
    charge_banks(s)


@part
def charge_banks(s):
    """What accrues by the bank."""
    first = s.at[NOW] % s.options[TICKS_PER_DAY] == 0
    for b in s.order:
        used = max(0, -s.balance[b])
        book(s, b, OVERDRAFT, NONE, muldiv_half_up(used, s.options[OVERDRAFT_RATE], TEN_MILLION))
        if s.options[RECORD] < FULL:
            book(s, b, DELAY, NONE, delay_cost(s, b))
        book(s, b, COLLATERAL, NONE, muldiv_half_up(s.posted[b], s.options[COLLATERAL_RATE], TEN_BILLION))
        book(s, b, LIQUIDITY, NONE, liquidity_cost(s, b, first))


@part
def liquidity_cost(s, b, first):
    """The pool's cost: by the tick, and once a day at its first tick."""
    allocated = s.allocated_tick[b]
    cost = muldiv_half_up(allocated, s.options[LIQUIDITY_RATE], TEN_BILLION)
    if first:
        cost += muldiv_half_up(allocated, s.options[ONCE_RATE], MILLION)
    return cost


@inner
def delay_cost(s, b):
    """One rounding over everything the bank has waiting, each amount by its multiplier."""
    high, low = np.uint64(0), np.uint64(BILLION // 2)
    for group in range(6):
        more = product(s.delay_sum[b, group], s.delay_multiplier[group] * s.options[DELAY_RATE])
        high, low = plus(high, low, more[0], more[1])
    return quotient(high, low, BILLION)


@part
def charge_deadlines(s):
    """Payments whose deadline was the previous tick are overdue and pay once."""
    if s.at[NOW] == 0:
        return
    p = s.due_first[s.at[NOW] - 1]
    while p != NONE:
        if (s.status[p] == QUEUE1 or s.status[p] == QUEUE2) and not s.charged[p]:
            mark_overdue(s, p)
            s.charged[p] = 1
            cost = penalty(s.options[DEADLINE_MODE], s.options[DEADLINE_PENALTY], s.amount[p])
            book(s, s.sender[p], DEADLINE, s.tx[p], cost)
        p = s.due_next[p]


@inner
def mark_overdue(s, p):
    """Mark a waiting payment overdue; its delay may cost more from now on."""
    if s.overdue[p] == NONE:
        s.delay_sum[s.sender[p], delay_group(s, p)] -= s.amount[p]
        s.overdue[p] = s.at[NOW]
        s.delay_sum[s.sender[p], delay_group(s, p)] += s.amount[p]
        touch(s, p)


@part
def charge_day_end(s):
    """The end-of-day penalty of every payment still waiting."""
    for p in range(s.at[SLOTS]):
        spared = s.options[EOD_OVERDUE_ONLY] and s.deadline[p] >= s.at[NOW]
        if s.status[p] <= QUEUE2 and not spared:
            cost = penalty(s.options[EOD_MODE], s.options[EOD_PENALTY], s.amount[p])
            book(s, s.sender[p], EOD, s.tx[p], cost)


@part
def charge_delay_by_payment(s):
    """Delay as one row per payment: floors of the exact shares, the rest by largest remainder."""
    n = NOTHING
    for p in range(s.at[SLOTS]):
        if s.status[p] == QUEUE1 or s.status[p] == QUEUE2:
            s.items[n] = p
            s.keys[n] = s.sender[p]
            n += 1
    sort_by_key(s, NOTHING, n)
    start = NOTHING
    while start < n:
        stop = start
        while stop < n and s.sender[s.items[stop]] == s.sender[s.items[start]]:
            stop += 1
        share_delay(s, s.sender[s.items[start]], start, stop)
        start = stop


@inner
def share_delay(s, b, start, stop):
    """Attribute a bank's delay cost to its payments, items[start:stop] in order of id."""
    left = delay_cost(s, b)
    for i in range(start, stop):
        p = s.items[i]
        high, low = product(s.amount[p], s.delay_multiplier[delay_group(s, p)] * s.options[DELAY_RATE])
        s.share[p] = quotient(high, low, BILLION)
        s.keys[i] = -np.int64(low - np.uint64(s.share[p]) * np.uint64(BILLION))  # minus the remainder
        left -= s.share[p]
    sort_by_key(s, start, stop)
    for i in range(start, stop):
        p = s.items[i]
        share = s.share[p] + (1 if i - start < left else 0)
        s.delay_paid[p] += share
        if s.options[RECORD] >= FULL:
            book(s, b, DELAY, s.tx[p], share)
