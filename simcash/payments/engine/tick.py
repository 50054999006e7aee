"""A tick, as the specification numbers its steps."""

import numpy as np

from simcash.core.jit import ask, do, inner, njit, part, stage
from simcash.payments.engine.codes import (
    DECISION_SEQ,
    FINISHED,
    LIVE,
    NEED_ROOM,
    NOW,
    PAUSE_BEFORE,
    PAUSE_NOW,
    PHASE,
    PHASE_ARRIVALS,
    PHASE_OPEN,
    PHASE_REST,
    PHASE_SUBMIT,
    PHASE_TURNS,
    SEQ,
    SETS_NOW,
    SLOTS,
)
from simcash.payments.engine.day import apply_credits
from simcash.payments.engine.pairs import move_links
from simcash.payments.engine.room import forget_finished, wants_slots
from simcash.payments.engine.rows import write_payments
from simcash.payments.engine.turns import forget_registers

# The places of a tick, each for a stage; a run's `stages` has the addresses of those that its scenario needs.
PLACES = 19
(
    HAS_ROOM, OPEN_TICK, HAPPEN, ARRIVE, PLEDGE, ASK_BANKS, RUN_TIMERS, DECIDE, TAKE_TURNS, RECONSIDER,
    SUBMIT, PASS_QUEUE2, SAVE, PLEDGE_AT_END, BORROW, CHARGE, CLOSE_TICK, RECORD_TICK, END_TICK,
) = (np.int64(place) for place in range(PLACES))  # fmt: skip


@njit
def run(s, until):
    """Advance to tick `until`; NEED_ROOM with the wanted sizes in `need` if arrays must grow first."""
    while s.at[NOW] < until:
        if s.at[PHASE] == PHASE_OPEN:
            if not ask(s.stages[HAS_ROOM], s):
                return NEED_ROOM
            perform(s, OPEN_TICK)  # 0
            perform(s, HAPPEN)  # 1
            s.at[PHASE] = PHASE_ARRIVALS
        if s.at[PHASE] == PHASE_ARRIVALS:
            if not ask(s.stages[ARRIVE], s):  # 2
                return wants_slots(s)
            s.at[PHASE] = PHASE_REST
        if s.at[PHASE] == PHASE_REST:
            if not ask(s.stages[HAS_ROOM], s):
                return NEED_ROOM
            perform(s, PLEDGE)  # 3
            if s.pause[0] != PAUSE_NOW:
                perform(s, ASK_BANKS)  # 4
            if s.pause[0] == PAUSE_NOW:
                return FINISHED
            perform(s, RUN_TIMERS)  # 5
            s.at[PHASE] = PHASE_TURNS
        if s.at[PHASE] == PHASE_TURNS:
            if s.pause[0] == PAUSE_BEFORE:
                return FINISHED  # on the eve of step 6, for who wants to see what the banks see
            perform(s, DECIDE)  # 6
            if s.stages[TAKE_TURNS] and not ask(s.stages[TAKE_TURNS], s):  # 6
                return NEED_ROOM if s.need[0] > 0 else FINISHED
            s.at[PHASE] = PHASE_SUBMIT
        if s.stages[TAKE_TURNS] and not ask(s.stages[HAS_ROOM], s):  # turns may have split payments
            return NEED_ROOM
        perform(s, RECONSIDER)  # 7
        if s.pause[0] == PAUSE_NOW:
            return FINISHED
        perform(s, SUBMIT)  # 8
        perform(s, PASS_QUEUE2)  # 9
        perform(s, SAVE)  # 10
        perform(s, PLEDGE_AT_END)  # 11
        if s.pause[0] == PAUSE_NOW:
            return FINISHED
        perform(s, BORROW)  # 12
        apply_credits(s)  # 13
        perform(s, CHARGE)  # 14
        perform(s, CLOSE_TICK)  # 15
        forget_registers(s)  # 15
        perform(s, RECORD_TICK)  # 16
        perform(s, END_TICK)
    return FINISHED


@inner
def perform(s, place):
    """What stands in a place of the tick, if anything does."""
    if s.stages[place]:
        do(s.stages[place], s)


SPARE_SLOTS = np.int64(2048)  # finished payments kept before it is worth moving the others up


@stage
def end_tick(s):
    """Write what changed and forget what is over."""
    write_payments(s)
    if many_finished(s):
        forget_finished(s)
    begin_next(s)


@stage
def end_tick_linked(s):
    """The same where liquidity saving keeps the payments of a pair of banks together."""
    write_payments(s)
    if many_finished(s):
        before = forget_finished(s)
        move_links(s, before, s.at[SLOTS])
    begin_next(s)


@part
def many_finished(s):
    return s.at[SLOTS] > 2 * s.at[LIVE] + SPARE_SLOTS


@part
def begin_next(s):
    """Turn to the next tick."""
    s.recent_sets[s.at[NOW] % s.recent_sets.size] = s.at[SETS_NOW]
    s.at[SETS_NOW] = 0
    s.at[SEQ] = 0
    s.at[DECISION_SEQ] = 0
    s.at[PHASE] = PHASE_OPEN
    s.at[NOW] += 1
