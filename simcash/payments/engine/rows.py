"""Writing rows: the only place that knows the order of columns in tables.py."""

import numpy as np

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import (
    DECISION_SEQ,
    FULL,
    NO_VALUE,
    NONE,
    NOTHING,
    NOW,
    RECORD,
    SEQ,
    STANDARD,
    STATE_SET,
    SUMMARY,
    T_BANK_TICKS,
    T_COLLATERAL,
    T_COSTS,
    T_DECISIONS,
    T_LIMITS,
    T_LIQUIDITY,
    T_NOTICES,
    T_PAYMENTS,
    T_QUEUES,
    T_RUNS,
    T_SETS,
    TOUCHED,
    YES,
)


@inner
def next_seq(s):
    seq = s.at[SEQ]
    s.at[SEQ] = seq + 1
    return seq


@inner
def touch(s, slot):
    """Remember that a payment changed in this tick, so that its row is written once at the end."""
    if s.touched[slot] != s.at[NOW]:
        s.touched[slot] = s.at[NOW]
        s.touched_list[s.at[TOUCHED]] = slot
        s.at[TOUCHED] += 1


@inner
def write_payments(s):
    """A row for every payment that changed in this tick."""
    if s.options[RECORD] >= SUMMARY:
        n, rows, t = s.row_counts[T_PAYMENTS], s.rows_payments, s.at[NOW]
        for k in range(s.at[TOUCHED]):
            rows[0, n + k] = t
            rows[1, n + k] = k
            for column in range(2, rows.shape[0]):  # the payment matrix begins with this table's columns
                rows[column, n + k] = s.payment[column - 2, s.touched_list[k]]
        s.row_counts[T_PAYMENTS] = n + s.at[TOUCHED]
    s.at[TOUCHED] = 0


@inner
def write_set(s, set_id, channel, iteration, count, gross, net):
    i, rows = s.row_counts[T_SETS], s.rows_sets
    rows[0, i] = s.at[NOW]
    rows[1, i] = next_seq(s)
    rows[2, i] = set_id
    rows[3, i] = channel
    rows[4, i] = iteration
    rows[5, i] = count
    rows[6, i] = gross
    rows[7, i] = net
    rows[8, i] = gross - net
    s.row_counts[T_SETS] = i + 1


@inner
def write_run(s, seq, algorithm, count, value):
    if s.options[RECORD] < STANDARD:
        return
    i, rows = s.row_counts[T_RUNS], s.rows_runs
    rows[0, i] = s.at[NOW]
    rows[1, i] = seq
    rows[2, i] = algorithm
    rows[3, i] = count
    rows[4, i] = value
    rows[5, i] = 1 if count > 0 else 0
    rows[6, i] = NONE
    s.row_counts[T_RUNS] = i + 1


@part
def write_cost(s, bank, kind, tx, amount):
    if s.options[RECORD] < STANDARD:
        return
    i, rows = s.row_counts[T_COSTS], s.rows_costs
    rows[0, i] = s.at[NOW]
    rows[1, i] = next_seq(s)
    rows[2, i] = bank
    rows[3, i] = kind
    rows[4, i] = tx
    rows[5, i] = amount
    s.row_counts[T_COSTS] = i + 1


@inner
def write_liquidity(s, bank, kind, amount):
    if s.options[RECORD] < STANDARD or amount == 0:
        return
    i, rows = s.row_counts[T_LIQUIDITY], s.rows_liquidity
    rows[0, i] = s.at[NOW]
    rows[1, i] = next_seq(s)
    rows[2, i] = bank
    rows[3, i] = kind
    rows[4, i] = amount
    rows[5, i] = s.balance[bank]
    s.row_counts[T_LIQUIDITY] = i + 1


