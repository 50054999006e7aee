"""Partial netting (Bech and Soramäki 2001): the largest set that leaves every bank's order as it is."""

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import INFINITE, LIMITED, NONE, NOTHING
from simcash.payments.engine.queue2 import lanes_per_bank
from simcash.payments.engine.settle import COVERED, available, bilateral_entry, outage


@inner
def netting_set(s):
    """Put the largest feasible set of queue prefixes into items[:n]; n."""
    find_prefixes(s)
    n, per_bank = NOTHING, lanes_per_bank(s)
    for b in range(s.balance.size):
        for lane in range(per_bank * b, s.last_lane[b] + 1):
            base = s.lane_base[lane]
            for i in range(s.lane_length[lane] if lane < s.last_lane[b] else s.last_stop[b]):
                if s.lane_slot[base + i] != NONE:
                    s.items[n] = s.lane_slot[base + i]
                    n += 1
    return n


@inner
def find_prefixes(s):
    """Find the largest feasible set of queue prefixes; how many payments.

    Each bank begins with all that its limits let by. A bank that cannot pay for what it has left loses its
    last payment, which may leave the receiver short in turn: the order of removals does not matter. A bank's
    prefix ends before place `last_stop` of lane `last_lane`.
    """
    n, last = NOTHING, lanes_per_bank(s) - 1
    for b in range(s.balance.size):
        s.last_lane[b] = last + b * (last + 1)
        s.last_stop[b] = s.lane_length[s.last_lane[b]]
        s.position[b] = available(s, b) + s.q2_in[b] - s.q2_value[b]
        n += s.q2_count[b]
    if s.saved[LIMITED]:
        for b in range(s.balance.size):
            n -= leave_out_stopped(s, b)
    return n - remove_uncovered(s)


@part
def leave_out_stopped(s, b):
    """End a bank's prefix at the first payment that a limit or an outage stops; how many are left out."""
    per_bank = lanes_per_bank(s)
    room = INFINITE
    if s.multilateral_limit[b] != NONE:
        room = s.multilateral_limit[b] - s.multilateral_used[b]
    first, last = s.bilateral_start[b], s.bilateral_start[b + 1]
    for k in range(first, last):
        s.entry_flow[k] = s.bilateral_used[k]
    out = NOTHING
    for lane in range(per_bank * b, per_bank * (b + 1)):
        base = s.lane_base[lane]
        for i in range(s.lane_length[lane]):
            p = s.lane_slot[base + i]
            if p == NONE:
                continue
            k = bilateral_entry(s, b, s.receiver[p]) if first < last else NONE
            over = k != NONE and s.entry_flow[k] + s.amount[p] > s.bilateral_limit[k]
            if out == 0 and (over or s.amount[p] > room or outage(s, p) != COVERED):
                s.last_lane[b], s.last_stop[b] = lane, i
                out = NOTHING + 1
                take_out(s, p)
            elif out > 0:
                out += 1
                take_out(s, p)
            else:
                room -= s.amount[p]
                if k != NONE:
                    s.entry_flow[k] += s.amount[p]
    for k in range(first, last):
        s.entry_flow[k] = 0
    return out


@inner
def take_out(s, p):
    """Have positions without a payment."""
    s.position[s.sender[p]] += s.amount[p]
    s.position[s.receiver[p]] -= s.amount[p]


@part
def remove_uncovered(s):
    """Take last payments away until every bank can pay for what it has left; how many."""
    waiting = NOTHING  # banks yet to be looked at, a stack
    for b in range(s.balance.size):
        if s.position[b] < 0:
            s.parties[waiting] = b
            waiting += 1
    removed = NOTHING
    while waiting > 0:
        waiting -= 1
        b = s.parties[waiting]
        while s.position[b] < 0:
            p = last_of_prefix(s, b)
            receiver, before = s.receiver[p], s.position[s.receiver[p]]
            s.position[b] += s.amount[p]
            s.position[receiver] = before - s.amount[p]
            removed += 1
            if before >= 0 and s.position[receiver] < 0:
                s.parties[waiting] = receiver
                waiting += 1
    return removed


@part
def last_of_prefix(s, b):
    """Shorten a bank's prefix by its last payment; that payment. There must be one."""
    while True:
        while s.last_stop[b] == 0:
            s.last_lane[b] -= 1
            s.last_stop[b] = s.lane_length[s.last_lane[b]]
        s.last_stop[b] -= 1
        p = s.lane_slot[s.lane_base[s.last_lane[b]] + s.last_stop[b]]
        if p != NONE:
            return p


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
