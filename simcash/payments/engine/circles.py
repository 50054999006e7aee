"""The search for cycles through one edge.

Around a feasible cycle each bank pays at most what it receives from the one before it plus what it can pay,
all payments on an edge being counted (WHOLE), or the first one alone (HEADS). Both are searched at once: the
`ways` of a path say for which of the two that holds so far.

A cycle can be followed either way from the edge that it begins with. The search first lists the edges that
fit before and behind that one, then follows the fewer of them and closes cycles at the others. It leaves out
edges that were searched before in the same round, for every cycle through them has been offered.
"""

from simcash.core.jit import inner, part
from simcash.payments.engine.candidates import HEADER, offer, spare_row
from simcash.payments.engine.codes import (
    AHEAD_OF,
    BEHIND,
    HEAD,
    HEADS,
    NEXT_IN,
    NEXT_OUT,
    NO,
    NONE,
    NOTHING,
    PAYEE,
    PAYER,
    ROUND,
    SEARCHED,
    STEPS_LEFT,
    VALUE,
    WHOLE,
    YES,
)
from simcash.payments.engine.memory import look_later, start_value


@inner
def search_edge(s, e, longest):
    """Offer the cycles through an edge."""
    if s.saved[STEPS_LEFT] > 0:
        search_on_from(s, e, list_beside(s, e, AHEAD_OF), longest)
        s.edge[e, SEARCHED] = s.saved[ROUND]
    else:
        look_later(s, e)


@part
def search_bank(s, b, before, longest):
    """Offer the cycles through a bank in which it pays more on balance than it could `before`."""
    m, e = list_onward(s, b), s.in_first[b]
    while e != NONE:
        if s.saved[STEPS_LEFT] <= 0:
            look_later(s, e)
        elif s.edge[e, SEARCHED] != s.saved[ROUND]:
            search_on_from(s, e, list_newly_covered(s, e, m, before), longest)
        e = s.edge[e, NEXT_IN]


@inner
def search_on_from(s, e, ahead, longest):
    """Offer the cycles through edge e and one of the edges listed ahead of it."""
    if ahead > 0:
        behind = list_beside(s, e, BEHIND)
        if behind > 0:
            side = BEHIND if behind < ahead else AHEAD_OF
            follow_side(s, e, side, min(ahead, behind), max(ahead, behind), longest)
    if s.saved[STEPS_LEFT] <= 0:
        look_later(s, e)


@inner
def list_beside(s, e, side):
    """Enter in `beside` the edges that can come next to edge e on one side; how many."""
    n, steps, end = NOTHING, NOTHING, s.edge[e, PAYER + side]
    b, whole, head = far_end(s, e, side), s.edge[e, VALUE], s.edge[e, HEAD]
    able, f = s.able[b], first_beyond(s, b, side)
    while f != NONE:
        steps += 1
        ways = passing(s, f, side, whole, head, able)
        if ways != 0 and far_end(s, f, side) != end:
            enter_beside(s, side, n, f, ways)
            n += 1
        f = next_beyond(s, f, side)
    s.saved[STEPS_LEFT] -= steps
    return n


@part
def list_onward(s, b):
    """Enter in `onward` the edges that go out of a bank; how many."""
    m, f = NOTHING, s.out_first[b]
    while f != NONE:
        if s.edge[f, SEARCHED] != s.saved[ROUND]:
            s.onward[m] = f
            s.onward_value[m] = s.edge[f, VALUE]
            s.onward_head[m] = s.edge[f, HEAD]
            m += 1
        f = s.edge[f, NEXT_OUT]
    return m


@part
def list_newly_covered(s, e, m, before):
    """Enter in `beside` what its bank can send on after edge e, and `before` could not; how many."""
    n, able, whole, head = NOTHING, s.able[s.edge[e, PAYEE]], s.edge[e, VALUE], s.edge[e, HEAD]
    for k in range(m):
        more, more_first = s.onward_value[k] - whole, s.onward_head[k] - head
        ways = NOTHING
        if before < more <= able:
            ways += WHOLE
        if before < more_first <= able:
            ways += HEADS
        if ways != 0 and s.edge[s.onward[k], PAYEE] != s.edge[e, PAYER]:
            enter_beside(s, AHEAD_OF, n, s.onward[k], ways)
            n += 1
    s.saved[STEPS_LEFT] -= m
    return n


@inner
def enter_beside(s, side, n, f, ways):
    """Write one entry."""
    s.beside[side, n] = f
    s.beside_ways[side, n] = ways


