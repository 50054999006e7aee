"""Which stage stands in each place of a tick: what a scenario does not use is neither compiled nor run."""

from __future__ import annotations

from typing import Any

from simcash.core.ahead import compile_ahead
from simcash.core.jit import address
from simcash.payments.engine import codes, tick
from simcash.payments.engine.arrivals import arrive
from simcash.payments.engine.costs import charge, charge_each
from simcash.payments.engine.day import borrow, close_tick, open_tick
from simcash.payments.engine.events import happen
from simcash.payments.engine.pledges import pledge, pledge_at_end, run_timers
from simcash.payments.engine.record import record_queues, record_tick
from simcash.payments.engine.release import decide
from simcash.payments.engine.room import has_room
from simcash.payments.engine.saving import save_liquidity, submit_and_offset
from simcash.payments.engine.shocks import happen_with_shocks
from simcash.payments.engine.submission import pass_queue2, submit_pending
from simcash.payments.engine.turns import ask_banks, reconsider_queue2, take_turns
from simcash.payments.happenings import Shock
from simcash.payments.scenario import Scenario
from simcash.payments.state import Store

TREES = {
    tick.TAKE_TURNS: take_turns,
    tick.PLEDGE: pledge,
    tick.ASK_BANKS: ask_banks,
    tick.RECONSIDER: reconsider_queue2,
    tick.RUN_TIMERS: run_timers,
    tick.PLEDGE_AT_END: pledge_at_end,
}


def make_ready(store: Store, scenario: Scenario, trees: bool) -> None:
    """Compile the stages that a run uses, as far as they are not yet, and put them in their places."""
    stages = stages_for(store["options"], scenario, trees)
    compile_ahead("payments", list(stages.values()), store.record)
    store["stages"][:] = 0
    for place, stage in stages.items():
        store["stages"][place] = address(stage, store.record)
    tick.run(store.record, 0)


def stages_for(options: Any, scenario: Scenario, trees: bool) -> dict[Any, Any]:
    """The stages of a run by place, heavy and light ones in turn, as they are shared among processes."""
    by_payment = options[codes.RECORD] >= codes.FULL or options[codes.ATTRIBUTE]
    stages = {
        tick.ARRIVE: arrive,
        tick.PASS_QUEUE2: pass_queue2,
        tick.CHARGE: charge_each if by_payment else charge,
        tick.HAS_ROOM: has_room,
        tick.RECORD_TICK: record_queues if options[codes.RECORD] >= codes.FULL else record_tick,
        tick.CLOSE_TICK: close_tick,
        tick.OPEN_TICK: open_tick,
        tick.END_TICK: tick.end_tick,
    }
    stages |= TREES if trees else {tick.DECIDE: decide}
    if scenario.saves:
        stages |= {tick.SAVE: save_liquidity, tick.SUBMIT: submit_and_offset}
        stages[tick.END_TICK] = tick.end_tick_linked
    else:
        stages[tick.SUBMIT] = submit_pending
    if scenario.scenario_events:
        shocks = any(isinstance(event, Shock) for event in scenario.scenario_events)
        stages[tick.HAPPEN] = happen_with_shocks if shocks else happen
    if options[codes.BORROWING_RATE] != codes.NONE:
        stages[tick.BORROW] = borrow
    return stages
