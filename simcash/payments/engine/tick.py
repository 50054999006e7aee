"""A tick, as the specification numbers its steps."""

import numpy as np

from simcash.core.jit import njit, stage
from simcash.payments.engine.arrivals import arrive
from simcash.payments.engine.codes import (
    DECISION_SEQ,
    FINISHED,
    LIVE,
    NEED_ROOM,
    NOW,
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
from simcash.payments.engine.costs import charge
from simcash.payments.engine.day import (
    apply_credits,
    borrow,
    close_tick,
    open_tick,
)
from simcash.payments.engine.events import happen
from simcash.payments.engine.pledges import pledge, pledge_at_end, run_timers
from simcash.payments.engine.record import record_tick
from simcash.payments.engine.release import decide
from simcash.payments.engine.room import forget_finished, has_room, wants_slots
from simcash.payments.engine.rows import write_payments
from simcash.payments.engine.saving import save_liquidity, submit_and_offset
from simcash.payments.engine.shocks import happen_with_shocks
from simcash.payments.engine.submission import pass_queue2, submit_pending
from simcash.payments.engine.turns import ask_banks, forget_registers, reconsider_queue2, take_turns


@njit
def run(s, until, trees, saving, shocks):
    """Advance to tick `until`; NEED_ROOM with the wanted sizes in `need` if arrays must grow first.

    `trees`, `saving` and `shocks` are 1 where banks decide by policy trees, payments settle in sets and the
    scenario has shocks, else None: the compiler leaves out what stands behind `is not None`, so that nothing
    unused is compiled.
    """
    while s.at[NOW] < until:
        if s.at[PHASE] == PHASE_OPEN:
            if not has_room(s):
                return NEED_ROOM
            open_tick(s)  # 0
            if shocks is not None:
                happen_with_shocks(s)  # 1
            else:
                happen(s)  # 1
            s.at[PHASE] = PHASE_ARRIVALS
        if s.at[PHASE] == PHASE_ARRIVALS:
            if not arrive(s):  # 2
                return wants_slots(s)
            s.at[PHASE] = PHASE_REST
        if trees is None:
            if not has_room(s):
                return NEED_ROOM
            if s.pause[0]:
                return FINISHED  # on the eve of step 6, for who wants to see what the banks see
            decide(s)  # 6
        else:
            if s.at[PHASE] == PHASE_REST:
                if not has_room(s):
                    return NEED_ROOM
                pledge(s)  # 3
                ask_banks(s)  # 4
                run_timers(s)  # 5
                s.at[PHASE] = PHASE_TURNS
            if s.at[PHASE] == PHASE_TURNS:
                if s.pause[0]:
                    return FINISHED
                if not take_turns(s):  # 6
                    return NEED_ROOM
                s.at[PHASE] = PHASE_SUBMIT
            if not has_room(s):
                return NEED_ROOM
            reconsider_queue2(s)  # 7
        if saving is not None:
            submit_and_offset(s)  # 8
        else:
            submit_pending(s)  # 8
        pass_queue2(s)  # 9
        if saving is not None:
            save_liquidity(s)  # 10
        if trees is not None:
            pledge_at_end(s)  # 11
        borrow(s)  # 12
        apply_credits(s)  # 13
        charge(s)  # 14
        close_tick(s)  # 15
        if trees is not None:
            forget_registers(s)  # 15
        record_tick(s)  # 16
        end_tick(s)
    return FINISHED


SPARE_SLOTS = np.int64(2048)  # finished payments kept before it is worth moving the others up


@stage
def end_tick(s):
    """Write what changed and turn to the next tick."""
    write_payments(s)
    if s.at[SLOTS] > 2 * s.at[LIVE] + SPARE_SLOTS:
        forget_finished(s)
    s.recent_sets[s.at[NOW] % s.recent_sets.size] = s.at[SETS_NOW]
    s.at[SETS_NOW] = 0
    s.at[SEQ] = 0
    s.at[DECISION_SEQ] = 0
    s.at[PHASE] = PHASE_OPEN
    s.at[NOW] += 1


# Heavy and light ones in turn, as they are shared among processes.
STAGES = (
    happen, arrive, decide, pass_queue2, record_tick, charge, has_room, submit_pending, close_tick, open_tick,
    borrow, end_tick,
)  # fmt: skip
SAVING_STAGES = (save_liquidity, submit_and_offset)  # where payments settle in sets
TREE_STAGES = (take_turns, pledge, ask_banks, reconsider_queue2, run_timers, pledge_at_end)
