"""Step 2: payments that arrive: listed ones, then those drawn from streams that depend only on seed, bank,
purpose and tick."""

import math

import numpy as np

from simcash.core import rng
from simcash.core.exact import round_away
from simcash.core.jit import inner, part, stage
from simcash.payments.engine.codes import (
    ARRIVED,
    ARRIVED_N,
    COMPAT,
    CONSTANT,
    DAY_AFTER,
    DEADLINE_CAP,
    FREE,
    FROM_ARRIVAL,
    FROM_LISTED,
    LIVE,
    LOG_NORMAL,
    NEXT_ID,
    NO,
    NONE,
    NORMAL,
    NOTHING,
    NOW,
    PRIORITY_FIXED,
    PRIORITY_UNIFORM,
    SHARED_STREAM,
    SLOTS,
    TICKS,
    TICKS_PER_DAY,
    UNIFORM,
    YES,
    numbers,
)
from simcash.payments.engine.queue1 import join_queue1, note_deadline
from simcash.payments.engine.rows import touch

SMALLEST = 2.0**-53  # what counts for a uniform draw of 0
RATE_MAX = 100_000.0  # of a bank and tick, however often events multiply it
COUNT, AMOUNT, COUNTERPARTY, DEADLINE, PRIORITY = numbers(5)  # cells of `streams`, purposes 1 to 5


@stage
def arrive(s):
    """Draw this tick's payments and put them into Queue 1; False, and nothing changed, if slots run out."""
    first, shared = s.at[SLOTS], s.stream[0]
    if not take_listed(s):
        return False
    drawn = s.at[SLOTS]
    for b in s.order:
        for source in range(s.source_start[b], s.source_start[b + 1]):
            if not draw_source(s, b, source):
                s.at[SLOTS], s.stream[0] = first, shared
                return False
    for p in range(first, s.at[SLOTS]):
        s.tx[p] = s.at[NEXT_ID]
        s.at[NEXT_ID] += 1
        admit(s, p, FROM_LISTED if p < drawn else FROM_ARRIVAL)
        join_queue1(s, p)
    return True


@part
def take_listed(s):
    """The payments listed for this tick into new slots; False, and nothing changed, if slots run out."""
    start, stop, p = s.listed_first[s.at[NOW]], s.listed_first[s.at[NOW] + 1], s.at[SLOTS]
    if p + stop - start > s.tx.size:
        return False
    for i in range(start, stop):
        s.sender[p] = s.listed[0, i]
        s.receiver[p] = s.listed[1, i]
        s.amount[p] = s.listed[2, i]
        s.deadline[p] = capped_deadline(s, s.listed[3, i], NO)
        s.priority[p] = s.listed[4, i]
        s.divisible[p] = s.listed[5, i]
        p += 1
    s.at[SLOTS] = p
    return True


@inner
def admit(s, p, source):
    """The books of a new payment whose parties, amount, deadline and priority are set."""
    b = s.sender[p]
    begin(s, p, source)
    s.day[ARRIVED_N, b] += 1
    s.day[ARRIVED, b] += s.amount[p]
    if s.arrived_to.size > 0:
        s.arrived_to[b * s.balance.size + s.receiver[p]] += s.amount[p]


@inner
def begin(s, p, source):
    """The books of any new payment, also of a part of an older one."""
    t = s.at[NOW]
    s.parent[p] = NONE
    s.parent_slot[p] = NONE
    s.goes_at[p] = NONE
    s.remaining[p] = s.amount[p]
    s.delay_paid[p] = 0
    s.original_priority[p] = s.priority[p]
    s.arrival[p] = t
    s.submission[p] = NONE
    s.settled[p] = s.settled_seq[p] = NONE
    s.overdue[p] = NONE
    s.channel[p] = s.set_id[p] = NONE
    s.source[p] = source
    s.q1_ticks[p] = 0
    s.q2_ticks[p] = 0
    s.declared[p] = NONE
    s.charged[p] = 0
    s.limited[p] = 0
    s.touched[p] = NONE
    note_deadline(s, p)
    s.at[LIVE] += 1
    touch(s, p)


