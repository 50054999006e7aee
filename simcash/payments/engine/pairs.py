"""Queue 2 by pairs of banks: an edge for each sender and receiver, with its payments in queue order.

The index follows the queue lazily: every payment that joined, left or moved is among those touched in this
tick. It is derived, never saved: `saved[INDEXED] = 0` has it built anew.
"""

import numpy as np

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import (
    COUNT,
    EDGES,
    HEAD,
    INDEXED,
    NEXT_IN,
    NEXT_OUT,
    NO,
    NONE,
    PAYEE,
    PAYER,
    QUEUE2,
    RUN,
    SEARCHED,
    TOUCHED,
    VALUE,
    YES,
)
from simcash.payments.engine.memory import forget_banks, look_again
from simcash.payments.engine.queue2 import lanes_per_bank, queue_key

MIX = np.uint64(0x9E3779B97F4A7C15)


@inner
def find_edge(s, a, b):
    """The edge from a to b, or NONE if no payment has queued there."""
    return s.edge_hash[edge_place(s, a, b)]


@inner
def edge_place(s, a, b):
    """Where in the table the edge from a to b stands, or would."""
    size, pair = s.edge_hash.size, a * s.balance.size + b
    if size >= s.balance.size * s.balance.size:
        return pair
    i = np.int64((np.uint64(pair) * MIX) >> np.uint64(32)) & (size - 1)
    while s.edge_hash[i] != NONE and (
        s.edge[s.edge_hash[i], PAYER] != a or s.edge[s.edge_hash[i], PAYEE] != b
    ):
        i = (i + 1) & (size - 1)
    return i


@part
def edge_for(s, a, b):
    """The edge from a to b, made if need be."""
    i = edge_place(s, a, b)
    if s.edge_hash[i] == NONE:
        e = s.saved[EDGES]
        s.saved[EDGES] = e + 1
        s.edge_hash[i] = e
        s.edge[e, PAYER] = a
        s.edge[e, PAYEE] = b
        s.edge_first[e] = NONE
        s.edge_last[e] = NONE
        s.edge[e, VALUE] = 0
        s.edge[e, COUNT] = 0
        s.edge[e, SEARCHED] = NONE
        s.edge_run[e] = NONE
        for memo in range(s.changed_count.size):
            s.edge_changed[memo, e] = 0
    return s.edge_hash[i]


@inner
def note_change(s, e):
    """An edge is about to change: keep what it held when the present run began, and tell every search."""
    if s.edge_run[e] != s.saved[RUN]:
        s.edge_run[e] = s.saved[RUN]
        s.edge_start[e] = s.edge[e, VALUE]
    for memo in range(s.changed_count.size - 1):
        look_again(s, memo, e)


@inner
def link(s, p):
    """Enter a payment of Queue 2 at its place on its edge."""
    e, key = edge_for(s, s.sender[p], s.receiver[p]), queue_key(s, p)
    note_change(s, e)
    if s.edge[e, COUNT] == 0:
        show_edge(s, e)
    before, after = s.edge_last[e], NONE
    while before != NONE and s.pair_key[before] > key:
        after, before = before, s.pair_previous[before]
    s.pair_edge[p] = e
    s.pair_key[p] = key
    join_neighbours(s, e, before, p)
    join_neighbours(s, e, p, after)
    s.edge[e, VALUE] += s.amount[p]
    s.edge[e, COUNT] += 1
    s.edge[e, HEAD] = s.amount[s.edge_first[e]]
    s.q2_in[s.receiver[p]] += s.amount[p]


@inner
def unlink(s, p):
    """Take a payment off its edge."""
    e = s.pair_edge[p]
    note_change(s, e)
    join_neighbours(s, e, s.pair_previous[p], s.pair_next[p])
    s.pair_edge[p] = NONE
    s.edge[e, VALUE] -= s.amount[p]
    s.edge[e, COUNT] -= 1
    s.q2_in[s.receiver[p]] -= s.amount[p]
    if s.edge[e, COUNT] == 0:
        hide_edge(s, e)
    else:
        s.edge[e, HEAD] = s.amount[s.edge_first[e]]


