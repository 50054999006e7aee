"""Step 1 where a scenario has shocks: outages, capacity, credit, squeezes, margin calls, new behaviour."""

import numpy as np

from simcash.core.exact import muldiv
from simcash.core.jit import inner, njit, part, stage
from simcash.payments.engine.codes import (
    CAP_ADJUSTMENT,
    CAP_CHANGE,
    CAPACITY,
    CAPACITY_LIMIT,
    COMPAT,
    FRACTION_CHANGE,
    FROM_EVENT,
    HAIRCUT_CHANGE,
    MARGIN_CALL,
    NO,
    NO_VALUE,
    NONE,
    NOTHING,
    NOW,
    OUTAGE_ENDED,
    OUTFLOW,
    PARTICIPANT_OUTAGE,
    PENDING,
    POLICY_CHANGE,
    QUEUE1,
    SAVING_BACK,
    SAVING_OUTAGE,
    SQUEEZE,
    SQUEEZED,
    SQUEEZES,
    SYSTEM_BACK,
    SYSTEM_OUTAGE,
    TICKS_PER_DAY,
    YES,
)
from simcash.payments.engine.collateral import QUINTILLION, value_collateral
from simcash.payments.engine.day import from_outside
from simcash.payments.engine.events import due_events, execute, new_payment, write_event
from simcash.payments.engine.rows import write_notice

LARGEST_CAP = np.int64(1 << 53)  # as large as any amount in a scenario
QUADRILLION = np.int64(10**15)  # a cap's multiplier is in these parts
SENDS, RECEIVES = np.int64(1), np.int64(2)  # what of a participant is out, added up


@stage
def happen_with_shocks(s):
    """Step 1: what ends, what is given back, then the events due at this tick in list order."""
    if s.at[NOW] > 0:
        end_outages(s)
    give_back(s)
    for i in range(due_events(s)):
        e = s.items[i]
        kind = s.event_kind[e]
        if kind == MARGIN_CALL:
            call_margin(s, e)
        elif CAP_ADJUSTMENT <= kind <= HAIRCUT_CHANGE or kind == SQUEEZE:
            for b in range(s.balance.size):
                if s.event_from[e] == NONE or s.event_from[e] == b:
                    strike_bank(s, e, kind, b)
            write_event(s, e, NONE, YES)
        elif kind >= SYSTEM_OUTAGE:
            strike(s, e, kind)
            write_event(s, e, NONE, YES)
        else:
            execute(s, e)


@part
def strike(s, e, kind):
    """What works no longer, and banks that behave otherwise."""
    b, back = s.event_from[e], s.at[NOW] + s.event_duration[e]
    if kind == SYSTEM_OUTAGE:
        s.at[SYSTEM_BACK] = max(s.at[SYSTEM_BACK], back)
    elif kind == SAVING_OUTAGE:
        s.at[SAVING_BACK] = max(s.at[SAVING_BACK], back)
    elif kind == CAPACITY_LIMIT:
        s.at[CAPACITY] = min(s.at[CAPACITY], s.event_amount[e])
    elif kind == PARTICIPANT_OUTAGE:
        if s.event_share[e] & SENDS:
            s.sends_from[b] = max(s.sends_from[b], back)
        if s.event_share[e] & RECEIVES:
            s.receives_from[b] = max(s.receives_from[b], back)
    elif kind == POLICY_CHANGE:
        install(s, b, s.event_policy[e], s.event_share[e])
    elif kind == FRACTION_CHANGE:
        s.alloc_next[b] = s.event_share[e]
        s.fraction[b] = s.event_value[e]
        s.fraction_next[b] = s.event_value[e]


@njit
def install(s, b, policy, allocated):
    """Bank b follows another policy; with it may come another share of the pool at the next allocation."""
    s.policy[b] = policy
    if allocated != NONE:
        s.alloc_next[b] = allocated
        s.fraction_next[b] = s.policy_fraction[policy]
        if not s.options[COMPAT] or s.at[NOW] >= s.options[TICKS_PER_DAY]:
            s.fraction[b] = s.policy_fraction[policy]


@part
def strike_bank(s, e, kind, b):
    """One bank's credit changes, or its money goes."""
    if kind <= CAP_CHANGE:
        cap = muldiv(s.cap[b], s.event_share[e], QUADRILLION) + s.event_amount[e]
        s.cap[b] = min(max(0, cap), LARGEST_CAP)
    elif kind == HAIRCUT_CHANGE:
        s.haircut_bits[b] = np.float64(s.event_value[e]).view(np.int64)
        s.keep[b] = s.event_share[e]
        value_collateral(s, b)
    else:
        squeeze(s, b, s.event_amount[e] + muldiv(max(0, s.balance[b]), s.event_share[e], QUINTILLION), e)


@part
def squeeze(s, b, amount, e):
    """Take money out, unchecked; for a while if the event has a duration."""
    from_outside(s, b, SQUEEZED, -amount)
    if s.event_duration[e] > 0:
        i = s.at[SQUEEZES]
        s.at[SQUEEZES] = i + 1
        s.squeezes[0, i] = s.at[NOW] + s.event_duration[e]
        s.squeezes[1, i] = b
        s.squeezes[2, i] = amount


@part
def give_back(s):
    """What squeezes took until now."""
    n = NOTHING
    for i in range(s.at[SQUEEZES]):
        if s.squeezes[0, i] == s.at[NOW]:
            from_outside(s, s.squeezes[1, i], SQUEEZED, s.squeezes[2, i])
        else:
            for k in range(3):
                s.squeezes[k, n] = s.squeezes[k, i]
            n += 1
    s.at[SQUEEZES] = n


@part
def call_margin(s, e):
    """A payment that heads step 8, or money that leaves at once."""
    b, tx = s.event_from[e], NONE
    if s.event_to[e] == NONE:
        from_outside(s, b, OUTFLOW, -s.event_amount[e])
    else:
        deadline = s.at[NOW] + s.event_deadline[e]
        p = new_payment(s, b, s.event_to[e], s.event_amount[e], s.event_priority[e], NO, deadline, FROM_EVENT)
        s.declared[p] = 0
        s.klass[p] = 0
        s.status[p] = QUEUE1
        s.pending_list[s.at[PENDING]] = p
        s.at[PENDING] += 1
        tx = s.tx[p]
    write_event(s, e, tx, YES)


@part
def end_outages(s):
    """A notice of everything that works again from this tick on."""
    t = s.at[NOW]
    if s.at[SYSTEM_BACK] == t:
        write_end(s, SYSTEM_OUTAGE, NONE)
    if s.at[SAVING_BACK] == t:
        write_end(s, SAVING_OUTAGE, NONE)
    for b in range(s.balance.size):
        if s.sends_from[b] == t or s.receives_from[b] == t:
            write_end(s, PARTICIPANT_OUTAGE, b)


@inner
def write_end(s, event, b):
    write_notice(s, OUTAGE_ENDED, event, b, NONE, NONE, NOTHING, NO_VALUE, YES)
