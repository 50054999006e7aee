"""Queue 2: the central queue, kept as lanes so that a tick's work follows what changed.

A lane holds one sender's payments (of one class, in priority mode) in queue order, with a tree of minima over
their amounts: the first payment that some amount of liquidity covers is found in O(log n). The queue order of
two payments is the order of their keys, class first in priority mode, then the running number of entry.
"""

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import ARENA, INFINITE, NONE, NOTHING, NOW, PRIORITY_MODE, Q2_SEQ, QUEUE2
from simcash.payments.engine.queue1 import delay_group

CLASS_STEP = 1 << 56
SMALLEST_LANE = 8


@inner
def lanes_per_bank(s):
    return 3 if s.options[PRIORITY_MODE] else 1


@inner
def lane_of(s, p):
    if s.options[PRIORITY_MODE]:
        return 3 * s.sender[p] + s.klass[p]
    return s.sender[p]


@inner
def queue_key(s, p):
    """Queue order as a number."""
    return s.entry[p] + (s.klass[p] * CLASS_STEP if s.options[PRIORITY_MODE] else 0)


@inner
def join_queue2(s, p):
    """Append a payment to the central queue."""
    b, lane = s.sender[p], lane_of(s, p)
    i = s.lane_length[lane]
    s.lane_length[lane] = i + 1
    s.lane_live[lane] += 1
    s.place[p] = i
    s.entry[p] = s.at[Q2_SEQ]
    s.at[Q2_SEQ] += 1
    base = s.lane_base[lane]
    s.lane_slot[base + i] = p
    s.lane_entry[base + i] = s.entry[p]
    set_leaf(s, lane, i, s.amount[p])
    s.status[p] = QUEUE2
    s.entered[p] = s.at[NOW]
    s.since[p] = s.at[NOW]
    s.q2_count[b] += 1
    s.q2_value[b] += s.amount[p]
    s.delay_sum[b, delay_group(s, p)] += s.amount[p]


@inner
def leave_queue2(s, p):
    """Take a payment out of the central queue."""
    b, lane = s.sender[p], lane_of(s, p)
    s.lane_live[lane] -= 1
    s.lane_slot[s.lane_base[lane] + s.place[p]] = NONE
    set_leaf(s, lane, s.place[p], INFINITE)
    if s.lane_live[lane] == 0:
        s.lane_length[lane] = 0
    s.q2_ticks[p] += s.at[NOW] - s.entered[p]
    s.q2_count[b] -= 1
    s.q2_value[b] -= s.amount[p]
    s.delay_sum[b, delay_group(s, p)] -= s.amount[p]


@inner
def set_leaf(s, lane, i, amount):
    """Write one amount and mend the minima above it."""
    root, tree = 2 * s.lane_base[lane], s.tree
    node = s.lane_room[lane] + i
    tree[root + node] = amount
    node >>= 1
    while node >= 1:
        low = min(tree[root + 2 * node], tree[root + 2 * node + 1])
        if tree[root + node] == low:
            break
        tree[root + node] = low
        node >>= 1


@inner
def first_covered(s, lane, start, liquidity):
    """The first place at or after `start` whose amount is at most `liquidity`, or NONE."""
    if start >= s.lane_length[lane]:
        return NONE
    root, room, tree = 2 * s.lane_base[lane], s.lane_room[lane], s.tree
    if tree[root + 1] > liquidity:
        return NONE
    node = room + start
    while tree[root + node] > liquidity:
        while node & 1:  # a right child: everything below its parent has been seen
            node >>= 1
        if node == 0:
            return NONE
        node += 1
    while node < room:
        node *= 2
        if tree[root + node] > liquidity:
            node += 1
    return node - room


@inner
def first_of_sender(s, b):
    """A bank's first payment in queue order; it must have one."""
    lane = lanes_per_bank(s) * b
    while s.lane_live[lane] == 0:
        lane += 1
    return s.lane_slot[s.lane_base[lane] + first_covered(s, lane, NOTHING, INFINITE - 1)]


@part
def place_after(s, lane, entry):
    """The first place in a lane whose payment joined after running number `entry`."""
    base = s.lane_base[lane]
    low, high = 0, s.lane_length[lane]
    while low < high:
        middle = (low + high) >> 1
        if s.lane_entry[base + middle] > entry:
            high = middle
        else:
            low = middle + 1
    return low


@inner
def lane_space(s):
    """Make every lane long enough for this tick; the arena size needed if the arena is too small, else 0.

    Beside what waits in the banks' own queues, `net` payments per bank go to the central queue directly.
    """
    per_bank = lanes_per_bank(s)
    for lane in range(s.lane_base.size):
        joining = s.q1_count[lane // per_bank] + s.net[lane // per_bank]
        if s.lane_length[lane] + joining > s.lane_room[lane]:
            wanted = 2 * (s.lane_live[lane] + joining)
            if wanted <= s.lane_room[lane]:
                move_lane(s, lane, s.lane_base[lane], s.lane_room[lane])
            else:
                room = SMALLEST_LANE
                while room < wanted:
                    room *= 2
                if s.at[ARENA] + room > s.lane_slot.size:
                    return s.at[ARENA] + room
                move_lane(s, lane, s.at[ARENA], room)
                s.at[ARENA] += room
    return 0


@inner
def move_lane(s, lane, base, room):
    """Rewrite a lane without its holes, in place or at a new base with more room."""
    old, n = s.lane_base[lane], 0
    for i in range(s.lane_length[lane]):
        p = s.lane_slot[old + i]
        if p != NONE:
            s.lane_slot[base + n] = p
            s.lane_entry[base + n] = s.entry[p]
            s.place[p] = n
            n += 1
    s.lane_base[lane], s.lane_room[lane], s.lane_length[lane] = base, room, n
    root, tree = 2 * base, s.tree
    for i in range(room):
        tree[root + room + i] = s.amount[s.lane_slot[base + i]] if i < n else INFINITE
    for node in range(room - 1, 0, -1):
        tree[root + node] = min(tree[root + 2 * node], tree[root + 2 * node + 1])
