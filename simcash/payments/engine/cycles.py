"""Cycles: payments that run in a circle through three banks or more.

The search begins only at what changed since it last looked: at changed edges, and where a bank that can pay
more now may pass on what it could not pass on then.

One run looks at CYCLE_STEPS edges at most, the most valuable changed edges first; what is left over waits for
the next run.
"""

import numpy as np

from simcash.core.jit import inner, part
from simcash.payments.engine.bilateral import put_edge
from simcash.payments.engine.candidates import (
    HEADER,
    begin_search,
    last_row,
    search_on,
    take_best,
)
from simcash.payments.engine.circles import search_bank, search_edge
from simcash.payments.engine.codes import (
    COUNT,
    CYCLE,
    FOUND,
    HEAD,
    MAX_CYCLES,
    NONE,
    NOTHING,
    PAYER,
    ROUND,
    STEPS_LEFT,
    VALUE,
)
from simcash.payments.engine.memory import (
    FAR_BELOW,
    begin_run,
    empty_list,
    end_run,
    look_at_banks,
    look_later,
)
from simcash.payments.engine.pairs import find_edge
from simcash.payments.engine.sets import try_set
from simcash.payments.engine.settle import available
from simcash.payments.engine.sorting import sort_by_key

CYCLE_STEPS = np.int64(2_000_000)


@inner
def settle_cycles(s, memo, longest, iteration):
    """One run over all cycles up to a length, the most valuable first; payments settled."""
    begin_run(s)
    begin_search(s)
    s.saved[STEPS_LEFT] = CYCLE_STEPS
    settled, cycles = NOTHING, NOTHING
    while cycles < s.options[MAX_CYCLES]:
        search_changes(s, memo, longest)
        if take_best(s):
            n = settle_cycle(s, iteration)
            settled += n
            cycles += 1 if n > 0 else 0
        elif not search_on(s, memo):
            break
    keep_candidates(s, memo)
    end_run(s, memo)
    return settled


@part
def keep_candidates(s, memo):
    """The next run finds again what this one had no time for."""
    search_on(s, memo)
    for row in range(s.saved[FOUND]):
        first, second = s.order[s.found[row, HEADER]], s.order[s.found[row, HEADER + 1]]
        look_later(s, find_edge(s, first, second))


@part
def settle_cycle(s, iteration):
    """Settle all payments on the edges of the cycle taken last, or else the first of each; how many."""
    row = last_row(s)
    length = s.found[row, 1]
    for k in range(length):
        follower = s.found[row, HEADER + (k + 1 if k + 1 < length else 0)]
        s.path[k] = find_edge(s, s.order[s.found[row, HEADER + k]], s.order[follower])
        if s.edge[s.path[k], COUNT] == 0:
            return NOTHING
    for whole in (True, False):
        if is_covered(s, length, whole):
            n = NOTHING
            for k in range(length):
                n = put_edge(s, s.path[k], s.edge[s.path[k], COUNT] if whole else 1, n)
            if try_set(s, n, CYCLE, iteration):
                return n
            look_later(s, s.path[0])
    return NOTHING


@inner
def is_covered(s, length, whole):
    """Whether every bank on the cycle in `path` can pay what its edge carries."""
    before = s.path[length - 1]
    for k in range(length):
        e = s.path[k]
        if weight(s, e, whole) - weight(s, before, whole) > available(s, s.edge[e, PAYER]):
            return False
        before = e
    return True


@inner
def weight(s, e, whole):
    """What an edge carries: all its payments, or the first one."""
    return s.edge[e, VALUE] if whole else s.edge[e, HEAD]


@inner
def search_changes(s, memo, longest):
    """Offer every cycle that may have become feasible since this was last asked.

    A bank of which nothing is known is passed over: its edges are all among those that changed.
    """
    s.saved[ROUND] += 1
    look_at_banks(s)
    search_edges(s, memo, longest)
    for b in range(s.balance.size):
        before = s.seen[memo, b]
        s.seen[memo, b] = s.able[b]
        if s.able[b] > before > FAR_BELOW and s.out_first[b] != NONE:
            search_bank(s, b, before, longest)


@part
def search_edges(s, memo, longest):
    """Offer the cycles through changed edges, the most valuable edges first."""
    n = NOTHING
    for k in range(s.changed_count[memo]):
        e = s.changed_list[memo, k]
        if s.edge[e, COUNT] > 0:
            s.items[n] = e
            s.keys[n] = -s.edge[e, VALUE]
            n += 1
    empty_list(s, memo)
    sort_by_key(s, NOTHING, n)
    for k in range(n):
        search_edge(s, s.items[k], longest)
