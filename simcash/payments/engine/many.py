"""Many runs of one scenario, a seed each, and what each of them comes to."""

import numpy as np

from simcash.core import rng
from simcash.core.jit import inner, njit, part
from simcash.payments.engine.codes import (
    ARRIVED,
    DROPPED_VALUE,
    INDEXED,
    INFINITE,
    KINDS,
    NEED_ROOM,
    NO,
    NONE,
    NOTHING,
    NOW,
    TICKS,
    TICKS_PER_DAY,
    numbers,
)
from simcash.payments.engine.tick import run

# Measures: those that `day` counts come first, then these, then the kinds of cost.
WAITING, WAITING_VALUE, BALANCE, PEAK_OVERDRAFT, DELAY_INDICATOR, COST = numbers(16)[10:]
FIRST_COST = COST + 1
QUEUED, CAME = numbers(2)  # places in `value`: summed over ends of ticks, what waits and what has arrived


@njit
def run_seeds(m, s, first, stop, until):
    """The runs of seeds `first` to `stop`; where it ended, which is earlier if arrays must grow first."""
    for k in range(first, stop):
        open_with(m, s, m.seed[k])
        while s.at[NOW] < until:
            if run(s, s.at[NOW] + 1) == NEED_ROOM:
                return k
            count(m, s, until)
        for i in range(m.measure.size):
            m.result[i, k] = result(m, s, m.measure[i], m.bank[i])
    return stop


@inner
def open_with(m, s, seed):
    """The state as at the opening, with the streams of another seed."""
    m.state[:] = m.opening
    m.flow[:, :] = 0
    m.low[:] = INFINITE
    m.value[:] = 0.0
    s.saved[INDEXED] = NO
    rng.start(s.stream, NOTHING, seed)
    of_seed = rng.splitmix(seed)
    for b in range(m.key.size):
        s.stream_key[b] = rng.fold(of_seed, m.key[b])


@part
def count(m, s, until):
    """Add up what the state forgets: at the end of a tick, and of a day."""
    now = s.at[NOW]
    last = now == until or now % s.options[TICKS_PER_DAY] == 0
    waiting, came = NOTHING, NOTHING
    for b in range(s.balance.size):
        waiting += s.q1_value[b] + s.q2_value[b]
        came += m.flow[ARRIVED, b] + s.day[ARRIVED, b]
        if last:
            m.low[b] = min(m.low[b], s.min_day[b])
            for k in range(m.flow.shape[0]):
                m.flow[k, b] += s.day[k, b]
    if now < s.options[TICKS]:  # who waits at the very end waits no longer
        m.value[QUEUED] += waiting
        m.value[CAME] += came


@inner
def result(m, s, measure, bank):
    """A measure of one bank, or of all banks together."""
    if measure == DELAY_INDICATOR:
        return np.float64(m.value[QUEUED] / m.value[CAME]).view(np.int64)
    if bank != NONE:
        return of_bank(m, s, measure, bank)
    total = NOTHING
    for b in range(s.balance.size):
        total += of_bank(m, s, measure, b)
    return total


@inner
def of_bank(m, s, measure, b):
    if measure <= DROPPED_VALUE:
        return m.flow[measure, b]
    if measure >= FIRST_COST:
        return s.cost_run[measure - FIRST_COST, b]
    if measure == WAITING:
        return s.q1_count[b] + s.q2_count[b]
    if measure == WAITING_VALUE:
        return s.q1_value[b] + s.q2_value[b]
    if measure == BALANCE:
        return s.balance[b]
    if measure == PEAK_OVERDRAFT:
        return max(0, -m.low[b])
    cost = NOTHING
    for kind in range(KINDS):
        cost += s.cost_run[kind, b]
    return cost
