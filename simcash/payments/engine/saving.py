"""Step 10, liquidity saving: the algorithms in their order, and what they leave the queue in."""

import numpy as np

from simcash.core.jit import inner, part, stage
from simcash.payments.engine.bilateral import offset_ahead, offset_on_entry, offset_pairs
from simcash.payments.engine.codes import (
    AHEAD,
    ALL_OR_NOTHING,
    CAPACITY,
    CYCLES,
    DEADLOCK,
    ENTRY_OFFSETS,
    FIRST,
    GRIDLOCK,
    HINDERED,
    INFINITE,
    LIMITED,
    MAX_ITERATIONS,
    MAX_VALUE,
    MAXIMUM,
    MOST_SUCCESSES,
    NETTING,
    NO_LOCK,
    NONE,
    NOTHING,
    NOW,
    PAIRS,
    PARTIAL_NETTING,
    PENDING,
    PREFIXES,
    QUEUE2,
    RECORD,
    RETRY,
    SECOND,
    SENT,
    SEQUENCING,
    STANDARD,
    T_RUNS,
    WITH_BILATERAL,
    WITH_CYCLES,
)
from simcash.payments.engine.cycles import settle_cycles
from simcash.payments.engine.memory import is_news
from simcash.payments.engine.netting import find_prefixes, netting_set, whole_queue
from simcash.payments.engine.optimum import best_set
from simcash.payments.engine.pairs import follow_queue2, link
from simcash.payments.engine.rows import next_seq, write_run
from simcash.payments.engine.sets import try_set
from simcash.payments.engine.settle import capacity_left, saving_down
from simcash.payments.engine.submission import pass_queue2, submit

FEW = np.int64(20)  # payments of which every set is tried to tell a deadlock


@stage
def submit_and_offset(s):
    """Step 8 with entry disposition offsetting."""
    offsetting = s.options[ENTRY_OFFSETS] and not saving_down(s)
    if offsetting:
        note_limits(s)
        follow_queue2(s)
    for i in range(s.at[PENDING]):
        p = s.pending_list[i]
        submit(s, p)
        if offsetting and s.status[p] == QUEUE2:
            link(s, p)
            offset_on_entry(s, p)
    s.at[PENDING] = 0


@stage
def save_liquidity(s):
    """Step 10."""
    note_limits(s)
    follow_queue2(s)
    if saving_down(s):
        return
    runs = NOTHING
    if s.algorithm.size > 0 and waiting(s) > 0:
        runs = run_sequence(s) if s.options[SEQUENCING] else run_list(s)
    if runs > 0 and s.options[RECORD] >= STANDARD:
        s.rows_runs[s.rows_runs.shape[0] - 1, s.row_counts[T_RUNS] - 1] = lock(s)
    s.at[HINDERED] = 1 if is_hindered(s) else 0


@part
def note_limits(s):
    """Whether something other than money can keep a set from settling, or did when this was last tried."""
    limited = s.bilateral_limit.size > 0 or s.at[HINDERED] == 1 or is_hindered(s)
    for b in range(s.balance.size):
        limited = limited or s.multilateral_limit[b] != NONE
    s.saved[LIMITED] = 1 if limited else 0


@inner
def is_hindered(s):
    """Whether an outage or a capacity is in force."""
    hindered = s.at[CAPACITY] < INFINITE or saving_down(s)
    for b in range(s.balance.size):
        hindered = hindered or s.sends_from[b] > s.at[NOW] or s.receives_from[b] > s.at[NOW]
    return hindered


@inner
def waiting(s):
    """How many payments wait in the central queue."""
    count = NOTHING
    for b in range(s.balance.size):
        count += s.q2_count[b]
    return count


@part
def run_list(s):
    """The list again and again until all of it settles nothing, or often enough; how many runs."""
    runs, iteration = NOTHING, NOTHING
    while iteration < s.options[MAX_ITERATIONS]:
        iteration += 1
        settled = NOTHING
        for k in range(s.algorithm.size):
            settled += run_algorithm(s, k, iteration)
            runs += 1
        if settled == 0:
            break
    return runs


@part
def run_sequence(s):
    """Algorithms 1, 2, 3 until one succeeds, then from 1 again; how many runs."""
    runs, k, successes = NOTHING, NOTHING, NOTHING
    while k < s.algorithm.size and successes < MOST_SUCCESSES and waiting(s) > 0:
        k += 1
        runs += 1
        if run_algorithm(s, k - 1, runs) > 0:
            successes += 1
            k = NOTHING
    return runs


@inner
def run_algorithm(s, k, iteration):
    """One run of one algorithm with its row, then a pass over the queue if it settled something."""
    before, seq = settled_value(s), next_seq(s)  # its row has the moment at which it began
    count = settle_by(s, k, iteration)
    write_run(s, seq, s.algorithm[k], count, settled_value(s) - before)
    if count > 0:
        pass_queue2(s)
        follow_queue2(s)
    return count


@inner
def settled_value(s):
    """Value settled today."""
    value = NOTHING
    for b in range(s.balance.size):
        value += s.day[SENT, b]
    return value


@inner
def settle_by(s, k, iteration):
    """Settle what algorithm k of the list can; how many payments."""
    kind, mode, size = s.algorithm[k], s.algorithm_mode[k], s.algorithm_size[k]
    count = NOTHING
    if kind == RETRY:
        return retry(s)
    if kind == PAIRS and mode == AHEAD:
        return offset_ahead(s, k, size, iteration)
    if kind == PAIRS:
        return offset_pairs(s, k, mode, iteration)
    if kind == CYCLES:
        return settle_cycles(s, k, size, iteration)
    if kind in (NETTING, SECOND):
        return settle_best(s, k, NOTHING, PARTIAL_NETTING, iteration)
    if kind == MAXIMUM:
        return settle_best(s, k, size, MAX_VALUE, iteration)
    if kind == FIRST:
        return settle_best(s, k, NONE, ALL_OR_NOTHING, iteration)
    if s.options[WITH_BILATERAL]:
        count += offset_pairs(s, k, PREFIXES, iteration)
    if s.options[WITH_CYCLES]:
        count += settle_cycles(s, k + 1, size, iteration)
    return count


@part
def retry(s):
    """Passes over the queue until one settles nothing."""
    count, passed = NOTHING, pass_queue2(s)
    while passed > 0:
        count += passed
        passed = pass_queue2(s)
    follow_queue2(s)
    return count


@inner
def settle_best(s, memo, most, channel, iteration):
    """Settle the one set that an algorithm chooses; how many payments."""
    if not is_news(s, memo):
        return NOTHING
    if channel == PARTIAL_NETTING:
        n = netting_set(s)
    elif channel == MAX_VALUE:
        n = best_set(s, most)
    else:
        n = whole_queue(s)
    return n if n > 0 and try_set(s, n, channel, iteration) else NOTHING


@part
def lock(s):
    """What the queue is in: nothing, a gridlock that netting would dissolve, or a deadlock."""
    if waiting(s) == 0:
        return NO_LOCK
    if 0 < find_prefixes(s) <= capacity_left(s) or (waiting(s) <= FEW and best_set(s, FEW) > 0):
        return GRIDLOCK
    return DEADLOCK
