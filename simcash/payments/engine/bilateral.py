"""Bilateral offsetting: payments that two banks owe each other."""

import numpy as np

from simcash.core.jit import inner, part
from simcash.payments.engine.candidates import (
    HEADER,
    begin_search,
    last_row,
    offer,
    search_on,
    spare_row,
    take_best,
)
from simcash.payments.engine.codes import (
    BILATERAL,
    CAPACITY,
    COUNT,
    ENTRY_OFFSET,
    INFINITE,
    LIMITED,
    NEXT_OUT,
    NONE,
    NOTHING,
    PAYEE,
    PAYER,
    QUEUE2,
    VALUE,
    WHOLE_PAIR,
)
from simcash.payments.engine.memory import (
    begin_run,
    empty_list,
    end_run,
    is_news,
    look_at_banks,
    look_later,
    start_value,
)
from simcash.payments.engine.pairs import find_edge
from simcash.payments.engine.record import order_queue2
from simcash.payments.engine.sets import try_set
from simcash.payments.engine.settle import available, bilateral_entry, capacity_left

TWO = np.int64(2)


@inner
def offset_pairs(s, memo, mode, iteration):
    """One run over the pairs that pay each other, the largest smaller side first; payments settled."""
    begin_run(s)
    begin_search(s)
    settled = NOTHING
    while True:
        offer_changed_pairs(s, memo, mode)
        if take_best(s):
            settled += offset_pair(s, mode, iteration)
        elif not search_on(s, memo):
            break
    end_run(s, memo)
    return settled


@part
def offset_pair(s, mode, iteration):
    """Settle what can be of the pair taken last; how many payments."""
    row = last_row(s)
    a, b = s.order[s.found[row, HEADER]], s.order[s.found[row, HEADER + 1]]
    ab, ba = find_edge(s, a, b), find_edge(s, b, a)
    if s.edge[ab, COUNT] == 0 or s.edge[ba, COUNT] == 0:
        return NOTHING
    if mode == WHOLE_PAIR:
        n = put_edge(s, ba, s.edge[ba, COUNT], put_edge(s, ab, s.edge[ab, COUNT], NOTHING))
    else:
        n = best_prefixes(s, ab, ba)
    if n > 0 and try_set(s, n, BILATERAL, iteration):
        return n
    if s.saved[LIMITED]:
        look_later(s, ab)
    return NOTHING


@part
def offer_changed_pairs(s, memo, mode):
    """Offer the pairs of which an edge changed or a bank can pay more than when this was last asked."""
    look_at_banks(s)
    for b in range(s.balance.size):
        if s.able[b] > s.seen[memo, b]:
            e = s.out_first[b]
            while e != NONE:
                offer_pair(s, e, mode)
                e = s.edge[e, NEXT_OUT]
        s.seen[memo, b] = s.able[b]
    for k in range(s.changed_count[memo]):
        offer_pair(s, s.changed_list[memo, k], mode)
    empty_list(s, memo)


@inner
def offer_pair(s, ab, mode):
    """Offer the pair that an edge belongs to, unless it cannot settle."""
    a, b = s.edge[ab, PAYER], s.edge[ab, PAYEE]
    ba = find_edge(s, b, a)
    if ba == NONE or s.edge[ab, COUNT] == 0 or s.edge[ba, COUNT] == 0:
        return
    ahead = s.edge[ab, VALUE] - s.edge[ba, VALUE]
    if mode == WHOLE_PAIR and (ahead > s.able[a] or -ahead > s.able[b]):
        return
    row, first, second = spare_row(s), s.rank[a], s.rank[b]
    s.found[row, 0] = min(start_value(s, ab), start_value(s, ba))
    s.found[row, 1] = 2
    s.found[row, HEADER] = min(first, second)
    s.found[row, HEADER + 1] = max(first, second)
    if not offer(s):
        look_later(s, ab)


@inner
def put_edge(s, e, count, n):
    """Append the first payments of an edge to items[:n]; the new length."""
    p = s.edge_first[e]
    for i in range(count):
        s.items[n + i] = p
        p = s.pair_next[p]
    return n + count


@part
def best_prefixes(s, ab, ba):
    """Put the first i payments one way and the first j the other into items[:n]; n, or 0 if none settle.

    Of all feasible choices the one of largest value, then of most payments, then of the larger i. For each i
    the largest j that the other bank can pay is the best, or none is.
    """
    a, b = s.edge[ab, PAYER], s.edge[ab, PAYEE]
    able_a, able_b = available(s, a), available(s, b)
    room_a, room_b = limit_room(s, a, b), limit_room(s, b, a)
    if s.net_basis[a]:
        able_a, room_a = min(able_a, room_a), INFINITE
    if s.net_basis[b]:
        able_b, room_b = min(able_b, room_b), INFINITE
    p, q, i, j = s.edge_first[ab], s.edge_first[ba], NOTHING, NOTHING
    out, back, value, best_i, best_j = NOTHING, NOTHING, NOTHING, NOTHING, NOTHING
    most = capacity_left(s)
    while p != NONE and i < most and out + s.amount[p] <= room_a:
        out += s.amount[p]
        i += 1
        if s.at[CAPACITY] < INFINITE:  # the more one way, the fewer the other
            q, back, j = s.edge_first[ba], NOTHING, NOTHING
        while q != NONE and i + j < most and back + s.amount[q] <= min(room_b, out + able_b):
            back += s.amount[q]
            j += 1
            q = s.pair_next[q]
        better = out + back > value or (out + back == value and i + j >= best_i + best_j)
        if j > 0 and out - back <= able_a and better:
            value, best_i, best_j = out + back, i, j
        p = s.pair_next[p]
    if best_j == 0:
        return NOTHING
    return put_edge(s, ba, best_j, put_edge(s, ab, best_i, NOTHING))


@inner
def limit_room(s, a, b):
    """How much more a may pay b before a limit stops it."""
    room, k = INFINITE, bilateral_entry(s, a, b)
    if k != NONE:
        room = s.bilateral_limit[k] - s.bilateral_used[k]
    if s.multilateral_limit[a] != NONE:
        room = min(room, s.multilateral_limit[a] - s.multilateral_used[a])
    return room


@inner
def offset_ahead(s, memo, most, iteration):
    """One run of bilateral lookahead: each queued payment with the fewest first opposite ones that settle."""
    settled = NOTHING
    if not is_news(s, memo):
        return settled
    n = order_queue2(s)
    for i in range(n):
        s.moved[i] = s.items[i]
    for i in range(n):
        if s.status[s.moved[i]] == QUEUE2:
            settled += offset_one(s, s.moved[i], most, iteration)
    return settled


@part
def offset_one(s, p, most, iteration):
    """Settle a payment with the first k opposite ones, the smallest k up to `most`; how many settled."""
    e = find_edge(s, s.receiver[p], s.sender[p])
    if e == NONE:
        return NOTHING
    for k in range(1, min(most, s.edge[e, COUNT]) + 1):
        s.items[0] = p
        n = put_edge(s, e, k, NOTHING + 1)
        if try_set(s, n, BILATERAL, iteration):
            return n
    return NOTHING


@inner
def offset_on_entry(s, p):
    """Settle a payment that just joined the queue with the first opposite one possible; whether it did."""
    e = find_edge(s, s.receiver[p], s.sender[p])
    if e == NONE:
        return False
    q = s.edge_first[e]
    while q != NONE:
        s.items[0] = p
        s.items[1] = q
        if try_set(s, TWO, ENTRY_OFFSET, NOTHING):
            return True
        q = s.pair_next[q]
    return False
