"""Settlement: who can pay, which limit stops a payment, and moving the money."""

from simcash.core.jit import inner, part
from simcash.payments.engine.codes import (
    BY_BILATERAL,
    BY_CAPACITY,
    BY_LIQUIDITY,
    BY_MULTILATERAL,
    BY_RECEIVER_OUTAGE,
    BY_SENDER_OUTAGE,
    BY_SYSTEM_OUTAGE,
    CAPACITY,
    DEFERRED,
    LIVE,
    NONE,
    NOW,
    RECEIVED,
    RECEIVED_N,
    SAVING_BACK,
    SENT,
    SENT_N,
    SETTLED,
    SETTLED_N,
    SETTLED_NOW,
    SETTLED_VALUE,
    SYSTEM_BACK,
)
from simcash.payments.engine.rows import next_seq, touch, write_limit

COVERED = NONE  # nothing stops the payment


@inner
def credit_limit(s, b):
    """Unsecured cap plus collateral after haircut."""
    return s.cap[b] + s.collateral_value[b]


@inner
def available(s, b):
    """What a bank can pay now: its balance and its unused credit."""
    balance, limit = s.balance[b], credit_limit(s, b)
    if balance >= 0:
        return balance + max(0, limit)
    return max(0, limit + balance)


@inner
def add_money(s, b, amount):
    """Change a balance and remember the day's and the tick's extremes."""
    balance = s.balance[b] + amount
    s.balance[b] = balance
    if balance < s.min_tick[b]:
        s.min_tick[b] = balance
    if balance < s.min_day[b]:
        s.min_day[b] = balance
    if balance > s.max_day[b]:
        s.max_day[b] = balance


@inner
def credit(s, b, amount):
    """Money received from settlement: usable now, or at the end of the tick if crediting is deferred."""
    if s.options[DEFERRED]:
        s.pending[b] += amount
    else:
        add_money(s, b, amount)


@inner
def system_down(s):
    """Whether nothing settles in this tick."""
    return s.at[NOW] < s.at[SYSTEM_BACK]


@inner
def saving_down(s):
    """Whether step 10 and offsetting at entry are idle in this tick."""
    return system_down(s) or s.at[NOW] < s.at[SAVING_BACK]


@inner
def capacity_left(s):
    """How many payments may still settle in this tick."""
    return s.at[CAPACITY] - s.at[SETTLED_NOW]


@inner
def outage(s, p):
    """COVERED, or what keeps a payment from settling however much money there is.

    A set of payments is eligible if each of them is and `capacity_left` is at least their number.
    """
    if s.at[NOW] < s.sends_from[s.sender[p]]:
        return BY_SENDER_OUTAGE
    if s.at[NOW] < s.receives_from[s.receiver[p]]:
        return BY_RECEIVER_OUTAGE
    if system_down(s):
        return BY_SYSTEM_OUTAGE
    return COVERED if capacity_left(s) > 0 else BY_CAPACITY


@inner
def bilateral_entry(s, sender, receiver):
    """Where the sender's limit toward the receiver is kept, or NONE."""
    for k in range(s.bilateral_start[sender], s.bilateral_start[sender + 1]):
        if s.bilateral_peer[k] == receiver:
            return k
    return NONE


@inner
def stopped_by_limit(s, p):
    """COVERED, or the kind of limit that this payment would break."""
    b, amount = s.sender[p], s.amount[p]
    k = bilateral_entry(s, b, s.receiver[p])
    if k != NONE and s.bilateral_used[k] + amount > s.bilateral_limit[k]:
        return BY_BILATERAL
    if s.multilateral_limit[b] != NONE and s.multilateral_used[b] + amount > s.multilateral_limit[b]:
        return BY_MULTILATERAL
    return COVERED


@part
def log_limit(s, p, reason):
    """Log the first attempt that a limit stopped."""
    if s.limited[p]:
        return
    s.limited[p] = 1
    b = s.sender[p]
    if reason == BY_BILATERAL:
        k = bilateral_entry(s, b, s.receiver[p])
        write_limit(s, p, s.receiver[p], s.bilateral_used[k], s.bilateral_limit[k])
    else:
        write_limit(s, p, NONE, s.multilateral_used[b], s.multilateral_limit[b])


@inner
def obstacle(s, p):
    """What keeps a single payment from settling now, logged if it is a limit."""
    reason = outage(s, p)
    if reason != COVERED:
        return reason
    if s.amount[p] > available(s, s.sender[p]):
        return BY_LIQUIDITY
    reason = stopped_by_limit(s, p)
    if reason != COVERED:
        log_limit(s, p, reason)
    return reason


@part
def use_limits(s, p):
    """Count a settled payment toward the day's limits (a net basis counts receipts back)."""
    a, b, amount = s.sender[p], s.receiver[p], s.amount[p]
    s.multilateral_used[a] += amount
    k = bilateral_entry(s, a, b)
    if k != NONE:
        s.bilateral_used[k] += amount
    if s.net_basis[b]:
        s.multilateral_used[b] -= amount
        k = bilateral_entry(s, b, a)
        if k != NONE:
            s.bilateral_used[k] -= amount


@inner
def mark_settled(s, p, channel, set_id):
    """The books of a settled payment; the money itself is moved by the caller."""
    t, a, b, amount = s.at[NOW], s.sender[p], s.receiver[p], s.amount[p]
    s.status[p] = SETTLED
    s.at[LIVE] -= 1
    s.at[SETTLED_NOW] += 1
    s.settled[p] = t
    s.settled_seq[p] = next_seq(s)
    s.channel[p] = channel
    s.set_id[p] = set_id
    s.sent_tick[a] += amount
    s.received_tick[b] += amount
    s.net_today[a] -= amount
    s.net_today[b] += amount
    s.day[SENT_N, a] += 1
    s.day[SENT, a] += amount
    s.day[RECEIVED_N, b] += 1
    s.day[RECEIVED, b] += amount
    if s.parent_slot[p] == NONE:
        s.day[SETTLED_N, a] += 1
        s.day[SETTLED_VALUE, a] += amount
    touch(s, p)
    complete(s, p)


@part
def complete(s, p):
    """A settled part of a split payment leaves less of the whole to settle; the last part settles it."""
    whole = s.parent_slot[p]
    while whole != NONE:
        s.remaining[whole] -= s.amount[p]
        if s.remaining[whole] > 0:
            return
        s.status[whole] = SETTLED
        s.at[LIVE] -= 1
        s.settled[whole] = s.at[NOW]
        touch(s, whole)
        if s.parent_slot[whole] == NONE:
            s.day[SETTLED_N, s.sender[whole]] += 1
            s.day[SETTLED_VALUE, s.sender[whole]] += s.amount[whole]
        p, whole = whole, s.parent_slot[whole]


@inner
def settle_one(s, p, channel):
    """Settle a single payment that nothing stops."""
    add_money(s, s.sender[p], -s.amount[p])
    credit(s, s.receiver[p], s.amount[p])
    use_limits(s, p)
    mark_settled(s, p, channel, NONE)
