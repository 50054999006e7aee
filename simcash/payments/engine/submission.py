"""Steps 8 and 9: pending payments settle or join Queue 2, then one pass over Queue 2."""

from simcash.core.jit import inner, part, stage
from simcash.payments.engine.codes import (
    DEFERRED,
    FROM_QUEUE2,
    NONE,
    NOTHING,
    NOW,
    PENDING,
    QUEUE2,
    RTGS,
    STRICT_FIFO,
)
from simcash.payments.engine.costs import mark_overdue
from simcash.payments.engine.queue2 import (
    CLASS_STEP,
    first_covered,
    first_of_sender,
    join_queue2,
    lane_of,
    lanes_per_bank,
    leave_queue2,
    place_after,
    queue_key,
)
from simcash.payments.engine.rows import touch
from simcash.payments.engine.settle import COVERED, available, obstacle, settle_one, system_down


@stage
def submit_pending(s):
    """Step 8: each pending payment in order settles at once or joins the central queue."""
    for i in range(s.at[PENDING]):
        submit(s, s.pending_list[i])
    s.at[PENDING] = 0


@inner
def submit(s, p):
    """Settle a payment at once, or put it at the end of the central queue."""
    s.submission[p] = s.at[NOW]
    touch(s, p)
    behind = s.options[STRICT_FIFO] and s.q2_count[s.sender[p]] > 0
    if not behind and obstacle(s, p) == COVERED:
        settle_one(s, p, RTGS)
    else:
        join_queue2(s, p)


@part
def mark_overdue_in_queue2(s):
    """Payments in the central queue whose deadline was the previous tick."""
    if s.at[NOW] == 0:
        return
    p = s.due_first[s.at[NOW] - 1]
    while p != NONE:
        if s.status[p] == QUEUE2:
            mark_overdue(s, p)
        p = s.due_next[p]


@stage
def pass_queue2(s):
    """Step 9: try every payment once in queue order, as if one after the other; how many settled.

    Only lanes that hold a covered payment take part: each waits in a heap at its next covered payment, and a
    credit received on the way may bring that forward, but never before the point the pass has reached.
    """
    if system_down(s):
        return 0
    mark_overdue_in_queue2(s)
    count = 0
    per_bank = lanes_per_bank(s)
    waiting = NOTHING
    for b in range(s.balance.size):
        if s.q2_count[b] > 0:
            for lane in range(per_bank * b, per_bank * (b + 1)):
                waiting = place_lane(s, waiting, lane, next_covered(s, b, lane, NONE))
    while waiting > 0:
        lane = s.heap[0]
        p = s.lane_slot[s.lane_base[lane] + s.lane_candidate[lane]]
        a, b, reached = s.sender[p], s.receiver[p], queue_key(s, p)
        if obstacle(s, p) == COVERED:
            leave_queue2(s, p)
            settle_one(s, p, FROM_QUEUE2)
            count += 1
        for own in range(per_bank * a, per_bank * (a + 1)):
            waiting = place_lane(s, waiting, own, next_covered(s, a, own, reached))
        if not s.options[DEFERRED] and s.q2_count[b] > 0:
            for lane in range(per_bank * b, per_bank * (b + 1)):
                waiting = place_lane(s, waiting, lane, next_covered(s, b, lane, reached))
    return count


@inner
def next_covered(s, b, lane, reached):
    """The place of a lane's first payment behind queue key `reached` that its bank can pay, or NONE."""
    if s.lane_live[lane] == 0:
        return NONE
    start, klass, per_bank = NOTHING, NOTHING, lanes_per_bank(s)
    if per_bank > 1:
        klass = lane % 3
    if reached != NONE:
        if reached // CLASS_STEP > klass:
            return NONE
        if reached // CLASS_STEP == klass:
            start = place_after(s, lane, reached % CLASS_STEP)
    if s.options[STRICT_FIFO]:
        return strict_head(s, b, lane, start)
    return first_covered(s, lane, start, available(s, b))


@part
def strict_head(s, b, lane, start):
    """With strict order only the sender's very first payment may settle."""
    p = first_of_sender(s, b)
    if lane_of(s, p) != lane or s.place[p] < start or s.amount[p] > available(s, b):
        return NONE
    return s.place[p]


@inner
def place_lane(s, waiting, lane, candidate):
    """Put a lane at its new candidate's place in the heap, or take it out; the heap's new size."""
    i = s.heap_place[lane]
    s.lane_candidate[lane] = candidate
    if candidate == NONE:
        if i == NONE:
            return waiting
        s.heap_place[lane] = NONE
        waiting -= 1
        if i < waiting:
            settle_in_heap(s, waiting, i, s.heap[waiting])
        return waiting
    s.heap_key[lane] = queue_key(s, s.lane_slot[s.lane_base[lane] + candidate])
    if i == NONE:
        i = waiting
        waiting += 1
    settle_in_heap(s, waiting, i, lane)
    return waiting


@inner
def settle_in_heap(s, waiting, i, lane):
    """Move `lane` from heap position i up or down to where its key belongs."""
    key = s.heap_key[lane]
    while i > 0 and s.heap_key[s.heap[(i - 1) >> 1]] > key:
        above = s.heap[(i - 1) >> 1]
        s.heap[i] = above
        s.heap_place[above] = i
        i = (i - 1) >> 1
    while True:
        child = 2 * i + 1
        if child >= waiting:
            break
        if child + 1 < waiting and s.heap_key[s.heap[child + 1]] < s.heap_key[s.heap[child]]:
            child += 1
        below = s.heap[child]
        if s.heap_key[below] >= key:
            break
        s.heap[i] = below
        s.heap_place[below] = i
        i = child
    s.heap[i] = lane
    s.heap_place[lane] = i
