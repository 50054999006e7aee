"""Sets of payments that settle together: who pays what net, whether all can, and moving the money.

A set is items[:n]. Its sums stand in `outflow` and `inflow` by bank and `entry_flow` by bilateral limit,
between `gather` and `scatter`; outside they are zero.
"""

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import LIMITED, NEXT_SET, NONE, NOTHING, RECORD, SETS_NOW, STANDARD
from simcash.payments.engine.pairs import unlink
from simcash.payments.engine.queue2 import leave_queue2, queue_key
from simcash.payments.engine.rows import write_set
from simcash.payments.engine.settle import (
    COVERED,
    add_money,
    available,
    bilateral_entry,
    capacity_left,
    credit,
    mark_settled,
    outage,
    use_limits,
)
from simcash.payments.engine.sorting import sort_by_key


@inner
def gather(s, n):
    """Sum up items[:n]; the banks that take part are parties[:m]; m."""
    m = NOTHING
    for i in range(n):
        p = s.items[i]
        a, b, amount = s.sender[p], s.receiver[p], s.amount[p]
        if s.outflow[a] == 0 and s.inflow[a] == 0:
            s.parties[m] = a
            m += 1
        s.outflow[a] += amount
        if s.outflow[b] == 0 and s.inflow[b] == 0:
            s.parties[m] = b
            m += 1
        s.inflow[b] += amount
        if s.bilateral_limit.size > 0:
            count_entries(s, p, amount)
    return m


@inner
def count_entries(s, p, amount):
    """Count one payment of a set toward the bilateral limits it uses, and, on a net basis, gives back."""
    a, b = s.sender[p], s.receiver[p]
    k = bilateral_entry(s, a, b)
    if k != NONE:
        s.entry_flow[k] += amount
    if s.net_basis[b]:
        k = bilateral_entry(s, b, a)
        if k != NONE:
            s.entry_flow[k] -= amount


@inner
def scatter(s, n, m):
    """Forget the sums."""
    for i in range(m):
        s.outflow[s.parties[i]] = 0
        s.inflow[s.parties[i]] = 0
    if s.bilateral_limit.size > 0:
        s.entry_flow[:] = 0


@inner
def is_feasible(s, n, m):
    """Whether every bank of a gathered set can pay its net, no limit is exceeded and no outage in the way."""
    if s.saved[LIMITED] and not is_eligible(s, n):
        return False
    for i in range(m):
        b = s.parties[i]
        if s.outflow[b] - s.inflow[b] > available(s, b) or not within_multilateral(s, b):
            return False
    if s.bilateral_limit.size > 0:
        for i in range(n):
            p = s.items[i]
            k = bilateral_entry(s, s.sender[p], s.receiver[p])
            if k != NONE and s.bilateral_used[k] + s.entry_flow[k] > s.bilateral_limit[k]:
                return False
    return True


@part
def is_eligible(s, n):
    """Whether there is room for all of items[:n] in this tick, and no outage concerns any of them."""
    eligible = n <= capacity_left(s)
    for i in range(n):
        eligible = eligible and outage(s, s.items[i]) == COVERED
    return eligible


@part
def within_multilateral(s, b):
    """Whether what a bank pays in the set keeps its limit toward all others together."""
    limit, flow = s.multilateral_limit[b], s.outflow[b]
    if limit == NONE or flow == 0:
        return True
    if s.net_basis[b]:
        flow -= s.inflow[b]
    return s.multilateral_used[b] + flow <= limit


@inner
def try_set(s, n, channel, iteration):
    """Settle items[:n] as one set if that is feasible; whether it was."""
    m = gather(s, n)
    feasible = is_feasible(s, n, m)
    if feasible:
        settle_set(s, n, m, channel, iteration)
    scatter(s, n, m)
    return feasible


@part
def settle_set(s, n, m, channel, iteration):
    """Net payers are debited at once, net receivers credited; payments are booked in queue order."""
    gross, net = NOTHING, NOTHING
    for i in range(m):
        b = s.parties[i]
        position = s.inflow[b] - s.outflow[b]
        gross += s.outflow[b]
        if position < 0:
            add_money(s, b, position)
            net -= position
        elif position > 0:
            credit(s, b, position)
    for i in range(n):
        s.keys[i] = queue_key(s, s.items[i])
    sort_by_key(s, NOTHING, n)
    for i in range(n):
        p = s.items[i]
        leave_queue2(s, p)
        unlink(s, p)
        use_limits(s, p)
        mark_settled(s, p, channel, s.at[NEXT_SET])
    if s.options[RECORD] >= STANDARD:
        write_set(s, s.at[NEXT_SET], channel, iteration, n, gross, net)
    s.at[NEXT_SET] += 1
    s.at[SETS_NOW] += 1
