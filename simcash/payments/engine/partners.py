"""What a bank has with each other bank: in the central queue now, and in payments that arrived today.

Summed up once per bank and turn, and only if a tree asks for it.
"""

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import INFINITE, NO, NONE, NOTHING, QUEUE2, SLOTS, YES
from simcash.payments.engine.queue2 import lanes_per_bank
from simcash.payments.engine.seen import (
    ARRIVALS_OF,
    INCOMING_COUNT,
    INCOMING_VALUE,
    INDEXED,
    NEAREST,
    PARTNERS,
    PARTNERS_OF,
)

RANKED = 5
# Rows of `top_partner` and `top_value`, the five largest by value out, in and net; then by value arrived.
OUT, IN, NET, ARRIVALS = (NOTHING, NOTHING + 1, NOTHING + 2, NOTHING + 3)


@inner
def list_by_receiver(s):
    """Chain the central queue's payments by receiver, unless that has been done in this step."""
    if s.sight[INDEXED]:
        return
    for b in range(s.balance.size):
        s.incoming_first[b] = NONE
    for p in range(s.at[SLOTS]):
        if s.status[p] == QUEUE2:
            s.incoming_next[p] = s.incoming_first[s.receiver[p]]
            s.incoming_first[s.receiver[p]] = p
    s.sight[INDEXED] = YES


@inner
def meet_partners(s, b):
    """Sum up what bank b has in the central queue with each other bank, unless that has been done."""
    if s.sight[PARTNERS_OF] == b:
        return
    list_by_receiver(s)
    for i in range(s.sight[PARTNERS]):  # of the bank before
        s.value_out[s.partner[i]] = 0
        s.value_in[s.partner[i]] = 0
        s.met[s.partner[i]] = NO
    s.sight[PARTNERS_OF] = b
    s.sight[PARTNERS] = 0
    sum_outgoing(s, b)
    sum_incoming(s, b)
    rank_partners(s)


@part
def sum_outgoing(s, b):
    nearest = INFINITE
    for lane in range(lanes_per_bank(s) * b, lanes_per_bank(s) * (b + 1)):
        for i in range(s.lane_base[lane], s.lane_base[lane] + s.lane_length[lane]):
            p = s.lane_slot[i]
            if p != NONE:
                meet(s, s.receiver[p])
                s.value_out[s.receiver[p]] += s.amount[p]
                nearest = min(nearest, s.deadline[p])
    s.sight[NEAREST] = nearest


@part
def sum_incoming(s, b):
    count, value, p = NOTHING, NOTHING, s.incoming_first[b]
    while p != NONE:
        if s.status[p] == QUEUE2:  # it may have been withdrawn since
            meet(s, s.sender[p])
            s.value_in[s.sender[p]] += s.amount[p]
            count += 1
            value += s.amount[p]
        p = s.incoming_next[p]
    s.sight[INCOMING_COUNT] = count
    s.sight[INCOMING_VALUE] = value


@inner
def meet(s, other):
    """Enter a bank among the partners."""
    if not s.met[other]:
        s.met[other] = YES
        s.partner[s.sight[PARTNERS]] = other
        s.sight[PARTNERS] += 1


@part
def rank_partners(s):
    for ranking in (OUT, IN, NET):
        clear_ranking(s, ranking)
    for i in range(s.sight[PARTNERS]):
        other = s.partner[i]
        enter_ranking(s, OUT, other, s.value_out[other])
        enter_ranking(s, IN, other, s.value_in[other])
        enter_ranking(s, NET, other, s.value_out[other] - s.value_in[other])


@inner
def clear_ranking(s, ranking):
    for k in range(RANKED):
        s.top_partner[ranking, k] = NONE
        s.top_value[ranking, k] = 0


@inner
def enter_ranking(s, ranking, other, value):
    """Put a bank where it belongs among the five largest by size, ties by id; nothing has no place."""
    if value == 0:
        return
    k, moving_partner, moving_value = NOTHING, other, value
    while k < RANKED:
        there = s.top_partner[ranking, k]
        size = abs(s.top_value[ranking, k])
        before = there == NONE or abs(moving_value) > size
        if before or (abs(moving_value) == size and s.rank[moving_partner] < s.rank[there]):
            s.top_partner[ranking, k], moving_partner = moving_partner, there
            s.top_value[ranking, k], moving_value = moving_value, s.top_value[ranking, k]
            if moving_partner == NONE:
                return
        k += 1


@inner
def is_top_receiver(s, b, receiver):
    """Whether a bank is among the five that most of b's payments of today are for, by value."""
    if s.sight[ARRIVALS_OF] != b:
        s.sight[ARRIVALS_OF] = b
        clear_ranking(s, ARRIVALS)
        for other in range(s.balance.size):
            enter_ranking(s, ARRIVALS, other, s.arrived_to[b * s.balance.size + other])
    for k in range(RANKED):
        if s.top_partner[ARRIVALS, k] == receiver:
            return 1.0
    return 0.0
