"""The exact best set of a few payments: all subsets, but for those that cannot be or cannot be better."""

import numpy as np

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import LIMITED, NOTHING
from simcash.payments.engine.record import order_queue2
from simcash.payments.engine.sets import gather, is_feasible, scatter
from simcash.payments.engine.settle import COVERED, available, capacity_left, outage
from simcash.payments.engine.sorting import sort_by_key

OPEN, TAKEN, LEFT = np.int64(0), np.int64(1), np.int64(2)  # what was decided about a payment


@inner
def best_set(s, most):
    """Put the best feasible subset of the first `most` queued payments into items[:n]; n.

    Best is the largest value, then the most payments, then the lexicographically smallest list of ids: ids
    are decided on in order, each taken before it is left, so that of equals the right one comes first.
    """
    n = prepare(s, min(most, order_queue2(s)))
    value, count, best, best_count, depth = NOTHING, NOTHING, NOTHING, NOTHING, NOTHING
    while depth >= 0:
        if depth == n:
            if is_more(value, count, best, best_count) and is_allowed(s, n):
                best, best_count = value, count
                for i in range(n):
                    s.best_choice[i] = s.choice[i]
            depth -= 1
            continue
        p = s.choice_slot[depth]
        a, b, amount = s.sender[p], s.receiver[p], s.amount[p]
        if s.choice[depth] == OPEN:
            s.choice[depth] = TAKEN
            s.position[a] -= amount
            value += amount
            count += 1
            goes_on = s.position[a] >= 0 and count <= capacity_left(s)
        elif s.choice[depth] == TAKEN:
            s.choice[depth] = LEFT
            s.position[a] += amount
            value -= amount
            count -= 1
            s.position[b] -= amount
            goes_on = s.position[b] >= 0
        else:
            s.choice[depth] = OPEN
            s.position[b] += amount
            goes_on = False
            depth -= 1
        if goes_on and is_more(value + s.choice_rest[depth + 1], count + n - depth - 1, best, best_count):
            depth += 1
    return chosen(s, n)


@part
def prepare(s, n):
    """The payments by id that no outage stops, what remains after each, what banks have if all settle."""
    if s.saved[LIMITED]:
        n = leave_out_stopped(s, n)
    for i in range(n):
        s.keys[i] = s.tx[s.items[i]]
    sort_by_key(s, NOTHING, n)
    for b in range(s.balance.size):
        s.position[b] = available(s, b)
    s.choice_rest[n] = 0
    for i in range(n - 1, -1, -1):
        p = s.items[i]
        s.choice_slot[i] = p
        s.choice_rest[i] = s.choice_rest[i + 1] + s.amount[p]
        s.position[s.receiver[p]] += s.amount[p]
    s.choice[:] = OPEN
    s.best_choice[:] = OPEN
    return n


@part
def leave_out_stopped(s, n):
    """Move what no outage stops to the front of items[:n]; how many."""
    k = NOTHING
    for i in range(n):
        if outage(s, s.items[i]) == COVERED:
            s.items[k] = s.items[i]
            k += 1
    return k


@inner
def is_more(value, count, best, best_count):
    return value > best or (value == best and count > best_count)


@part
def is_allowed(s, n):
    """Whether limits allow a choice that banks can pay for."""
    if not s.saved[LIMITED]:
        return True
    k = NOTHING
    for i in range(n):
        if s.choice[i] == TAKEN:
            s.items[k] = s.choice_slot[i]
            k += 1
    m = gather(s, k)
    allowed = is_feasible(s, k, m)
    scatter(s, k, m)
    return allowed


@part
def chosen(s, n):
    """The best choice as items[:k]; k."""
    k = NOTHING
    for i in range(n):
        if s.best_choice[i] == TAKEN:
            s.items[k] = s.choice_slot[i]
            k += 1
    return k
