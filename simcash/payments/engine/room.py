"""Room for what a tick may bring. Arrays grow in Python between calls; here is what to ask for."""

from simcash.core.jit import inner, part, stage
from simcash.payments.engine.codes import (
    LIVE,
    MAX_ITERATIONS,
    MOST_SUCCESSES,
    NEED_ROOM,
    NONE,
    NOTHING,
    NOW,
    PENDING,
    PHASE,
    PHASE_OPEN,
    PHASE_SUBMIT,
    QUEUE1,
    QUEUE2,
    SAVING,
    SEQUENCING,
    SLOTS,
    SPLIT,
    SQUEEZES,
    T_BANK_DAYS,
    T_BANK_TICKS,
    T_COLLATERAL,
    T_COSTS,
    T_DECISIONS,
    T_LIMITS,
    T_LIQUIDITY,
    T_NOTICES,
    T_PAYMENTS,
    T_QUEUES,
    T_RUNS,
    T_SETS,
    TIMERS,
    TOUCHED,
)
from simcash.payments.engine.day import clear
from simcash.payments.engine.events import due_count
from simcash.payments.engine.queue1 import note_deadline
from simcash.payments.engine.queue2 import lane_of, lane_space


@stage
def has_room(s):
    """Whether arrays hold what payments present and due can cause; `need` says what they must."""
    coming = due_count(s) if s.at[PHASE] == PHASE_OPEN else NOTHING
    need, banks, rules = s.need, s.balance.size, s.rule_tick.size
    payments = s.at[LIVE] + s.at[TOUCHED] + coming
    need[0] = s.at[SLOTS] + coming + 1
    count_pending(s)
    need[1] = lane_space(s)
    need[2] = s.at[SQUEEZES]
    need[3] = s.at[TIMERS] + 2 * banks
    rows = need[4:]
    rows[T_PAYMENTS] = payments
    rows[T_BANK_TICKS] = banks
    rows[T_BANK_DAYS] = banks
    rows[T_COSTS] = banks * (5 + rules) + 4 * payments
    rows[T_LIQUIDITY] = 5 * banks
    if s.at[PHASE] == PHASE_OPEN:
        moves = due_moves(s)
        need[2] += moves
        rows[T_LIQUIDITY] += need[2]
    rows[T_LIMITS] = payments
    rows[T_NOTICES] = banks * (5 + rules) + 2 * payments + 3
    rows[T_QUEUES] = payments
    rows[T_DECISIONS] = payments + 3 * banks
    rows[T_COLLATERAL] = 2 * banks + s.at[TIMERS]
    rows[T_SETS] = rows[T_RUNS] = NOTHING
    if s.options[SAVING]:
        rows[T_SETS] = payments
        rows[T_RUNS] = runs_at_most(s, payments)
    enough = need[0] <= s.tx.size and need[1] == 0
    enough = enough and need[2] <= s.squeezes.shape[1] and need[3] <= s.timers.shape[1]
    for table in range(rows.size):
        rows[table] += s.row_counts[table]
        enough = enough and rows[table] <= s.row_room[table]
    return enough


@part
def runs_at_most(s, payments):
    """How many runs of liquidity-saving algorithms a tick can have: every success takes a payment."""
    rounds = MOST_SUCCESSES + 1 if s.options[SEQUENCING] else s.options[MAX_ITERATIONS]
    return min(rounds, payments + 1) * s.algorithm.size


@part
def count_pending(s):
    """Payments that may join the central queue and are not in Queue 1, per bank in `net`."""
    clear(s.net)
    if s.at[PHASE] == PHASE_SUBMIT:  # banks may reconsider what is there already
        for b in range(s.net.size):
            s.net[b] = s.q2_count[b] if s.revisits[s.policy[b]] else 0
    for i in range(s.at[PENDING]):
        s.net[s.sender[s.pending_list[i]]] += 1


@part
def due_moves(s):
    """How often the events due now can take money from a bank's balance, at most."""
    n = s.repeated_moves[0]
    for k in range(s.event_first[s.at[NOW]], s.event_first[s.at[NOW] + 1]):
        n += s.event_moves[s.event_once[k]]
    return n


@part
def wants_slots(s):
    """Ask for twice as many payment slots: arrivals did not fit."""
    clear(s.need)
    s.need[0] = 2 * s.tx.size
    return NEED_ROOM


@inner
def forget_finished(s):
    """Payments that settled or were dropped leave the state, the others move up; the slots before."""
    for t in range(s.due_first.size):
        s.due_first[t] = NONE
    slots, n = s.at[SLOTS], NOTHING
    for p in range(slots):
        s.moved[p] = NONE
        if s.status[p] == QUEUE1 or s.status[p] == QUEUE2 or s.status[p] == SPLIT:
            s.moved[p] = n
            move_payment(s, p, n)
            n += 1
    s.at[SLOTS] = n
    for p in range(n):
        if s.status[p] == QUEUE1:
            s.next[p] = new_slot(s, s.next[p])
            s.previous[p] = new_slot(s, s.previous[p])
        elif s.status[p] == QUEUE2:
            lane = lane_of(s, p)
            s.lane_slot[s.lane_base[lane] + s.place[p]] = p
        s.parent_slot[p] = new_slot(s, s.parent_slot[p])
        note_deadline(s, p)
    for b in range(s.balance.size):
        s.q1_head[b] = new_slot(s, s.q1_head[b])
        s.q1_tail[b] = new_slot(s, s.q1_tail[b])
    return slots


@inner
def new_slot(s, p):
    return NONE if p == NONE else s.moved[p]


@part
def move_payment(s, p, n):
    """Copy one payment's columns to a lower slot."""
    for column in range(s.payment.shape[0]):
        s.payment[column, n] = s.payment[column, p]
