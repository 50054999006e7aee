"""Queue 1: each bank's own queue, a linked list of payment slots in the bank's order."""

from simcash.core.jit import inner, njit
from simcash.payments.engine.codes import NONE, NOTHING, NOW, QUEUE1
from simcash.payments.engine.sorting import sort_by_key


@inner
def delay_group(s, p):
    """Which delay multiplier applies: by priority band (high, middle, low) and whether marked overdue."""
    return 2 * priority_band(s.priority[p]) + (1 if s.overdue[p] != NONE else 0)


@inner
def priority_band(priority):
    """High, middle or low."""
    return 0 if priority >= 8 else 1 if priority >= 4 else 2


@inner
def note_deadline(s, p):
    """Enter a payment at the end of the list of those with its deadline."""
    d = s.deadline[p]
    s.due_next[p] = NONE
    if s.due_first[d] == NONE:
        s.due_first[d] = p
    else:
        s.due_next[s.due_last[d]] = p
    s.due_last[d] = p


@njit
def join_queue1(s, p):
    """Append a payment to its sender's queue."""
    b = s.sender[p]
    last = s.q1_tail[b]
    s.previous[p] = last
    s.next[p] = NONE
    if last == NONE:
        s.q1_head[b] = p
    else:
        s.next[last] = p
    s.q1_tail[b] = p
    s.status[p] = QUEUE1
    s.entered[p] = s.at[NOW]
    s.since[p] = s.at[NOW]
    s.held[p] = 0
    s.q1_count[b] += 1
    s.q1_value[b] += s.amount[p]
    s.delay_sum[b, delay_group(s, p)] += s.amount[p]


@inner
def leave_queue1(s, p):
    """Take a payment out of its sender's queue."""
    b, before, after = s.sender[p], s.previous[p], s.next[p]
    if before == NONE:
        s.q1_head[b] = after
    else:
        s.next[before] = after
    if after == NONE:
        s.q1_tail[b] = before
    else:
        s.previous[after] = before
    s.q1_ticks[p] += s.at[NOW] - s.entered[p]
    s.q1_count[b] -= 1
    s.q1_value[b] -= s.amount[p]
    s.delay_sum[b, delay_group(s, p)] -= s.amount[p]


@inner
def sort_queue1(s, b):
    """Order a bank's queue by priority (high first), then deadline (early first), stable."""
    n, p = NOTHING, s.q1_head[b]
    while p != NONE:
        s.items[n] = p
        s.keys[n] = s.deadline[p] - s.priority[p] * (1 << 40)
        n += 1
        p = s.next[p]
    sort_by_key(s, NOTHING, n)
    last = NONE
    for i in range(n):
        p = s.items[i]
        s.previous[p] = last
        if last == NONE:
            s.q1_head[b] = p
        else:
            s.next[last] = p
        last = p
    if n > 0:
        s.next[last] = NONE
        s.q1_tail[b] = last
