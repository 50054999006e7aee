"""The edges of a day and of a tick: steps 0, 12, 13, 15 and 16."""

from simcash.core.exact import muldiv_half_up, muldiv_up
from simcash.core.jit import inner, njit, part, stage
from simcash.payments.engine.codes import (
    ACCOUNTS,
    ALLOCATED_TODAY,
    ALLOCATION,
    BORROWING,
    BORROWING_RATE,
    CAPACITY,
    CARRIED,
    CREDIT_APPLIED,
    DAY_SIZE,
    DEFERRED,
    END_OF_DAY,
    EOD_BORROWING,
    KINDS,
    LOAN,
    LOANED,
    NEXT_SET,
    NO_VALUE,
    NONE,
    NOTHING,
    NOW,
    OUTSIDE,
    QUEUE1,
    QUEUE2,
    REALLOCATE,
    REPAYMENT,
    RESET,
    RESET_DAILY,
    RETURN,
    RETURNED,
    SENT,
    SETTLED_NOW,
    SLOTS,
    THROUGHPUT,
    THROUGHPUT_MISSED,
    TICKS_PER_DAY,
    YES,
)
from simcash.payments.engine.costs import MILLION, book, charge_day_end, penalty
from simcash.payments.engine.pairs import forget_index
from simcash.payments.engine.queue1 import leave_queue1
from simcash.payments.engine.queue2 import leave_queue2
from simcash.payments.engine.rows import write_liquidity, write_notice
from simcash.payments.engine.settle import add_money, available, credit, mark_settled, system_down


@inner
def from_outside(s, b, kind, amount):
    """Money that enters (or, negative, leaves) the system in a bank's balance."""
    add_money(s, b, amount)
    s.at[OUTSIDE] += amount
    write_liquidity(s, b, kind, amount)


@inner
def clear(array):
    for i in range(array.size):
        array[i] = 0


@stage
def open_tick(s):
    """Clear what is counted by the tick; step 0 on the first tick of a day."""
    open_accounts(s)
    if s.at[NOW] % s.options[TICKS_PER_DAY] == 0:
        for b in s.order:
            open_day(s, b)
    s.at[SETTLED_NOW] = 0
    s.at[CAPACITY] = s.capacity_before[min(s.at[NOW], s.capacity_before.size - 1)]
    for b in range(s.balance.size):
        s.min_tick[b] = s.balance[b]
        s.sent_tick[b] = 0
        s.received_tick[b] = 0
        s.pending_tick[b] = 0
        s.allocated_tick[b] = s.allocated[b]


@inner
def open_day(s, b):
    """Step 0 for one bank: loans are repaid, balances reset, the pool is allocated."""
    s.opening[b] = s.balance[b]
    s.net_today[b] = 0
    if s.loan[b] > 0:
        from_outside(s, b, REPAYMENT, -s.loan[b])
        s.loan[b] = 0
    if s.options[RESET_DAILY] and s.at[NOW] > 0:
        from_outside(s, b, RESET, s.opening_balance[b] - s.balance[b])
    if s.at[NOW] == 0 or s.options[REALLOCATE]:
        if s.at[NOW] > 0:
            s.fraction[b] = s.fraction_next[b]
        s.allocated[b] = s.alloc_first[b] if s.at[NOW] == 0 else s.alloc_next[b]
        s.day[ALLOCATED_TODAY, b] = s.allocated[b]
        from_outside(s, b, ALLOCATION, s.allocated[b])
    s.min_day[b] = s.balance[b]
    s.max_day[b] = s.balance[b]


@njit
def open_accounts(s):
    """New accounts for a new day: at its first tick, or with a payment submitted before it."""
    today = s.at[NOW] // s.options[TICKS_PER_DAY] + 1
    if s.at[ACCOUNTS] == today:
        return
    s.at[ACCOUNTS] = today
    clear(s.arrived_to)
    for b in range(s.balance.size):
        for k in range(DAY_SIZE):
            s.day[k, b] = 0
        for kind in range(KINDS):
            s.cost_day[kind, b] = 0
        s.day[CARRIED, b] = s.q1_value[b] + s.q2_value[b]


