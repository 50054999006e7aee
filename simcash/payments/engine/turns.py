"""Steps 4, 6 and 7 where banks decide by policy trees: each has its turn, sorted by id."""

import numpy as np

from simcash.core.jit import inner, part, stage
from simcash.payments.engine.actions import act_in_queue1, act_in_queue2, is_split
from simcash.payments.engine.budgets import open_budget, set_budget
from simcash.payments.engine.children import parts_wanted
from simcash.payments.engine.codes import (
    BUDGET_SET,
    BY_TREE,
    ESCALATE,
    EVAL_ERROR,
    NONE,
    NOTHING,
    NOW,
    PAUSE_AT,
    PAUSE_NOW,
    RESUME,
    SLOTS,
    TURN,
    YES,
)
from simcash.payments.engine.day import clear, is_day_end
from simcash.payments.engine.decisions import remember_hold, tell_decision
from simcash.payments.engine.opcodes import (
    ACT_ADD_STATE,
    ACT_HOLD,
    ACT_NOTHING,
    ACT_RELEASE,
    ACT_REPRIORITIZE,
    ACT_SET_BUDGET,
    ACT_SET_STATE,
    BANK_TREE,
    PAYMENT_TREE,
    SLOT_KEY,
    SLOT_VALUE,
)
from simcash.payments.engine.parameters import reason_given, whole
from simcash.payments.engine.queue1 import sort_queue1
from simcash.payments.engine.queue2 import lanes_per_bank
from simcash.payments.engine.release import escalate, go_through_queue, release
from simcash.payments.engine.rows import write_notice, write_register
from simcash.payments.engine.seen import about_bank, is_awaited, look, survey
from simcash.payments.engine.settle import system_down
from simcash.payments.engine.trees import evaluate, forget_parameters


@inner
def tree_of(s, b, tree):
    """Where a bank's tree begins, or NONE."""
    policy = s.policy[b]
    return s.tree_start[policy, tree] if s.policy_kind[policy] == BY_TREE else NONE


@stage
def ask_banks(s):
    """Step 4: the trees that set budgets and registers."""
    clear(s.budgeted)
    survey(s)
    for b in s.order:
        s.budget[b] = NONE
        start = tree_of(s, b, BANK_TREE)
        if start != NONE:
            look(s, b)
            if is_awaited(s, about_bank(b, BANK_TREE)):
                return
            act_for_bank(s, b, evaluate(s, start, b, NONE))


@part
def act_for_bank(s, b, action):
    reason = reason_given(s) if action != NONE else EVAL_ERROR
    if action == ACT_SET_BUDGET:
        set_budget(s, b)
        write_notice(s, BUDGET_SET, NONE, b, NONE, NONE, s.budget[b], np.float64(s.budget_each[b]), YES)
    elif action in (ACT_SET_STATE, ACT_ADD_STATE):
        key = whole(s, SLOT_KEY)
        before = s.registers[b, key] if action == ACT_ADD_STATE else 0.0
        s.registers[b, key] = before + s.slots[SLOT_VALUE]
        write_register(s, b, key, s.registers[b, key])
    tell_decision(s, b, BANK_TREE, NONE, action, ACT_NOTHING if action == NONE else action, reason)


@stage
def take_turns(s):
    """Step 6; False if it stops at a payment: then the turn goes on there later."""
    if s.at[TURN] == 0 and s.at[RESUME] == 0:
        survey(s)
        if s.options[ESCALATE]:
            escalate(s)
    while s.at[TURN] < s.order.size:
        if not take_turn(s, s.order[s.at[TURN]]):
            return False
        s.at[TURN] += 1
    s.at[TURN] = 0
    return True


@inner
def take_turn(s, b):
    """One bank's turn: parts that are due go out, then its policy decides about each other payment."""
    if s.at[NOW] < s.sends_from[b]:
        return True
    by_tree = s.policy_kind[s.policy[b]] == BY_TREE
    if s.at[RESUME] == 0:
        if s.policy_sorts[s.policy[b]]:
            sort_queue1(s, b)
        send_parts(s, b)
        if not by_tree:
            go_through_queue(s, b)
            return True
        look(s, b)
        open_budget(s, b)
        s.at[RESUME] = s.q1_head[b] + 1
    start = s.tree_start[s.policy[b], PAYMENT_TREE]
    p = s.at[RESUME] - 1
    while p != NONE:
        after = s.next[p]
        if s.goes_at[p] == NONE and not decide_about(s, b, p, start):
            s.at[RESUME] = p + 1
            return False
        p = after
    s.at[RESUME] = 0
    return True


@part
def send_parts(s, b):
    """Parts of split payments whose time has come."""
    p = s.q1_head[b]
    while p != NONE:
        after = s.next[p]
        if s.goes_at[p] != NONE and s.goes_at[p] <= s.at[NOW]:
            release(s, p)
        p = after


@part
def decide_about(s, b, p, start):
    """The payment tree's decision and what comes of it; False, and nothing done, for want of room (then
    `need` says it) or because someone wants to see what the bank sees."""
    if s.pause[0] == PAUSE_AT + p:
        clear(s.need)
        return False
    action = ACT_RELEASE
    if start == NONE:
        forget_parameters(s)
    else:
        action = evaluate(s, start, b, p)
    if is_split(action):
        room = s.at[SLOTS] + parts_wanted(s, p)
        if room > s.tx.size:
            clear(s.need)
            s.need[0] = room
            return False
    done, reason = act_in_queue1(s, b, p, action)
    if done in (ACT_HOLD, ACT_REPRIORITIZE):
        remember_hold(s, p, reason)
    tell_decision(s, b, PAYMENT_TREE, s.tx[p], action, done, reason)
    return True


@stage
def reconsider_queue2(s):
    """Step 7: banks may take payments back from the central queue, or give them another class or priority."""
    if system_down(s):
        return
    survey(s)
    for b in s.order:
        if s.revisits[s.policy[b]] and s.q2_count[b] > 0 and s.at[NOW] >= s.sends_from[b]:
            look(s, b)
            changed = reconsider(s, b, s.tree_start[s.policy[b], PAYMENT_TREE])
            if s.pause[0] == PAUSE_NOW:
                return
            if changed:
                survey(s)


@inner
def reconsider(s, b, start):
    """One bank's payments in the central queue, in its order; whether it changed any."""
    n, changed = NOTHING, False
    for lane in range(lanes_per_bank(s) * b, lanes_per_bank(s) * (b + 1)):
        for i in range(s.lane_base[lane], s.lane_base[lane] + s.lane_length[lane]):
            if s.lane_slot[i] != NONE:
                s.items[n] = s.lane_slot[i]
                n += 1
    for i in range(n):
        p = s.items[i]
        if is_awaited(s, PAUSE_AT + p):
            break
        action = evaluate(s, start, b, p)
        if act_in_queue2(s, b, p, action):
            changed = True
            tell_decision(s, b, PAYMENT_TREE, s.tx[p], action, action, NONE)
    return changed


@part
def forget_registers(s):
    """At the end of a day every register is 0 again."""
    if is_day_end(s):
        for b in range(s.registers.shape[0]):
            for key in range(s.registers.shape[1]):
                s.registers[b, key] = 0.0
