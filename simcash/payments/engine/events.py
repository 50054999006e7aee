"""Step 1: the scenario events that are due."""

import numpy as np

from simcash.core.exact import muldiv_half_up
from simcash.core.jit import inner, njit, part, stage
from simcash.payments.engine.arrivals import admit, capped_deadline
from simcash.payments.engine.codes import (
    ARRIVAL_RATE_ALL,
    ARRIVAL_RATE_ONE,
    CUSTOM,
    EVENT_EXECUTED,
    FROM_EVENT,
    NEXT_ID,
    NO,
    NONE,
    NOTHING,
    NOW,
    SCHEDULED,
    SCHEDULED_SETTLEMENT,
    SLOTS,
    TRANSFER,
    WEIGHT_CHANGE,
    WINDOW_CHANGE,
    YES,
)
from simcash.payments.engine.costs import BILLION
from simcash.payments.engine.queue1 import join_queue1
from simcash.payments.engine.rows import write_notice
from simcash.payments.engine.settle import COVERED, add_money, obstacle, settle_one

LONGEST_WINDOW = np.int64(1 << 40)  # ticks, however often events widen it


@part
def due_count(s):
    """How many events are due now, at most."""
    t = s.at[NOW]
    return s.event_first[t + 1] - s.event_first[t] + s.event_every.size


@stage
def happen(s):
    """Execute the events due at this tick, in list order."""
    for i in range(due_events(s)):
        execute(s, s.items[i])


@inner
def due_events(s):
    """The events due at this tick in items[:n], in list order: one-time and repeating ones merged; n."""
    n, t, k, last, r = NOTHING, s.at[NOW], s.event_first[s.at[NOW]], s.event_first[s.at[NOW] + 1], 0
    while k < last or r < s.event_every.size:
        if r == s.event_every.size or (k < last and s.event_once[k] < s.event_every[r]):
            s.items[n] = s.event_once[k]
            n += 1
            k += 1
        else:
            e = s.event_every[r]
            if t >= s.event_start[e] and (t - s.event_start[e]) % s.event_interval[e] == 0:
                s.items[n] = e
                n += 1
            r += 1
    return n


@inner
def execute(s, e):
    """One event of the list, and its notice."""
    kind, tx, settled = s.event_kind[e], NONE, YES
    if kind == TRANSFER:
        add_money(s, s.event_from[e], -s.event_amount[e])
        add_money(s, s.event_to[e], s.event_amount[e])
    elif kind == CUSTOM:
        tx = arrive_now(s, e)
    elif kind == SCHEDULED_SETTLEMENT:
        tx = settle_now(s, e)
        settled = NO if tx == NONE else YES
    elif kind == ARRIVAL_RATE_ALL:
        s.rate_all[0] = s.event_value[e]
    elif kind == ARRIVAL_RATE_ONE:
        s.rate_one[s.event_from[e]] *= s.event_value[e]
    elif kind == WEIGHT_CHANGE:
        change_weight(s, e)
    elif kind == WINDOW_CHANGE:
        change_windows(s, s.window_low[e], s.window_high[e])
    write_event(s, e, tx, settled)


@inner
def write_event(s, e, tx, settled):
    """The notice of an executed event."""
    write_notice(
        s, EVENT_EXECUTED, s.event_kind[e], s.event_from[e], s.event_to[e], tx,
        s.event_amount[e], s.event_value[e], settled,
    )  # fmt: skip


@njit
def new_payment(s, sender, receiver, amount, priority, divisible, deadline, source):
    """A payment from outside the arrival streams, not yet in a queue; its slot."""
    p = s.at[SLOTS]
    s.at[SLOTS] = p + 1
    s.tx[p] = s.at[NEXT_ID]
    s.at[NEXT_ID] += 1
    s.sender[p] = sender
    s.receiver[p] = receiver
    s.amount[p] = amount
    s.priority[p] = priority
    s.divisible[p] = divisible
    s.deadline[p] = capped_deadline(s, deadline, NO)
    admit(s, p, source)
    return p


@part
def arrive_now(s, e):
    """CustomTransactionArrival: a payment into Queue 1."""
    p = new_payment(
        s, s.event_from[e], s.event_to[e], s.event_amount[e], s.event_priority[e],
        s.event_divisible[e], s.at[NOW] + s.event_deadline[e], FROM_EVENT,
    )  # fmt: skip
    join_queue1(s, p)
    return s.tx[p]


@inner
def settle_now(s, e):
    """ScheduledSettlement: settled at once if feasible; otherwise nothing is created."""
    kept_slots, kept_ids = s.at[SLOTS], s.at[NEXT_ID]
    s.sender[kept_slots] = s.event_from[e]
    s.receiver[kept_slots] = s.event_to[e]
    s.amount[kept_slots] = s.event_amount[e]
    s.limited[kept_slots] = 1  # an instruction that never becomes a payment is not a limit's business
    if obstacle(s, kept_slots) != COVERED:
        return NONE
    p = new_payment(
        s, s.event_from[e], s.event_to[e], s.event_amount[e], s.event_priority[e],
        NO, s.at[NOW] + s.event_deadline[e], FROM_EVENT,
    )  # fmt: skip
    settle_one(s, p, SCHEDULED)
    return kept_ids


@inner
def change_weight(s, e):
    """CounterpartyWeightChange in every weight row of the bank; the others may be scaled to a total of 1."""
    b, party, value = s.event_from[e], s.event_to[e], s.event_value[e]
    for source in range(s.source_start[b], s.source_start[b + 1]):
        row = s.source_weights[source]
        weights = s.weights[row]
        if s.event_balanced[e]:
            others = 0.0
            for j in range(weights.size):
                if j != party:
                    others += weights[j]
            for j in range(weights.size):
                if others > 0.0:
                    weights[j] *= (1.0 - value) / others
        weights[party] = value
        total = 0.0
        for j in range(weights.size):
            total += weights[j]
            s.cumulative[row, j] = total


@part
def change_windows(s, low, high):
    """DeadlineWindowChange for every bank: both ends scaled by billionths and rounded; compounding."""
    for source in range(s.source_low.size):
        s.source_low[source] = max(1, min(LONGEST_WINDOW, muldiv_half_up(s.source_low[source], low, BILLION)))
        longest = min(LONGEST_WINDOW, muldiv_half_up(s.source_high[source], high, BILLION))
        s.source_high[source] = max(s.source_low[source], longest)
