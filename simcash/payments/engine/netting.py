"""Partial netting (Bech and Soramäki 2001): the largest set that leaves every bank's order as it is."""

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import INFINITE, LIMITED, NONE, NOTHING
from simcash.payments.engine.queue2 import lanes_per_bank
from simcash.payments.engine.settle import COVERED, available, bilateral_entry, outage


@inner
def netting_set(s):
    """Put the largest feasible set of queue prefixes into items[:n]; n.

    Each bank begins with all that its limits let by. A bank that cannot pay for what it has left loses its
    last payment, which may leave the receiver short in turn: the order of removals does not matter.
    """
    n = NOTHING
    for b in range(s.balance.size):
        s.position[b] = available(s, b)
    for b in range(s.balance.size):
        s.span_start[b] = n
        n = take_prefix(s, b, n)
        s.span_stop[b] = n
    for i in range(n):
        p = s.items[i]
        s.position[s.sender[p]] -= s.amount[p]
        s.position[s.receiver[p]] += s.amount[p]
    remove_uncovered(s)
    return close_gaps(s)


@part
def take_prefix(s, b, n):
    """Append a bank's payments in order up to the first that a limit or an outage stops; the new length."""
    per_bank = lanes_per_bank(s)
    room = INFINITE
    if s.multilateral_limit[b] != NONE:
        room = s.multilateral_limit[b] - s.multilateral_used[b]
    first, last = s.bilateral_start[b], s.bilateral_start[b + 1]
    for k in range(first, last):
        s.entry_flow[k] = s.bilateral_used[k]
    stopped = False
    for lane in range(per_bank * b, per_bank * (b + 1)):
        base = s.lane_base[lane]
        for i in range(s.lane_length[lane]):
            p = s.lane_slot[base + i]
            if p == NONE or stopped:
                continue
            k = bilateral_entry(s, b, s.receiver[p]) if first < last else NONE
            if s.saved[LIMITED] and outage(s, p) != COVERED:
                stopped = True
                continue
            if s.amount[p] > room or (k != NONE and s.entry_flow[k] + s.amount[p] > s.bilateral_limit[k]):
                stopped = True
                continue
            room -= s.amount[p]
            if k != NONE:
                s.entry_flow[k] += s.amount[p]
            s.items[n] = p
            n += 1
    for k in range(first, last):
        s.entry_flow[k] = 0
    return n


@part
def remove_uncovered(s):
    """Take last payments away until every bank can pay for what it has left."""
    waiting = NOTHING  # banks yet to be looked at, a stack
    for b in range(s.balance.size):
        if s.position[b] < 0:
            s.parties[waiting] = b
            waiting += 1
    while waiting > 0:
        waiting -= 1
        b = s.parties[waiting]
        while s.position[b] < 0:
            s.span_stop[b] -= 1
            p = s.items[s.span_stop[b]]
            receiver, before = s.receiver[p], s.position[s.receiver[p]]
            s.position[b] += s.amount[p]
            s.position[receiver] = before - s.amount[p]
            if before >= 0 and s.position[receiver] < 0:
                s.parties[waiting] = receiver
                waiting += 1


@part
def close_gaps(s):
    """Move what is left together."""
    n = NOTHING
    for b in range(s.balance.size):
        for i in range(s.span_start[b], s.span_stop[b]):
            s.items[n] = s.items[i]
            n += 1
    return n


@inner
def whole_queue(s):
    """Put all of Queue 2 into items[:n]; n, or 0 if some bank could not pay its net."""
    n = NOTHING
    for b in range(s.balance.size):
        if s.q2_value[b] - s.q2_in[b] > available(s, b):
            return NOTHING
    per_bank = lanes_per_bank(s)
    for lane in range(s.balance.size * per_bank):
        base = s.lane_base[lane]
        for i in range(s.lane_length[lane]):
            if s.lane_slot[base + i] != NONE:
                s.items[n] = s.lane_slot[base + i]
                n += 1
    return n
