"""Cycles: payments that run in a circle through three banks or more.

Around a feasible cycle each bank pays at most what it receives from the one before it plus what it can pay,
all payments on an edge being counted, or the first one alone. The search therefore follows an edge only where
that holds, and begins only at what changed since it last looked: at changed edges, and where a bank that can
pay more now may pass on what it could not pass on then.

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
    offer,
    search_on,
    spare_row,
    take_best,
)
from simcash.payments.engine.codes import CYCLE, FOUND, MAX_CYCLES, NONE, NOTHING, STEPS_LEFT
from simcash.payments.engine.memory import (
    FAR_BELOW,
    begin_run,
    empty_list,
    end_run,
    look_at_banks,
    look_later,
    start_value,
)
from simcash.payments.engine.pairs import find_edge
from simcash.payments.engine.sets import try_set
from simcash.payments.engine.settle import available
from simcash.payments.engine.sorting import sort_by_key

CYCLE_STEPS = np.int64(20_000_000)


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
        if s.edge_count[s.path[k]] == 0:
            return NOTHING
    for whole in (True, False):
        if is_covered(s, length, whole):
            n = NOTHING
            for k in range(length):
                n = put_edge(s, s.path[k], s.edge_count[s.path[k]] if whole else 1, n)
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
        if weight(s, e, whole) - weight(s, before, whole) > available(s, s.edge_from[e]):
            return False
        before = e
    return True


@inner
def weight(s, e, whole):
    """What an edge carries: all its payments, or the first one."""
    return s.edge_value[e] if whole else s.edge_head[e]


@inner
def search_changes(s, memo, longest):
    """Offer every cycle that may have become feasible since this was last asked."""
    look_at_banks(s)
    search_edges(s, memo, longest)
    for b in range(s.balance.size):
        before = s.seen[memo, b]
        if s.able[b] > before and s.out_first[b] != NONE and s.saved[STEPS_LEFT] > 0:
            e = s.in_first[b]
            while e != NONE:
                search_both(s, e, longest, before)
                e = s.in_next[e]
        if s.saved[STEPS_LEFT] > 0:
            s.seen[memo, b] = s.able[b]


@part
def search_edges(s, memo, longest):
    """Offer the cycles through changed edges, the most valuable edges first."""
    n = NOTHING
    for k in range(s.changed_count[memo]):
        e = s.changed_list[memo, k]
        if s.edge_count[e] > 0:
            s.items[n] = e
            s.keys[n] = -s.edge_value[e]
            n += 1
    empty_list(s, memo)
    sort_by_key(s, NOTHING, n)
    for k in range(n):
        e = s.items[k]
        if s.saved[STEPS_LEFT] <= 0:
            look_later(s, e)
        else:
            search_both(s, e, longest, FAR_BELOW)


@inner
def search_both(s, e, longest, before):
    """Offer the cycles through an edge with all payments, and with the first ones alone."""
    search_through(s, s.edge_value, e, longest, before)
    search_through(s, s.edge_head, e, longest, before)


@inner
def search_through(s, weights, e, longest, before):
    """Offer the cycles that begin with edge e and whose first bank passes on what `before` did not cover."""
    if s.out_first[s.edge_to[e]] == NONE or not mark_last_edges(s, weights, e):
        return
    a, b, left = s.edge_from[e], s.edge_to[e], s.saved[STEPS_LEFT]
    s.on_path[a] = 1
    s.on_path[b] = 1
    s.path[0] = e
    depth, f, steps = NOTHING + 1, s.out_first[b], NOTHING
    while True:
        if f == NONE or steps >= left:
            depth -= 1
            if depth == 0:
                break
            s.on_path[s.edge_to[s.path[depth]]] = 0
            f = s.out_next[s.path[depth]]
            continue
        steps += 1
        more, z = weights[f] - weights[s.path[depth - 1]], s.edge_to[f]
        fits = more <= s.able[s.edge_from[f]] and (depth > 1 or more > before)
        if not fits or s.on_path[z]:
            f = s.out_next[f]
            continue
        s.path[depth] = f
        if s.last_edge[z] != NONE:
            close_cycle(s, weights, s.last_edge[z], depth + 1)
        if depth + 2 < longest:
            s.on_path[z] = 1
            depth += 1
            f = s.out_first[z]
        else:
            f = s.out_next[f]
    s.on_path[a] = 0
    s.on_path[b] = 0
    g = s.in_first[a]
    while g != NONE:
        s.last_edge[s.edge_from[g]] = NONE
        g = s.in_next[g]
    s.saved[STEPS_LEFT] -= steps
    if steps >= left:
        look_later(s, e)


@part
def mark_last_edges(s, weights, e):
    """Note for every bank the edge by which it can close a cycle that begins with e; whether any can."""
    a, least, found = s.edge_from[e], weights[e] - s.able[s.edge_from[e]], False
    g = s.in_first[a]
    while g != NONE:
        if weights[g] >= least:
            s.last_edge[s.edge_from[g]] = g
            found = True
        g = s.in_next[g]
    return found


@part
def close_cycle(s, weights, f, depth):
    """Offer the cycle that edge f closes, if its first bank can pay."""
    if weights[f] - weights[s.path[depth - 1]] <= s.able[s.edge_from[f]]:
        s.path[depth] = f
        offer_path(s, depth + 1)


@inner
def offer_path(s, length):
    """Offer the cycle in `path`, written from its bank with the smallest id."""
    row, smallest, value = spare_row(s), NOTHING, NOTHING
    for k in range(length):
        value += start_value(s, s.path[k])
        if s.rank[s.edge_from[s.path[k]]] < s.rank[s.edge_from[s.path[smallest]]]:
            smallest = k
    s.found[row, 0] = value
    s.found[row, 1] = length
    for k in range(length):
        s.found[row, HEADER + k] = s.rank[s.edge_from[s.path[(smallest + k) % length]]]
    if not offer(s):
        look_later(s, s.path[0])