@inner
def capped_deadline(s, wanted, generated):
    """The deadline tick in force for a wanted one: never past the end, on request never past the day."""
    t = s.at[NOW]
    deadline = min(wanted, s.options[TICKS])
    if s.options[DEADLINE_CAP] != FREE:
        next_day = (t // s.options[TICKS_PER_DAY] + 1) * s.options[TICKS_PER_DAY]
        late = generated and s.options[DEADLINE_CAP] == DAY_AFTER
        deadline = min(deadline, next_day if late else next_day - 1)
    return max(deadline, t + 1)


@inner
def draw_source(s, b, source):
    """Draw one source's payments of this tick into new slots."""
    bands = s.source_purpose[source]
    streams, rate = own_streams(s), min(s.source_rate[source] * s.rate_all[0] * s.rate_one[b], RATE_MAX)
    count = rng.poisson(streams, cell(s, b, bands, COUNT), rate)
    if count == 0:
        return True
    if s.at[SLOTS] + count > s.tx.size:
        return False
    amount_cell = cell(s, b, bands, AMOUNT)
    party_cell = cell(s, b, bands, COUNTERPARTY)
    deadline_cell = cell(s, b, bands, DEADLINE)
    priority_cell = cell(s, b, bands, PRIORITY)
    for p in range(s.at[SLOTS], s.at[SLOTS] + count):
        s.sender[p] = b
        s.amount[p] = draw_amount(s, streams, amount_cell, source)
        s.receiver[p] = draw_receiver(s, streams, party_cell, source, b)
        offset = rng.whole(streams, deadline_cell, s.source_low[source], s.source_high[source] + 1)
        s.deadline[p] = capped_deadline(s, s.at[NOW] + offset, YES)
        s.priority[p] = draw_priority(s, streams, priority_cell, source)
        s.divisible[p] = s.source_divisible[source]
    s.at[SLOTS] += count
    return True


@part
def own_streams(s):
    return s.stream if s.options[SHARED_STREAM] else s.streams


@inner
def cell(s, b, bands, purpose):
    """The cell of the stream for a purpose, started for this bank and tick."""
    if s.options[SHARED_STREAM]:
        return 0
    state = rng.fold(s.stream_key[b], np.uint64(bands + purpose + 1))
    rng.start(s.streams, purpose, rng.fold(state, np.uint64(s.at[NOW])))
    return purpose


@inner
def draw_amount(s, streams, i, source):
    """One amount in cents, at least 1 and at most the source's maximum."""
    kind, a, b, top = s.amount_kind[source], s.amount_a[source], s.amount_b[source], s.amount_max[source]
    if kind == CONSTANT:
        return min(np.int64(a), top)
    if kind == UNIFORM:
        return min(rng.whole(streams, i, np.int64(a), np.int64(b) + 1), top)
    if kind == NORMAL:
        x = a + b * rng.normal(streams, i)
    elif kind == LOG_NORMAL:
        x = math.exp(a + b * rng.normal(streams, i))
    else:
        x = -math.log(max(rng.uniform(streams, i), SMALLEST)) / a
    return max(1, np.int64(round_away(min(x, float(top)))))


@part
def draw_receiver(s, streams, i, source, b):
    """The counterparty: any other bank, or by the source's weights over the other banks."""
    row = s.source_weights[source]
    if row == NONE:
        k = rng.whole(streams, i, NOTHING, s.balance.size - 1)
        return k if k < b else k + 1
    return pick(s.weights[row], s.cumulative[row], rng.uniform(streams, i), s.options[COMPAT])


@inner
def pick(weights, cumulative, u, subtract):
    """The index that a uniform number u chooses among weights; the peer subtracts, we search."""
    n = weights.size
    target = u * cumulative[n - 1]
    if subtract:
        for k in range(n):
            if weights[k] > 0.0:
                target -= weights[k]
                if target <= 0.0:
                    return k
    else:
        k = first_reaching(cumulative, target)
        while k < n and weights[k] <= 0.0:
            k += 1
        if k < n:
            return k
    k = n - 1
    while weights[k] <= 0.0:
        k -= 1
    return k


@part
def first_reaching(cumulative, target):
    """The first place of an ascending array that is at least `target`, found by halving."""
    low, high = 0, cumulative.size
    while low < high:
        middle = (low + high) >> 1
        if cumulative[middle] >= target:
            high = middle
        else:
            low = middle + 1
    return low


@part
def draw_priority(s, streams, i, source):
    """A priority from 0 to 10."""
    kind, a, b = s.priority_kind[source], s.priority_a[source], s.priority_b[source]
    if kind == PRIORITY_FIXED:
        return a
    if kind == PRIORITY_UNIFORM:
        return rng.whole(streams, i, a, b + 1)
    weights, cumulative = s.category_weight[a:b], s.category_cumulative[a:b]  # this source's categories
    return s.category_value[a + pick(weights, cumulative, rng.uniform(streams, i), s.options[COMPAT])]
