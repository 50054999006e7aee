"""The context fields of a payment, by their numbers."""

from simcash.core.jit import inner
from simcash.payments.engine.codes import (
    DEADLINE_MODE,
    DEADLINE_PENALTY,
    DELAY_RATE,
    EOD_MODE,
    EOD_PENALTY,
    NONE,
    NOW,
    OVERDRAFT_RATE,
    QUEUE2,
    numbers,
)
from simcash.payments.engine.costs import penalty
from simcash.payments.engine.partners import is_top_receiver, meet_partners
from simcash.payments.engine.queue1 import priority_band
from simcash.payments.engine.seen import BALANCE, credit_used

(
    AMOUNT, REMAINING, SETTLED_AMOUNT, ARRIVAL_TICK, DEADLINE_TICK, PRIORITY, IS_SPLIT, IS_DIVISIBLE,
    IS_PAST_DEADLINE, IS_OVERDUE, IS_IN_QUEUE2, OVERDUE_DURATION, TICKS_TO_DEADLINE, QUEUE_AGE, TIME_IN_QUEUE,
    COUNTERPARTY, IS_TOP_COUNTERPARTY, CAN_RECEIVE, CAN_SEND,
    DELAY_ONE_TICK, OVERDRAFT_ONE_TICK, DELAY_SO_FAR, IF_SETTLED_NOW, IF_HELD, URGENCY, FOR_DEADLINE, FOR_EOD,
    OUT_TO, IN_FROM, NET_WITH,
) = numbers(30)  # fmt: skip
THOUSAND, MILLION, BILLION = 1e3, 1e6, 1e9  # of rates and multipliers
BASIS_POINTS = 1e4


@inner
def payment_field(s, f, b, p):
    """The value of a field of payment p."""
    t = s.at[NOW]
    if f <= REMAINING:  # a payment in a queue is never paid in part
        return float(s.amount[p])
    if f == SETTLED_AMOUNT:
        return 0.0
    if f == ARRIVAL_TICK:
        return float(s.arrival[p])
    if f == DEADLINE_TICK:
        return float(s.deadline[p])
    if f == PRIORITY:
        return float(s.priority[p])
    if f == IS_SPLIT:
        return 1.0 if s.parent[p] != NONE else 0.0
    if f == IS_DIVISIBLE:
        return 1.0 if s.divisible[p] else 0.0
    if f == IS_PAST_DEADLINE:
        return 1.0 if t > s.deadline[p] else 0.0
    if f == IS_OVERDUE:
        return 1.0 if s.overdue[p] != NONE else 0.0
    if f == IS_IN_QUEUE2:
        return 1.0 if s.status[p] == QUEUE2 else 0.0
    if f == OVERDUE_DURATION:
        return 0.0 if s.overdue[p] == NONE else float(t - s.overdue[p])
    if f == TICKS_TO_DEADLINE:
        return float(s.deadline[p] - t)
    if f == QUEUE_AGE:
        return float(t - s.arrival[p])
    if f == TIME_IN_QUEUE:
        return float(t - s.since[p])
    if f <= CAN_SEND:
        return receiver_field(s, f, b, s.receiver[p])
    if f <= FOR_EOD:
        return cost_field(s, f, b, p)
    return partner_field(s, f, b, s.receiver[p])


@inner
def receiver_field(s, f, b, receiver):
    if f == COUNTERPARTY:
        return float(s.rank[receiver] + 1)
    if f == IS_TOP_COUNTERPARTY:
        return is_top_receiver(s, b, receiver)
    back = s.receives_from[receiver] if f == CAN_RECEIVE else s.sends_from[receiver]
    return 1.0 if s.at[NOW] >= back else 0.0


@inner
def partner_field(s, f, b, receiver):
    """What the bank has with the receiver in the central queue."""
    meet_partners(s, b)
    if f == OUT_TO:
        return float(s.value_out[receiver])
    if f == IN_FROM:
        return float(s.value_in[receiver])
    return float(s.value_out[receiver] - s.value_in[receiver])


@inner
def cost_field(s, f, b, p):
    amount = s.amount[p]
    if f == DELAY_ONE_TICK:
        return amount * (s.options[DELAY_RATE] / MILLION)
    if f == OVERDRAFT_ONE_TICK:
        return amount * (s.options[OVERDRAFT_RATE] / THOUSAND) / BASIS_POINTS
    if f == DELAY_SO_FAR:
        return float(s.delay_paid[p])
    if f == IF_SETTLED_NOW:
        return cost_if_settled(s, p)
    if f == IF_HELD:
        return cost_if_held(s, p)
    if f == URGENCY:
        return cost_if_held(s, p) - cost_if_settled(s, p)
    if f == FOR_DEADLINE:
        return float(penalty(s.options[DEADLINE_MODE], s.options[DEADLINE_PENALTY], amount))
    return float(penalty(s.options[EOD_MODE], s.options[EOD_PENALTY], amount))


@inner
def cost_if_settled(s, p):
    """A tick's overdraft cost of the credit that paying it now would take."""
    extra = max(0, s.amount[p] - s.sight[BALANCE]) - credit_used(s)
    return extra * (s.options[OVERDRAFT_RATE] / THOUSAND) / BASIS_POINTS


@inner
def cost_if_held(s, p):
    """A tick's delay cost, and the deadline penalty if the next tick is too late."""
    late = s.at[NOW] > s.deadline[p]
    group = 2 * priority_band(s.priority[p]) + (1 if late else 0)
    rate = s.delay_multiplier[group] * s.options[DELAY_RATE]
    cost = s.amount[p] * float(rate) / BILLION
    if s.at[NOW] + 1 > s.deadline[p] and not s.charged[p]:
        cost += penalty(s.options[DEADLINE_MODE], s.options[DEADLINE_PENALTY], s.amount[p])
    return cost
