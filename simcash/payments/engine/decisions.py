"""What a tree decided, as it goes on record: where in it the decision fell, and with which parameters."""

import numpy as np

from simcash.core.jit import inner
from simcash.payments.engine.codes import EVAL_FAILED, FULL, NONE, NOTHING, NOW, RECORD, T_DECISIONS, TIMED
from simcash.payments.engine.opcodes import FIRST_SLOT, PARAMETERS
from simcash.payments.engine.rows import write_decision, write_step
from simcash.payments.engine.seen import DECIDED

STEP_OF_TREE = np.array([4, 6, 3, 11])
# What `held` keeps of a payment: the tick since which nothing changed, the node (from 1, 0 is none), and what
# stood in its way (from 1, 0 is nothing).
OF_TICK, OF_NODE = np.int64(1 << 32), np.int64(8)


@inner
def tell_decision(s, bank, tree, tx, said, action, reason):
    """A tree said one thing (NONE: it could not decide), and `action` was done."""
    if said == NONE:
        write_step(s, EVAL_FAILED, STEP_OF_TREE[tree], bank, tx, NOTHING)
    if s.options[RECORD] < FULL:
        return
    write_decision(s, bank, tree, tx, action, reason)
    i, rows = s.row_counts[T_DECISIONS] - 1, s.rows_decisions
    node = s.code[s.sight[DECIDED], 2]
    rows[7, i] = node
    if said != NONE:
        rows[8, i] = node
        first = FIRST_SLOT[said]
        for k in range(PARAMETERS):
            rows[9 + k, i] = np.float64(s.slots[first + k]).view(np.int64)


@inner
def remember_hold(s, p, reason):
    """Keep why a payment stays in its bank's queue, and since when."""
    in_the_way = reason + 1 if reason <= TIMED else NOTHING
    held = (s.code[s.sight[DECIDED], 2] + 1) * OF_NODE + in_the_way
    if s.held[p] % OF_TICK != held:
        s.held[p] = s.at[NOW] * OF_TICK + held
