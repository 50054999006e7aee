"""Step 6: each bank's policy decides about its own queue."""

from simcash.core.jit import inner, part, stage
from simcash.payments.engine.codes import (
    ALWAYS,
    BY_DEADLINE,
    COMPAT,
    DEADLINE_MODE,
    DEADLINE_PENALTY,
    DISCARD,
    DROP,
    DROP_FREE,
    DROPPED,
    DROPPED_N,
    DROPPED_VALUE,
    EOD_MODE,
    EOD_PENALTY,
    ESCALATE,
    ESCALATED,
    HOLD,
    LIVE,
    NO_VALUE,
    NONE,
    NOW,
    PENDING,
    QUEUE1,
    QUEUE2,
    RELEASE,
    SEQUENTIAL,
    SLOTS,
    YES,
)
from simcash.payments.engine.costs import book, penalty
from simcash.payments.engine.opcodes import PAYMENT_TREE
from simcash.payments.engine.queue1 import delay_group, leave_queue1, sort_queue1
from simcash.payments.engine.rows import touch, write_decision, write_notice
from simcash.payments.engine.settle import credit_limit


@stage
def decide(s):
    """Escalate priorities, then let every bank, sorted by id, go through its queue."""
    if s.options[ESCALATE]:
        escalate(s)
    for b in s.order:
        if s.at[NOW] >= s.sends_from[b]:
            go_through_queue(s, b)


@inner
def go_through_queue(s, b):
    """A built-in policy's decision about every payment of the bank's queue."""
    if s.policy_sorts[s.policy[b]]:
        sort_queue1(s, b)
    seen = s.balance[b]
    p = s.q1_head[b]
    while p != NONE:
        after = s.next[p]
        if s.goes_at[p] == NONE:
            seen = treat(s, b, p, seen)
        p = after


@part
def treat(s, b, p, seen):
    """Do what the policy says about one payment; the balance that the next decision sees."""
    action = decision(s, b, p, seen)
    write_decision(s, b, PAYMENT_TREE, s.tx[p], action, NONE)
    if action == RELEASE:
        if s.options[SEQUENTIAL] and s.amount[p] <= covered_by(s, b, seen):
            seen -= s.amount[p]
        release(s, p)
    elif action == DISCARD:
        drop(s, p)
    return seen


@inner
def decision(s, b, p, seen):
    """What bank b's policy says about payment p when it sees a balance of `seen`."""
    n = s.policy[b]
    kind = s.policy_kind[n]
    if kind == ALWAYS:
        return RELEASE
    t = s.at[NOW]
    if s.deadline[p] <= t:
        return DISCARD
    urgent = s.deadline[p] - t <= s.policy_threshold[n]
    if kind == BY_DEADLINE:
        return RELEASE if urgent else HOLD
    buffer = s.policy_buffer[n]
    if urgent or buffer == 0:
        return RELEASE if effective_liquidity(s, b, seen) >= s.amount[p] else HOLD
    return HOLD if seen - s.amount[p] < buffer else RELEASE


@part
def effective_liquidity(s, b, seen):
    """Balance plus limit (the peer counts the cap alone and subtracts credit in use twice)."""
    if s.options[COMPAT]:
        return seen + s.cap[b] - max(0, -seen)
    return seen + credit_limit(s, b)


@part
def covered_by(s, b, seen):
    """What a bank could pay with a balance of `seen`."""
    return max(0, seen) + max(0, credit_limit(s, b) - max(0, -seen))


@inner
def release(s, p):
    """Out of Queue 1, to be submitted in step 8."""
    leave_queue1(s, p)
    s.goes_at[p] = NONE
    submit_later(s, p)


@inner
def submit_later(s, p):
    """A payment in no queue is next in line for step 8."""
    s.klass[p] = s.declared[p] if s.declared[p] != NONE else default_class(s, p)
    s.pending_list[s.at[PENDING]] = p
    s.at[PENDING] += 1


@inner
def default_class(s, p):
    """The class of a payment that declared none: by its priority (the peer: always normal)."""
    if s.options[COMPAT]:
        return 2
    return 0 if s.priority[p] >= 8 else 1 if s.priority[p] >= 4 else 2


@inner
def drop(s, p):
    """A payment given up: it leaves for good, and pays for it unless dropping is free."""
    leave_queue1(s, p)
    b, amount = s.sender[p], s.amount[p]
    s.status[p] = DROPPED
    s.at[LIVE] -= 1
    s.day[DROPPED_N, b] += 1
    s.day[DROPPED_VALUE, b] += amount
    touch(s, p)
    if not s.options[DROP_FREE]:
        cost = penalty(s.options[EOD_MODE], s.options[EOD_PENALTY], amount)
        if not s.charged[p]:
            cost += penalty(s.options[DEADLINE_MODE], s.options[DEADLINE_PENALTY], amount)
        book(s, b, DROP, s.tx[p], cost)


@inner
def escalate(s):
    """Raise the priority of waiting payments as their deadline nears."""
    for p in range(s.at[SLOTS]):
        if s.status[p] == QUEUE1 or s.status[p] == QUEUE2:
            left = max(0, s.deadline[p] - s.at[NOW])
            if left < s.boost.size:
                raised = max(s.priority[p], min(10, s.original_priority[p] + s.boost[left]))
                if raised != s.priority[p]:
                    raise_priority(s, p, raised)


@part
def raise_priority(s, p, raised):
    set_priority(s, p, raised)
    write_notice(s, ESCALATED, NONE, s.sender[p], NONE, s.tx[p], raised, NO_VALUE, YES)


@inner
def set_priority(s, p, priority):
    """Another priority for a waiting payment; its delay may cost more or less from now on."""
    b = s.sender[p]
    s.delay_sum[b, delay_group(s, p)] -= s.amount[p]
    s.priority[p] = priority
    s.delay_sum[b, delay_group(s, p)] += s.amount[p]
    touch(s, p)
