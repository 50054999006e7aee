"""One run of one algorithm on a queue that was given, not reached."""

import numpy as np

from simcash.core.jit import njit
from simcash.payments.engine.codes import FROM_SUBMIT, NOTHING, TICKS
from simcash.payments.engine.events import new_payment
from simcash.payments.engine.pairs import follow_queue2
from simcash.payments.engine.queue2 import join_queue2, lane_space
from simcash.payments.engine.saving import note_limits, settle_by

NORMAL_PRIORITY, URGENT = np.int64(5), np.int64(1)


@njit
def enqueue(s, senders, receivers, amounts):
    """Put payments straight into Queue 2, in order; there is room for four times as many in its lanes."""
    s.q1_count[:] = 0
    for i in range(senders.size):
        s.q1_count[senders[i]] += 1
    lane_space(s)
    s.q1_count[:] = 0
    for i in range(senders.size):
        p = new_payment(
            s, senders[i], receivers[i], amounts[i], NORMAL_PRIORITY,
            NOTHING, s.options[TICKS], FROM_SUBMIT,
        )  # fmt: skip
        s.klass[p] = URGENT
        join_queue2(s, p)


@njit
def solve_queue(s):
    """Run the first algorithm of the list once; how many payments settled."""
    note_limits(s)
    follow_queue2(s)
    return settle_by(s, NOTHING, NOTHING)