@inner
def write_collateral(s, bank, layer, requested, amount, reason):
    """`amount` has moved; it is negative, as `requested` is, if collateral was taken back."""
    if s.options[RECORD] < STANDARD:
        return
    i, rows = s.row_counts[T_COLLATERAL], s.rows_collateral
    rows[0, i] = s.at[NOW]
    rows[1, i] = next_seq(s)
    rows[2, i] = bank
    rows[3, i] = layer
    rows[4, i] = requested
    rows[5, i] = amount
    rows[6, i] = s.posted[bank] - amount
    rows[7, i] = s.posted[bank]
    rows[8, i] = reason
    s.row_counts[T_COLLATERAL] = i + 1


@inner
def write_limit(s, p, counterparty, used, limit):
    if s.options[RECORD] < STANDARD:
        return
    i, rows = s.row_counts[T_LIMITS], s.rows_limits
    rows[0, i] = s.at[NOW]
    rows[1, i] = next_seq(s)
    rows[2, i] = s.sender[p]
    rows[3, i] = counterparty
    rows[4, i] = used
    rows[5, i] = limit
    rows[6, i] = s.tx[p]
    s.row_counts[T_LIMITS] = i + 1


@inner
def write_notice(s, kind, event, bank, counterparty, tx, amount, value, settled):
    if s.options[RECORD] < STANDARD:
        return
    i, rows = s.row_counts[T_NOTICES], s.rows_notices
    rows[0, i] = s.at[NOW]
    rows[1, i] = next_seq(s)
    rows[2, i] = kind
    rows[3, i] = event
    rows[4, i] = bank
    rows[5, i] = counterparty
    rows[6, i] = tx
    rows[7, i] = amount
    rows[8, i] = np.float64(value).view(np.int64)
    rows[9, i] = settled
    rows[10, i] = NONE
    rows[11, i] = NONE
    s.row_counts[T_NOTICES] = i + 1


@inner
def write_register(s, bank, register, value):
    """A register was set: a notice with its number."""
    write_notice(s, STATE_SET, NONE, bank, NONE, NONE, NOTHING, value, YES)
    if s.options[RECORD] >= STANDARD:
        s.rows_notices[10, s.row_counts[T_NOTICES] - 1] = register


@inner
def write_step(s, kind, step, bank, tx, amount):
    """A notice of what may happen in several steps of the tick."""
    write_notice(s, kind, NONE, bank, NONE, tx, amount, NO_VALUE, YES)
    if s.options[RECORD] >= STANDARD:
        s.rows_notices[11, s.row_counts[T_NOTICES] - 1] = step


@inner
def write_decision(s, bank, tree, tx, action, reason):
    if s.options[RECORD] < FULL:
        return
    i, rows = s.row_counts[T_DECISIONS], s.rows_decisions
    rows[0, i] = s.at[NOW]
    rows[1, i] = s.at[DECISION_SEQ]
    rows[2, i] = bank
    rows[3, i] = tree
    rows[4, i] = tx
    rows[5, i] = action
    rows[6, i] = reason
    for column in range(7, rows.shape[0]):  # a built-in policy has no path and no parameters
        rows[column, i] = NONE
    s.at[DECISION_SEQ] += 1
    s.row_counts[T_DECISIONS] = i + 1


@inner
def write_waiting(s, p, queue, position, klass, reason, missing):
    i, rows = s.row_counts[T_QUEUES], s.rows_queues
    rows[0, i] = s.at[NOW]
    rows[1, i] = queue
    rows[2, i] = position
    rows[3, i] = s.tx[p]
    rows[4, i] = s.sender[p]
    rows[5, i] = s.amount[p]
    rows[6, i] = klass
    rows[7, i] = reason
    rows[8, i] = missing
    s.row_counts[T_QUEUES] = i + 1


@part
def write_bank_ticks(s):
    n, rows, banks = s.row_counts[T_BANK_TICKS], s.rows_bank_ticks, s.balance.size
    for b in range(banks):
        rows[0, n + b] = s.at[NOW]
        rows[1, n + b] = b
    for column in range(2, rows.shape[0]):  # the bank matrix begins with this table's columns
        for b in range(banks):
            rows[column, n + b] = s.bank[column - 2, b]
    s.row_counts[T_BANK_TICKS] = n + banks
