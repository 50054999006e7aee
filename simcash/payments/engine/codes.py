"""The numbers that stand for words and places inside compiled code.

They are numpy integers on purpose: a plain int would make numba compile a function anew for every constant
that it is called with.
"""

import numpy as np


def numbers(count: int) -> list[np.int64]:
    """0, 1, 2 … as int64."""
    return [np.int64(i) for i in range(count)]


# Places in `at`, the run's counters.
(
    NOW, PHASE, NEXT_ID, SLOTS, LIVE, SEQ, DECISION_SEQ, NEXT_SET, TOUCHED, PENDING, Q2_SEQ, ARENA, OUTSIDE,
    ACCOUNTS,  # the day whose accounts are open, counted from 1
    SYSTEM_BACK, SAVING_BACK,  # the ticks from which settlement and liquidity saving work again
    CAPACITY, SETTLED_NOW,  # how many payments may settle in this tick, how many have
    SQUEEZES,  # how many wait to be given back
    HINDERED,  # whether an outage or a capacity was in force when liquidity was last saved
    TURN, RESUME,  # where step 6 stopped for want of room: the bank's place in the order, the payment (or 0)
    TIMERS, SETS_NOW,  # collateral timers set, sets of liquidity saving settled in this tick
) = numbers(24)  # fmt: skip
AT_SIZE = 24

# Places in `options`, the run's fixed numbers.
(
    TICKS, TICKS_PER_DAY, RECORD, DEFERRED, DEADLINE_CAP, PRIORITY_MODE, STRICT_FIFO, SEQUENTIAL, COMPAT,
    EOD_OVERDUE_ONLY, DROP_FREE, REALLOCATE, RESET_DAILY, SHARED_STREAM, ESCALATE,
    BORROWING_RATE, OVERDRAFT_RATE, DELAY_RATE, COLLATERAL_RATE, LIQUIDITY_RATE, ONCE_RATE,
    DEADLINE_MODE, DEADLINE_PENALTY, EOD_MODE, EOD_PENALTY,
    SAVING, ENTRY_OFFSETS, SEQUENCING, MAX_ITERATIONS, MAX_CYCLES, WITH_BILATERAL, WITH_CYCLES, SPLIT_COST,
    ATTRIBUTE,  # whether every payment's share of the delay cost is kept, as some policies ask for it
) = numbers(34)  # fmt: skip
OPTIONS_SIZE = 34

OFF, SUMMARY, STANDARD, FULL = numbers(4)  # recording levels
FREE, LAST_TICK, DAY_AFTER = numbers(3)  # deadline caps
FIXED, RATE = numbers(2)  # penalty modes

# What `run` answers, and the phases of a tick in which it may have to ask for room.
FINISHED, NEED_ROOM = numbers(2)
PHASE_OPEN, PHASE_ARRIVALS, PHASE_REST, PHASE_TURNS, PHASE_SUBMIT = numbers(5)

# Where to stop, for who wants to see what the banks see: before step 6; when a tree is asked about the
# payment in slot PAUSE - PAUSE_AT; or when tree PAUSE_TREE - PAUSE (plus four for every bank before) is asked
# about its bank. PAUSE_NOW says that such a question came up; outside of step 6 the tick cannot go on then.
PAUSE_TREE, PAUSE_BEFORE, PAUSE_NOW, PAUSE_AT = (np.int64(pause) for pause in (-1, 1, 2, 3))

