"""The exact integers of spec 3.6, one function per formula."""

from decimal import Decimal
from fractions import Fraction
from math import ceil

from tests.twins.payments_input import nearest


def half_up(n, d):
    return (n + d // 2) // d


def overdraft(balance, bps):
    return half_up(max(0, -balance) * nearest(bps * 10**3), 10**7)


def holding(base, bps):
    """Of collateral or of pool money, per tick."""
    return half_up(base * nearest(bps * 10**6), 10**10)


def once(base, proportion):
    """A proportion of the allocation or of a loan."""
    return half_up(base * nearest(proportion * 10**6), 10**6)


def delay_weight(payment, tick, rates):
    """What a payment adds to its bank's delay cost, in units of 10^-9 cents."""
    overdue = rates.overdue_delay_multiplier if tick > payment.deadline_tick else Decimal(1)
    urgent, normal, low = rates.priority_multipliers
    priority = urgent if payment.priority >= 8 else normal if payment.priority >= 4 else low
    multiplier = nearest(1000 * overdue) * nearest(1000 * priority) // 1000
    return payment.remaining * multiplier * nearest(rates.delay_cost_per_tick_per_cent * 10**6)


def delay(weights):
    return half_up(sum(weights), 10**9)


def attribute(total, weights):
    """`total` over the payments: floors of the exact shares, leftover cents by remainder, then position."""
    shares = [weight // 10**9 for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda k: (-(weights[k] % 10**9), k))
    for k in by_remainder[: total - sum(shares)]:
        shares[k] += 1
    return shares


def penalty(amount, terms):
    fixed, micro_bps = terms
    return fixed + abs(amount) * micro_bps // 10**10


def shortfall(fraction, settled_today, settled_in_time):
    return max(0, ceil(fraction * settled_today) - settled_in_time)


def secured(collateral, haircut):
    """Collateral after haircut."""
    return int(collateral * (1 - haircut))


def required(used, settings):
    """The collateral that credit in use above the unsecured cap needs."""
    if settings.haircut == 1:
        return 0
    return ceil(Fraction(max(0, used - settings.cap)) / (1 - Fraction(settings.haircut)))


def available(balance, limit):
    used = max(0, -balance)
    return max(0, balance) + max(0, limit - used)