@inner
def is_day_end(s):
    return s.at[NOW] % s.options[TICKS_PER_DAY] == s.options[TICKS_PER_DAY] - 1


@stage
def borrow(s):
    """Step 12: banks borrow what they lack, and everything that waits settles as one set."""
    if not is_day_end(s) or system_down(s):
        return
    paid, due, n = s.net, s.due, NOTHING
    clear(paid)
    clear(due)
    for p in range(s.at[SLOTS]):
        if s.status[p] == QUEUE1 or s.status[p] == QUEUE2:
            s.items[n] = p
            n += 1
            paid[s.sender[p]] += s.amount[p]
            due[s.receiver[p]] += s.amount[p]
    if n == 0:
        return
    for b in s.order:
        take_loan(s, b, paid[b] - (0 if s.options[DEFERRED] else due[b]) - available(s, b))
    settle_set(s, n, EOD_BORROWING)
    forget_index(s)


@part
def take_loan(s, b, amount):
    """Borrow overnight at the proportional rate."""
    if amount > 0:
        s.loan[b] = amount
        s.day[LOANED, b] = amount
        from_outside(s, b, LOAN, amount)
        book(s, b, BORROWING, NONE, muldiv_half_up(amount, s.options[BORROWING_RATE], MILLION))


@inner
def settle_set(s, n, channel):
    """Settle items[:n] as one set: net payers are debited, net receivers credited (s.due - s.net)."""
    for b in range(s.balance.size):
        net = s.due[b] - s.net[b]
        if net < 0:
            add_money(s, b, net)
        elif net > 0:
            credit(s, b, net)
    for i in range(n):
        p = s.items[i]
        if s.status[p] == QUEUE1:
            leave_queue1(s, p)
        else:
            leave_queue2(s, p)
        mark_settled(s, p, channel, s.at[NEXT_SET])
    s.at[NEXT_SET] += 1


@part
def apply_credits(s):
    """Step 13: deferred credits become usable."""
    for b in s.order:
        amount = s.pending[b]
        if amount > 0:
            s.pending[b] = 0
            s.pending_tick[b] = amount
            add_money(s, b, amount)
            write_notice(s, CREDIT_APPLIED, NONE, b, NONE, NONE, amount, NO_VALUE, YES)


@stage
def close_tick(s):
    """Step 15 at the end of a day, and before it the throughput reached by each rule's tick."""
    for r in range(s.rule_tick.size):
        if s.at[NOW] % s.options[TICKS_PER_DAY] == s.rule_tick[r]:
            for b in s.order:
                s.rule_settled[r, b] = s.day[SENT, b]
    if is_day_end(s):
        charge_day_end(s)
        for b in s.order:
            charge_throughput(s, b)
            if s.options[REALLOCATE]:
                return_pool(s, b)
        clear(s.bilateral_used)
        clear(s.multilateral_used)
        write_notice(s, END_OF_DAY, NONE, NONE, NONE, NONE, NOTHING, NO_VALUE, YES)


@part
def return_pool(s, b):
    """The pool takes back what it lent in the morning; the day's extremes do not count this."""
    low, high, tick_low = s.min_day[b], s.max_day[b], s.min_tick[b]
    s.day[RETURNED, b] = s.allocated[b]
    from_outside(s, b, RETURN, -s.allocated[b])
    s.allocated[b] = 0
    s.min_day[b], s.max_day[b], s.min_tick[b] = low, high, tick_low


@inner
def charge_throughput(s, b):
    """The penalties of a bank that had not settled the wanted share of its day by a rule's tick."""
    cost = NOTHING
    for r in range(s.rule_tick.size):
        if s.rule_banks[r, b]:
            wanted = muldiv_up(s.day[SENT, b], s.rule_numerator[r], s.rule_denominator[r])
            short = wanted - s.rule_settled[r, b]
            if short > 0:
                cost += penalty(s.rule_mode[r], s.rule_amount[r], short)
                write_notice(s, THROUGHPUT_MISSED, NONE, b, NONE, NONE, short, NO_VALUE, YES)
    book(s, b, THROUGHPUT, NONE, cost)