# Codes that tables.py spells out as words.
QUEUE1, QUEUE2, SETTLED, SPLIT, DROPPED = numbers(5)
RTGS, FROM_QUEUE2, ENTRY_OFFSET, BILATERAL, CYCLE, PARTIAL_NETTING, MAX_VALUE, ALL_OR_NOTHING = numbers(8)
EOD_BORROWING, SCHEDULED = np.int64(8), np.int64(9)
FROM_ARRIVAL, FROM_EVENT, FROM_SUBMIT, FROM_SPLIT, FROM_LISTED = numbers(5)
(
    OVERDRAFT, DELAY, COLLATERAL, LIQUIDITY, DEADLINE, EOD, DROP, FRICTION, THROUGHPUT, BORROWING,
) = numbers(10)  # fmt: skip
KINDS = 10
STRATEGIC, END_OF_TICK, TIMER, USER = numbers(4)  # whose decision moved collateral
ALLOCATION, RETURN, LOAN, REPAYMENT, SQUEEZED, RESET, OUTFLOW = numbers(7)
RELEASE, HOLD, DISCARD = (np.int64(i) for i in (0, 2, 3))
(
    BY_POLICY, BY_LIQUIDITY, BY_BILATERAL, BY_MULTILATERAL, BY_STRICT_FIFO,
    BY_SENDER_OUTAGE, BY_RECEIVER_OUTAGE, BY_SYSTEM_OUTAGE, BY_CAPACITY,
) = numbers(9)  # fmt: skip
(
    EVENT_EXECUTED, ESCALATED, CREDIT_APPLIED, THROUGHPUT_MISSED, END_OF_DAY, OUTAGE_ENDED,
    REPRIORITIZED, WITHDRAWN, RESUBMITTED, STATE_SET, BUDGET_SET, EVAL_FAILED,
) = numbers(12)  # fmt: skip
EVAL_ERROR, BUDGET_EXHAUSTED, INDIVISIBLE, TIMED = numbers(4)  # the engine's own reasons; a policy's follow
(
    TRANSFER, CUSTOM, SCHEDULED_SETTLEMENT, CAP_ADJUSTMENT, CAP_CHANGE, HAIRCUT_CHANGE,
    ARRIVAL_RATE_ALL, ARRIVAL_RATE_ONE, WEIGHT_CHANGE, WINDOW_CHANGE,
    SYSTEM_OUTAGE, SAVING_OUTAGE, PARTICIPANT_OUTAGE, CAPACITY_LIMIT, SQUEEZE, MARGIN_CALL,
    POLICY_CHANGE, FRACTION_CHANGE,
) = numbers(18)  # fmt: skip

# Tables in the order of tables.py.
(
    T_PAYMENTS, T_BANK_TICKS, T_BANK_DAYS, T_COSTS, T_LIQUIDITY, T_LIMITS, T_NOTICES,
    T_QUEUES, T_DECISIONS, T_COLLATERAL, T_SETS, T_RUNS,
) = numbers(12)  # fmt: skip
TABLES = 12

# Liquidity saving: algorithms, the three of a sequence last; modes of bilateral; what a queue is in.
RETRY, PAIRS, CYCLES, NETTING, MAXIMUM, FIRST, SECOND, THIRD = numbers(8)
WHOLE_PAIR, PREFIXES, AHEAD = numbers(3)
WHOLE, HEADS = np.int64(1), np.int64(2)  # ways to count an edge's payments, as bits: all, or the first
AHEAD_OF, BEHIND = numbers(2)  # sides of an edge
# Columns of `edge`, what the searches read of an edge: they lie together in memory. What holds for
# the side BEHIND stands next to what holds AHEAD_OF it. SEARCHED: in which round all its cycles were offered.
PAYER, PAYEE, VALUE, HEAD, COUNT, NEXT_OUT, NEXT_IN, SEARCHED = numbers(8)
EDGE_SIZE = 8
NO_LOCK, GRIDLOCK, DEADLOCK = numbers(3)
# Places in `saved`, the counters of the index of Queue 2 by pairs of banks and of the candidates found in it.
INDEXED, EDGES, FOUND, CUT, RUN, STEPS_LEFT, LIMITED, ROUND = numbers(8)
SAVED_SIZE = 8
LONGEST_CYCLE = 10
MOST_SUCCESSES = np.int64(20)  # of a sequence of algorithms, in one tick

# Policies, amounts, priorities.
ALWAYS, BY_DEADLINE, LIQUIDITY_AWARE, BY_TREE = numbers(4)
CONSTANT, UNIFORM, NORMAL, LOG_NORMAL, EXPONENTIAL = numbers(5)
PRIORITY_FIXED, PRIORITY_UNIFORM, PRIORITY_CATEGORICAL = numbers(3)

# Columns of `day`, what a bank did since the day began.
(
    ARRIVED_N, ARRIVED, SENT_N, SENT, RECEIVED_N, RECEIVED, SETTLED_N, SETTLED_VALUE,
    DROPPED_N, DROPPED_VALUE, ALLOCATED_TODAY, RETURNED, LOANED, CARRIED,
) = numbers(14)  # fmt: skip
DAY_SIZE = 14

NONE = np.int64(-1)
INFINITE = np.int64(1 << 62)
NO, YES = numbers(2)
NOTHING = np.int64(0)
NO_VALUE = np.float64(0)
OWN_QUEUE, CENTRAL_QUEUE = np.int64(1), np.int64(2)
