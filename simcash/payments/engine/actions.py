"""What a payment tree's decision does: to a payment in its bank's own queue, to one in the central queue."""

import numpy as np

from simcash.core.jit import inner
from simcash.payments.engine.budgets import use_budget, within_budget
from simcash.payments.engine.children import parts_now, parts_wanted, split, value_now
from simcash.payments.engine.codes import (
    BUDGET_EXHAUSTED,
    COMPAT,
    EVAL_ERROR,
    INDIVISIBLE,
    NO_VALUE,
    NONE,
    NOW,
    REPRIORITIZED,
    RESUBMITTED,
    SEQUENTIAL,
    TIMED,
    WITHDRAWN,
    YES,
)
from simcash.payments.engine.opcodes import (
    ACT_DROP,
    ACT_HOLD,
    ACT_PACE,
    ACT_RELEASE,
    ACT_RELEASE_WITH_CREDIT,
    ACT_REPRIORITIZE,
    ACT_RESUBMIT,
    ACT_SPLIT,
    ACT_STAGGER,
    ACT_WITHDRAW_FROM_RTGS,
    SLOT_CLASS,
    SLOT_PRIORITY,
    SLOT_TIMED,
)
from simcash.payments.engine.parameters import given, reason_given, whole
from simcash.payments.engine.queue1 import join_queue1
from simcash.payments.engine.queue2 import join_queue2, leave_queue2
from simcash.payments.engine.release import drop, release, set_priority
from simcash.payments.engine.rows import touch, write_notice, write_step
from simcash.payments.engine.seen import BALANCE, look_at_queue1, payable

IN_QUEUE1, IN_QUEUE2 = np.int64(6), np.int64(7)  # steps of the tick


@inner
def is_split(action):
    return action in (ACT_SPLIT, ACT_PACE, ACT_STAGGER)


@inner
def act_in_queue1(s, b, p, action):
    """Execute a decision of step 6; the action and the reason that go on record."""
    if action == NONE:
        return ACT_HOLD, EVAL_ERROR
    done, reason = action, NONE
    if action in (ACT_RELEASE, ACT_RELEASE_WITH_CREDIT):
        done, reason = release_within_budget(s, b, p, action)
    elif is_split(action):
        done, reason = split_within_budget(s, b, p, action)
    elif action == ACT_DROP:
        drop(s, p)
    elif action == ACT_REPRIORITIZE:
        reprioritize(s, p, IN_QUEUE1)
    elif action == ACT_HOLD:
        reason = reason_given(s)
    if s.options[SEQUENTIAL]:
        look_at_queue1(s, b)
    return done, reason


@inner
def release_within_budget(s, b, p, action):
    if s.slots[SLOT_TIMED] > s.at[NOW]:
        return ACT_HOLD, TIMED
    if not within_budget(s, b, s.receiver[p], s.amount[p]):
        return ACT_HOLD, BUDGET_EXHAUSTED
    if given(s, SLOT_PRIORITY):
        set_priority(s, p, whole(s, SLOT_PRIORITY))
    if given(s, SLOT_CLASS):
        s.declared[p] = whole(s, SLOT_CLASS)
    use_budget(s, b, s.receiver[p], s.amount[p])
    deduct(s, b, s.amount[p])
    release(s, p)
    return action, NONE


@inner
def deduct(s, b, amount):
    """In a sequential evaluation the next decision sees less, if the bank can pay this."""
    if s.options[SEQUENTIAL] and amount <= payable(s, b):
        s.sight[BALANCE] -= amount


@inner
def split_within_budget(s, b, p, action):
    parts = parts_wanted(s, p)
    if parts < 2:
        return release_within_budget(s, b, p, ACT_RELEASE)
    if not s.divisible[p] and not s.options[COMPAT]:
        return ACT_HOLD, INDIVISIBLE
    now = parts_now(s, action, parts)
    value = value_now(s, p, parts, now)
    if not s.options[COMPAT]:
        if not within_budget(s, b, s.receiver[p], value):
            return ACT_HOLD, BUDGET_EXHAUSTED
        use_budget(s, b, s.receiver[p], value)
    part = s.amount[p] // parts
    for k in range(now):
        deduct(s, b, part if k < parts - 1 else s.amount[p] - part * (parts - 1))
    split(s, p, parts, now)
    return action, NONE


@inner
def reprioritize(s, p, step):
    priority = max(0, min(10, whole(s, SLOT_PRIORITY)))
    if priority != s.priority[p]:
        set_priority(s, p, priority)
        write_step(s, REPRIORITIZED, step, s.sender[p], s.tx[p], priority)


@inner
def act_in_queue2(s, b, p, action):
    """Execute a decision of step 7; whether it is one that acts there."""
    if action == ACT_WITHDRAW_FROM_RTGS:
        withdraw_from_queue2(s, b, p)
    elif action == ACT_RESUBMIT:
        resubmit(s, b, p)
    elif action == ACT_REPRIORITIZE:
        reprioritize(s, p, IN_QUEUE2)
    else:
        return False
    return True


@inner
def withdraw_from_queue2(s, b, p):
    """Back to the end of the bank's own queue, its class forgotten."""
    leave_queue2(s, p)
    s.declared[p] = NONE
    join_queue1(s, p)
    touch(s, p)
    write_notice(s, WITHDRAWN, NONE, b, NONE, s.tx[p], s.amount[p], NO_VALUE, YES)


@inner
def resubmit(s, b, p):
    """To the end of the central queue with another class; the same class has no effect."""
    wanted = whole(s, SLOT_CLASS)
    if wanted == s.klass[p]:
        return
    since = s.since[p]
    leave_queue2(s, p)
    s.declared[p] = wanted
    s.klass[p] = wanted
    s.submission[p] = s.at[NOW]
    join_queue2(s, p)
    s.since[p] = since
    touch(s, p)
    write_notice(s, RESUBMITTED, NONE, b, NONE, s.tx[p], s.amount[p], NO_VALUE, YES)
