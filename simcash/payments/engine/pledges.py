"""Steps 3, 5 and 11: trees that post and withdraw collateral, and timers that take it back."""

from simcash.core.jit import inner, part, stage
from simcash.payments.engine.codes import (
    END_OF_TICK,
    EVAL_ERROR,
    NONE,
    NOTHING,
    NOW,
    STRATEGIC,
    TICKS,
    TIMER,
    TIMERS,
)
from simcash.payments.engine.collateral import post_collateral, withdraw_collateral
from simcash.payments.engine.decisions import tell_decision
from simcash.payments.engine.opcodes import (
    ACT_HOLD_COLLATERAL,
    ACT_POST,
    ACT_WITHDRAW,
    END_OF_TICK_TREE,
    SLOT_AMOUNT,
    SLOT_WITHDRAW_AFTER,
    STRATEGIC_TREE,
)
from simcash.payments.engine.parameters import given, reason_given, whole
from simcash.payments.engine.seen import about_bank, is_awaited, look, survey
from simcash.payments.engine.trees import evaluate
from simcash.payments.engine.turns import tree_of

TIMER_BUFFER = NOTHING + 100  # cents of credit that a timer leaves secured
NO_BUFFER = NOTHING


@stage
def pledge(s):
    """Step 3: the strategic trees."""
    ask_trees(s, STRATEGIC_TREE, STRATEGIC)


@stage
def pledge_at_end(s):
    """Step 11: the end-of-tick trees."""
    ask_trees(s, END_OF_TICK_TREE, END_OF_TICK)


@inner
def ask_trees(s, tree, layer):
    """Every bank that has such a tree decides about its collateral."""
    survey(s)
    for b in s.order:
        start = tree_of(s, b, tree)
        if start != NONE:
            look(s, b)
            if is_awaited(s, about_bank(b, tree)):
                return
            move_pledges(s, b, start, tree, layer)


@part
def move_pledges(s, b, start, tree, layer):
    """One bank's decision about its collateral."""
    said = action = evaluate(s, start, b, NONE)
    reason = reason_given(s) if action != NONE else EVAL_ERROR
    if (action != ACT_POST and action != ACT_WITHDRAW) or whole(s, SLOT_AMOUNT) <= 0:
        action = ACT_HOLD_COLLATERAL
    elif action == ACT_POST:
        posted = post_collateral(s, b, layer, whole(s, SLOT_AMOUNT), reason)
        if posted > 0 and given(s, SLOT_WITHDRAW_AFTER):
            set_timer(s, b, posted)
    else:
        withdraw_collateral(s, b, layer, whole(s, SLOT_AMOUNT), NO_BUFFER, reason)
    tell_decision(s, b, tree, NONE, said, action, reason)


@part
def set_timer(s, b, amount):
    i = s.at[TIMERS]
    s.timers[0, i] = b
    s.timers[1, i] = s.at[NOW] + max(0, min(whole(s, SLOT_WITHDRAW_AFTER), s.options[TICKS]))
    s.timers[2, i] = amount
    s.at[TIMERS] = i + 1


@stage
def run_timers(s):
    """Step 5: what a timer cannot take back now it tries to take back in the next tick."""
    if s.at[TIMERS] == 0:
        return
    list_timers(s)
    for b in s.order:
        i = s.timer_first[b]
        while i != NONE:
            if s.timers[1, i] <= s.at[NOW]:
                s.timers[2, i] -= withdraw_collateral(s, b, TIMER, s.timers[2, i], TIMER_BUFFER, NONE)
            i = s.timers[3, i]
    kept = NOTHING
    for i in range(s.at[TIMERS]):
        if s.timers[2, i] > 0:
            for row in range(3):
                s.timers[row, kept] = s.timers[row, i]
            kept += 1
    s.at[TIMERS] = kept


@part
def list_timers(s):
    """Chain the timers by bank, the oldest first."""
    for b in range(s.balance.size):
        s.timer_first[b] = NONE
    for i in range(s.at[TIMERS] - 1, -1, -1):
        b = s.timers[0, i]
        s.timers[3, i] = s.timer_first[b]
        s.timer_first[b] = i