@inner
def join_neighbours(s, e, before, after):
    """Make two payments of an edge neighbours; NONE stands for its beginning and its end."""
    if before == NONE:
        s.edge_first[e] = after
    else:
        s.pair_next[before] = after
    if after == NONE:
        s.edge_last[e] = before
    else:
        s.pair_previous[after] = before


@part
def show_edge(s, e):
    """Enter an edge among those that go out of its sender and those that come into its receiver."""
    a, b = s.edge[e, PAYER], s.edge[e, PAYEE]
    s.edge[e, NEXT_OUT] = s.out_first[a]
    s.out_previous[e] = NONE
    if s.out_first[a] != NONE:
        s.out_previous[s.out_first[a]] = e
    s.out_first[a] = e
    s.edge[e, NEXT_IN] = s.in_first[b]
    s.in_previous[e] = NONE
    if s.in_first[b] != NONE:
        s.in_previous[s.in_first[b]] = e
    s.in_first[b] = e


@part
def hide_edge(s, e):
    """Take an empty edge out of both lists."""
    before, after = s.out_previous[e], s.edge[e, NEXT_OUT]
    if before == NONE:
        s.out_first[s.edge[e, PAYER]] = after
    else:
        s.edge[before, NEXT_OUT] = after
    if after != NONE:
        s.out_previous[after] = before
    before, after = s.in_previous[e], s.edge[e, NEXT_IN]
    if before == NONE:
        s.in_first[s.edge[e, PAYEE]] = after
    else:
        s.edge[before, NEXT_IN] = after
    if after != NONE:
        s.in_previous[after] = before


@inner
def follow_queue2(s):
    """Bring the index up to date."""
    if not s.saved[INDEXED]:
        build_index(s)
        return
    for k in range(s.at[TOUCHED]):
        p = s.touched_list[k]
        inside = s.status[p] == QUEUE2
        if s.pair_edge[p] != NONE and (not inside or s.pair_key[p] != queue_key(s, p)):
            unlink(s, p)
        if inside and s.pair_edge[p] == NONE:
            link(s, p)


@part
def build_index(s):
    """The index of a queue that may have changed in any way."""
    s.edge_hash[:] = NONE
    s.out_first[:] = NONE
    s.in_first[:] = NONE
    s.q2_in[:] = 0
    s.pair_edge[:] = NONE
    s.changed_count[:] = 0
    forget_banks(s)
    s.saved[EDGES] = 0
    s.saved[INDEXED] = YES
    per_bank = lanes_per_bank(s)
    for lane in range(s.balance.size * per_bank):
        base = s.lane_base[lane]
        for i in range(s.lane_length[lane]):
            if s.lane_slot[base + i] != NONE:
                link(s, s.lane_slot[base + i])


@inner
def forget_index(s):
    """Payments moved to other slots, or the queue changed after its index was last brought up to date."""
    s.saved[INDEXED] = NO


@inner
def move_links(s, before, after):
    """Follow the payments in the first `before` slots to the first `after` ones.

    Where more edges were ever used than there is certain to be room for, the index begins anew.
    """
    if not s.saved[INDEXED] or s.saved[EDGES] > s.edge.shape[0] - s.pair_next.size + after:
        forget_index(s)
        return
    for p in range(before):
        n = s.moved[p]
        if n != NONE:
            s.pair_edge[n] = s.pair_edge[p]
            if s.pair_edge[p] != NONE:
                move_link(s, p, n)
        elif s.pair_edge[p] != NONE:
            forget_index(s)
            return
    for n in range(after, before):
        s.pair_edge[n] = NONE


@part
def move_link(s, p, n):
    """One payment's place on its edge, from slot p to slot n."""
    e, previous, following = s.pair_edge[p], s.pair_previous[p], s.pair_next[p]
    s.pair_key[n] = s.pair_key[p]
    s.pair_previous[n] = NONE if previous == NONE else s.moved[previous]
    s.pair_next[n] = NONE if following == NONE else s.moved[following]
    if previous == NONE:
        s.edge_first[e] = n
    if following == NONE:
        s.edge_last[e] = n
