"""The context fields of a bank: its money, its queues, its partners, its collateral."""

import math

import numpy as np

from simcash.core.exact import muldiv_up
from simcash.core.jit import inner
from simcash.payments.engine.codes import INFINITE, NONE, NOW, numbers
from simcash.payments.engine.collateral import QUINTILLION
from simcash.payments.engine.partners import OUT, RANKED, meet_partners
from simcash.payments.engine.seen import (
    BALANCE,
    CENTRAL_COUNT,
    CENTRAL_VALUE,
    INCOMING_COUNT,
    INCOMING_VALUE,
    NEAREST,
    OWN_COUNT,
    OWN_VALUE,
    credit_used,
    effective_liquidity,
    payable,
)
from simcash.payments.engine.settle import credit_limit

(
    ITS_BALANCE, CAP, CREDIT_LIMIT, AVAILABLE, CREDIT_USED, CREDIT_HEADROOM, EFFECTIVE, IS_USING_CREDIT,
    IS_CAPPED, BUFFER, PRESSURE, EXPECTED_COUNT, EXPECTED_VALUE, ALLOCATED, FRACTION,
    QUEUE1_SIZE, QUEUE1_VALUE, QUEUE1_GAP, HEADROOM,
    RTGS_SIZE, RTGS_VALUE, QUEUE2_SIZE, QUEUE2_OWN, NEAREST_DEADLINE, TICKS_TO_NEAREST,
) = numbers(55)[30:]  # fmt: skip
FIRST_TOP, FIRST_TOP_ID = np.int64(55), np.int64(70)
(
    POSTED, CAPACITY, CAPACITY_LEFT, COLLATERAL_USE, HAIRCUT,
    OVERDRAFT_LIMIT, OVERDRAFT_HEADROOM, OVERDRAFT_USE, REQUIRED, EXCESS,
) = numbers(85)[75:]  # fmt: skip


@inner
def money_field(s, f, b):
    """Money and credit, as the bank sees them."""
    limit = credit_limit(s, b)
    if f == ITS_BALANCE:
        return float(s.sight[BALANCE])
    if f <= CREDIT_LIMIT:
        return float(s.cap[b])
    if f == AVAILABLE:
        return float(payable(s, b))
    if f == CREDIT_USED:
        return float(credit_used(s))
    if f == CREDIT_HEADROOM:
        return float(s.cap[b] - credit_used(s))
    if f == EFFECTIVE:
        return float(effective_liquidity(s, b))
    if f == IS_USING_CREDIT:
        return 1.0 if s.sight[BALANCE] < 0 else 0.0
    if f == IS_CAPPED:
        return 1.0
    if f == BUFFER:
        return float(s.liquidity_buffer[b])
    if f == PRESSURE:
        own = max(0, s.sight[BALANCE])
        return 1.0 if own + limit == 0 else 1.0 - own / (own + limit)
    if f == ALLOCATED:
        return float(s.allocated[b])
    return s.fraction[b]


@inner
def queue_field(s, f, b):
    """The bank's own queue, and the central one."""
    value = s.sight[OWN_VALUE]
    if f == QUEUE1_SIZE:
        return float(s.sight[OWN_COUNT])
    if f == QUEUE1_VALUE:
        return float(value)
    if f == QUEUE1_GAP:
        return float(max(0, value - payable(s, b)))
    if f == HEADROOM:
        return float(payable(s, b) - value)
    if f == RTGS_VALUE:
        return float(s.sight[CENTRAL_VALUE])
    if f <= QUEUE2_SIZE:
        return float(s.sight[CENTRAL_COUNT])
    if f == QUEUE2_OWN:
        return float(s.q2_count[b])
    meet_partners(s, b)
    if s.sight[NEAREST] == INFINITE:
        return math.inf
    if f == NEAREST_DEADLINE:
        return float(s.sight[NEAREST])
    return float(max(0, s.sight[NEAREST] - s.at[NOW]))


@inner
def expected_field(s, f, b):
    """Payments to the bank in the central queue."""
    meet_partners(s, b)
    return float(s.sight[INCOMING_COUNT] if f == EXPECTED_COUNT else s.sight[INCOMING_VALUE])


@inner
def top_field(s, f, b):
    """The largest partners in the central queue: by value out, in and net; who those by value out are."""
    meet_partners(s, b)
    if f >= FIRST_TOP_ID:
        partner = s.top_partner[OUT, f - FIRST_TOP_ID]
        return 0.0 if partner == NONE else float(s.rank[partner] + 1)
    place = f - FIRST_TOP
    return float(s.top_value[place // RANKED, place % RANKED])


@inner
def collateral_field(s, f, b):
    """Collateral, and the overdraft that it allows."""
    posted, capacity, used, limit = s.posted[b], s.collateral_capacity[b], credit_used(s), credit_limit(s, b)
    if f == POSTED:
        return float(posted)
    if f == CAPACITY:
        return float(capacity)
    if f == CAPACITY_LEFT:
        return float(max(0, capacity - posted))
    if f == COLLATERAL_USE:
        return 0.0 if capacity == 0 else posted / capacity
    if f == HAIRCUT:
        return (QUINTILLION - s.keep[b]) / float(QUINTILLION)
    if f == OVERDRAFT_LIMIT:
        return float(limit)
    if f == OVERDRAFT_HEADROOM:
        return float(limit - used)
    if f == OVERDRAFT_USE:
        return 0.0 if limit == 0 else used / limit
    short = max(0, used - s.cap[b])
    required = 0 if s.keep[b] == 0 else muldiv_up(short, QUINTILLION, s.keep[b])
    if f == REQUIRED:
        return float(required)
    return float(max(0, posted - required))