@inner
def passing(s, f, side, whole, head, able):
    """The ways of counting in which a bank that is able to pay so much can pass on what comes in.

    That is edge f ahead of an edge with these payments, or these payments after edge f behind.
    """
    if s.edge[f, SEARCHED] == s.saved[ROUND]:
        return NOTHING
    more, more_first, ways = s.edge[f, VALUE] - whole, s.edge[f, HEAD] - head, NOTHING
    if side == BEHIND:
        more, more_first = -more, -more_first
    if more <= able:
        ways += WHOLE
    if more_first <= able:
        ways += HEADS
    return ways


@inner
def far_end(s, e, side):
    """The bank at one end of an edge."""
    return s.edge[e, PAYEE - side]


@inner
def first_beyond(s, b, side):
    """The first edge that goes on from a bank, toward a side."""
    return s.out_first[b] if side == AHEAD_OF else s.in_first[b]


@inner
def next_beyond(s, e, side):
    """The one after an edge among those."""
    return s.edge[e, NEXT_OUT + side]


@part
def follow_side(s, e, side, starts, ends, longest):
    """Offer the cycles that go on from edge e by one of those on one side and end with one on the other."""
    other = BEHIND if side == AHEAD_OF else AHEAD_OF
    for k in range(ends):
        z = far_end(s, s.beside[other, k], other)
        s.last_edge[z] = s.beside[other, k]
        s.last_ways[z] = s.beside_ways[other, k]
    s.on_path[s.edge[e, PAYER]] = YES
    s.on_path[s.edge[e, PAYEE]] = YES
    s.path[0] = e
    for k in range(starts):
        s.path[1] = s.beside[side, k]
        s.path_ways[1] = s.beside_ways[side, k]
        follow(s, side, longest)
    s.on_path[s.edge[e, PAYER]] = NO
    s.on_path[s.edge[e, PAYEE]] = NO
    for k in range(ends):
        s.last_edge[far_end(s, s.beside[other, k], other)] = NONE


@part
def follow(s, side, longest):
    """Offer the cycles whose first two edges are on the path."""
    depth, steps, left = YES, NOTHING, s.saved[STEPS_LEFT]
    e = s.path[1]
    z = far_end(s, e, side)
    close_cycle(s, z, depth, side)
    s.on_path[z] = YES
    f, able, whole, head = NONE, s.able[z], s.edge[e, VALUE], s.edge[e, HEAD]
    if longest > 3:
        f = first_beyond(s, z, side)
    while True:
        if f == NONE or steps >= left:
            s.on_path[far_end(s, s.path[depth], side)] = NO
            depth -= 1
            if depth == 0:
                break
            e, f = s.path[depth], next_beyond(s, s.path[depth + 1], side)
            able, whole, head = s.able[far_end(s, e, side)], s.edge[e, VALUE], s.edge[e, HEAD]
            continue
        steps += 1
        z, ways = far_end(s, f, side), s.path_ways[depth] & passing(s, f, side, whole, head, able)
        if ways == 0 or s.on_path[z]:
            f = next_beyond(s, f, side)
            continue
        s.path[depth + 1] = f
        s.path_ways[depth + 1] = ways
        close_cycle(s, z, depth + 1, side)
        if depth + 3 < longest:
            s.on_path[z] = YES
            depth += 1
            able, whole, head = s.able[z], s.edge[f, VALUE], s.edge[f, HEAD]
            f = first_beyond(s, z, side)
        else:
            f = next_beyond(s, f, side)
    s.saved[STEPS_LEFT] = left - steps


@inner
def close_cycle(s, z, depth, side):
    """Offer the path as a cycle if an edge noted for bank z, which it has reached, closes it."""
    f, e = s.last_edge[z], s.path[depth]
    if f != NONE:
        ways = passing(s, f, side, s.edge[e, VALUE], s.edge[e, HEAD], s.able[z])
        if ways & s.path_ways[depth] & s.last_ways[z]:
            s.path[depth + 1] = f
            offer_path(s, depth + 2, side)


@inner
def offer_path(s, length, side):
    """Offer the cycle in `path`, written from its bank with the smallest id."""
    row, smallest, value = spare_row(s), NOTHING, NOTHING
    for k in range(length):
        value += start_value(s, s.path[k])
        if s.rank[s.edge[s.path[k], PAYER]] < s.rank[s.edge[s.path[smallest], PAYER]]:
            smallest = k
    s.found[row, 0] = value
    s.found[row, 1] = length
    for k in range(length):
        place = smallest + k if side == AHEAD_OF else smallest + length - k
        s.found[row, HEADER + k] = s.rank[s.edge[s.path[place % length], PAYER]]
    if not offer(s):
        look_later(s, s.path[0])
