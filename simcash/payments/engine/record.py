"""Step 16: the rows that describe the end of a tick and of a day."""

import numpy as np

from simcash.core.jit import inner, njit, part, stage
from simcash.payments.engine.codes import (
    ALLOCATED_TODAY,
    ARRIVED,
    BY_LIQUIDITY,
    BY_POLICY,
    BY_STRICT_FIFO,
    CARRIED,
    CENTRAL_QUEUE,
    KINDS,
    LOANED,
    NONE,
    NOTHING,
    NOW,
    OWN_QUEUE,
    QUEUE2,
    RECORD,
    RETURNED,
    SENT,
    SLOTS,
    STANDARD,
    STRICT_FIFO,
    SUMMARY,
    T_BANK_DAYS,
    TICKS_PER_DAY,
)
from simcash.payments.engine.day import is_day_end
from simcash.payments.engine.queue2 import first_of_sender, queue_key
from simcash.payments.engine.rows import write_bank_ticks, write_waiting
from simcash.payments.engine.settle import COVERED, available, credit_limit, outage, stopped_by_limit
from simcash.payments.engine.sorting import sort_by_key


@stage
def record_tick(s):
    """Step 16: the rows of the tick and, at its end, of the day."""
    record_banks(s)


@stage
def record_queues(s):
    """The same where everything is recorded: a row for every payment that waits as well."""
    record_banks(s)
    write_queues(s)


@part
def record_banks(s):
    """A row for every bank, and at the end of a day another."""
    level = s.options[RECORD]
    if level >= STANDARD:
        for b in range(s.balance.size):
            s.limit[b] = credit_limit(s, b)
            s.available[b] = available(s, b)
        write_bank_ticks(s)
    if level >= SUMMARY and is_day_end(s):
        for b in range(s.balance.size):
            record_day(s, b)


@inner
def record_day(s, b):
    i, rows = s.row_counts[T_BANK_DAYS], s.rows_bank_days
    rows[0, i] = s.at[NOW]
    rows[1, i] = s.at[NOW] // s.options[TICKS_PER_DAY]
    rows[2, i] = b
    rows[3, i] = s.opening[b]
    rows[4, i] = s.balance[b]
    rows[5, i] = s.min_day[b]
    rows[6, i] = s.max_day[b]
    rows[7, i] = max(0, -s.min_day[b])
    rows[8, i] = s.day[ALLOCATED_TODAY, b]
    rows[9, i] = s.day[RETURNED, b]
    rows[10, i] = s.day[LOANED, b]
    for k in range(10):  # arrived, sent, received, settled, dropped: count and value
        rows[11 + k, i] = s.day[k, b]
    for kind in range(KINDS):
        rows[21 + kind, i] = s.cost_day[kind, b]
    rows[21 + KINDS, i] = np.float64(throughput(s, b)).view(np.int64)
    s.row_counts[T_BANK_DAYS] = i + 1


@part
def throughput(s, b):
    """Value settled today as a share of what arrived today or was carried over."""
    owed = s.day[ARRIVED, b] + s.day[CARRIED, b]
    return s.day[SENT, b] / owed if owed > 0 else 0.0


@part
def write_queues(s):
    """Every waiting payment: the banks' own queues, then the central one in its order."""
    for b in range(s.balance.size):
        position, p = NOTHING, s.q1_head[b]
        while p != NONE:
            write_waiting(s, p, OWN_QUEUE, position, NONE, BY_POLICY, shortfall(s, p))
            position += 1
            p = s.next[p]
    n = order_queue2(s)
    for i in range(n):
        p = s.items[i]
        write_waiting(s, p, CENTRAL_QUEUE, i, s.klass[p], waiting_reason(s, p), shortfall(s, p))


@njit
def order_queue2(s):
    """The central queue's payments in queue order in items[:n]; n."""
    n = NOTHING
    for p in range(s.at[SLOTS]):
        if s.status[p] == QUEUE2:
            s.items[n] = p
            s.keys[n] = queue_key(s, p)
            n += 1
    sort_by_key(s, NOTHING, n)
    return n


@inner
def shortfall(s, p):
    return max(0, s.amount[p] - available(s, s.sender[p]))


@njit
def waiting_reason(s, p):
    """Why a payment in the central queue has not settled."""
    if shortfall(s, p) > 0:
        return BY_LIQUIDITY
    limit = stopped_by_limit(s, p)
    if limit != COVERED:
        return limit
    down = outage(s, p)
    if down != COVERED:
        return down
    behind = s.options[STRICT_FIFO] and first_of_sender(s, s.sender[p]) != p
    return BY_STRICT_FIFO if behind else BY_LIQUIDITY
