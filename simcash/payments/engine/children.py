"""Splitting: a payment is replaced by parts that settle by themselves; with the last part it has settled."""

from simcash.core.jit import inner
from simcash.payments.engine.arrivals import begin
from simcash.payments.engine.codes import (
    FRICTION,
    FROM_SPLIT,
    NEXT_ID,
    NOTHING,
    NOW,
    SLOTS,
    SPLIT,
    SPLIT_COST,
    TICKS,
)
from simcash.payments.engine.costs import book
from simcash.payments.engine.opcodes import (
    ACT_STAGGER,
    SLOT_BOOST,
    SLOT_FIRST_NOW,
    SLOT_GAP,
    SLOT_SPLITS,
)
from simcash.payments.engine.parameters import whole, whole_or
from simcash.payments.engine.queue1 import join_queue1, leave_queue1
from simcash.payments.engine.release import submit_later
from simcash.payments.engine.rows import touch

MOST_PARTS = NOTHING + 100_000  # of one payment


@inner
def parts_wanted(s, p):
    """Into how many parts the decision splits a payment: none of less than a cent."""
    return min(whole(s, SLOT_SPLITS), s.amount[p], MOST_PARTS)


@inner
def parts_now(s, action, parts):
    """How many of them are submitted now."""
    if action != ACT_STAGGER:
        return parts
    return max(0, min(parts, whole_or(s, SLOT_FIRST_NOW, NOTHING + 1)))


@inner
def value_now(s, p, parts, now):
    """What the parts submitted now are worth; the last of all takes the rest."""
    return s.amount[p] if now == parts else s.amount[p] // parts * now


@inner
def split(s, p, parts, now):
    """Replace a payment of Queue 1 by parts: some submitted now, the others at intervals."""
    leave_queue1(s, p)
    s.status[p] = SPLIT
    touch(s, p)
    book(s, s.sender[p], FRICTION, s.tx[p], s.options[SPLIT_COST] * (parts - 1))
    gap = max(1, min(whole_or(s, SLOT_GAP, NOTHING + 1), s.options[TICKS]))
    boost = whole_or(s, SLOT_BOOST, NOTHING)
    part = s.amount[p] // parts
    for k in range(parts):
        child = new_child(s, p, part if k < parts - 1 else s.amount[p] - part * (parts - 1), boost)
        if k < now:
            submit_later(s, child)
        else:
            s.goes_at[child] = s.at[NOW] + (k - now + 1) * gap
            join_queue1(s, child)


@inner
def new_child(s, whole_payment, amount, boost):
    """One part of a payment, in no queue yet; its slot."""
    p = s.at[SLOTS]
    s.at[SLOTS] = p + 1
    s.tx[p] = s.at[NEXT_ID]
    s.at[NEXT_ID] += 1
    s.sender[p] = s.sender[whole_payment]
    s.receiver[p] = s.receiver[whole_payment]
    s.amount[p] = amount
    s.priority[p] = max(0, min(10, s.priority[whole_payment] + boost))
    s.divisible[p] = s.divisible[whole_payment]
    s.deadline[p] = s.deadline[whole_payment]
    begin(s, p, FROM_SPLIT)
    s.parent[p] = s.tx[whole_payment]
    s.arrival[p] = s.arrival[whole_payment]
    s.overdue[p] = s.overdue[whole_payment]
    s.charged[p] = s.charged[whole_payment]
    s.parent_slot[p] = whole_payment
    s.original_priority[p] = max(0, min(10, s.original_priority[whole_payment] + boost))
    s.declared[p] = s.declared[whole_payment]
    return p
