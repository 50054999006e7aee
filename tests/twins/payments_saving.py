"""The liquidity-saving algorithms of spec 3.5, slow and plain, over anything that looks like a Desk."""

from itertools import chain, pairwise

import numpy as np


class Desk:
    """The central queue and what a settlement must respect, on bare numbers; the twin has a desk of its own.

    A payment has an id, a sender, a receiver and an amount; a bank has an id and what is available to it.
    """

    def __init__(self, banks, payments, limits=()):
        self.banks, self.queue = banks, payments
        self.bounds = limits
        self.settled = []

    def limits(self):
        """(sender, receiver or None for all, how much more may flow out, whether inflows count back)."""
        return self.bounds

    def eligible(self, payment):
        return True

    def room(self):
        """How many payments may settle yet in this tick; None for any number."""
        return None

    def settle(self, payments, channel):
        for payment in payments:
            payment.sender.available -= payment.amount
            payment.receiver.available += payment.amount
        self.bounds = [
            (sender, receiver, left - flow(payments, sender, receiver, net), net)
            for sender, receiver, left, net in self.bounds
        ]
        self.settled += payments
        gone = {payment.id for payment in payments}
        self.queue = [payment for payment in self.queue if payment.id not in gone]

    def pass_queue(self):
        """One pass over the queue: each payment by itself, in order; how many settled."""
        before = len(self.queue)
        for payment in list(self.queue):
            if feasible(self, [payment]):
                self.settle([payment], "queue2")
        return before - len(self.queue)


def flow(payments, sender, receiver, net):
    """What a set takes out of a bank toward one receiver or all, less what comes back if inflows count."""
    out = [p.amount for p in payments if p.sender is sender and receiver in (None, p.receiver)]
    back = [p.amount for p in payments if p.receiver is sender and receiver in (None, p.sender)]
    return sum(out) - (sum(back) if net else 0)


def value(payments):
    return sum(payment.amount for payment in payments)


def between(desk, sender, receiver):
    return [p for p in desk.queue if p.sender is sender and p.receiver is receiver]


def feasible(desk, payments):
    """Spec 3.2: liquidity for every bank's net payment, limits, outages, capacity."""
    room = desk.room()
    return (
        all(desk.eligible(payment) for payment in payments)
        and (room is None or len(payments) <= room)
        and all(flow(payments, bank, None, True) <= bank.available for bank in desk.banks)
        and all(
            flow(payments, sender, receiver, net) <= left for sender, receiver, left, net in desk.limits()
        )
    )


# The algorithms: each settles what it finds at the desk; how many payments settled.


def retry(desk):
    """fifo_retry: passes until one settles nothing."""
    count = 0
    while settled := desk.pass_queue():
        count += settled
    return count


def pairs(desk):
    """Two banks with payments both ways, those that can offset most first."""
    banks = sorted(desk.banks, key=lambda bank: bank.id)
    found = []
    for place, a in enumerate(banks):
        for b in banks[place + 1 :]:
            offset = min(value(between(desk, a, b)), value(between(desk, b, a)))
            if offset > 0:
                found.append((-offset, a.id, b.id, a, b))
    return [(a, b) for *_, a, b in sorted(found, key=lambda entry: entry[:3])]


def bilateral(desk, mode="all_or_nothing", lookahead=10):
    if mode == "lookahead":
        return look_ahead(desk, lookahead)
    count = 0
    for a, b in pairs(desk):
        one, other = between(desk, a, b), between(desk, b, a)
        chosen = one + other if mode == "all_or_nothing" else best_prefixes(desk, one, other)
        if chosen and feasible(desk, chosen):
            desk.settle(chosen, "bilateral")
            count += len(chosen)
    return count


def best_prefixes(desk, one, other):
    """The first i of one and the first j of the other, all of them tried; the best feasible set or []."""
    tried = [
        (value(one[:i] + other[:j]), i + j, i, one[:i] + other[:j])
        for i in range(1, len(one) + 1)
        for j in range(1, len(other) + 1)
    ]
    good = [entry for entry in tried if feasible(desk, entry[3])]
    return max(good, key=lambda entry: entry[:3], default=(0, 0, 0, []))[3]


def look_ahead(desk, most):
    """Each payment in order with the fewest first opposite payments that make it feasible."""
    count = 0
    for payment in list(desk.queue):
        if payment in desk.queue:
            opposite = between(desk, payment.receiver, payment.sender)[:most]
            for k in range(1, len(opposite) + 1):
                chosen = [payment, *opposite[:k]]
                if feasible(desk, chosen):
                    desk.settle(chosen, "bilateral")
                    count += len(chosen)
                    break
    return count


def cycles(desk, max_length, most):
    """Circles of payments, all of an edge or the first of each; at most so many circles."""
    count = done = 0
    for circle in circles(desk, max_length):
        edges = [between(desk, a, b) for a, b in pairwise([*circle, circle[0]])]
        if done == most or not all(edges):
            continue
        for chosen in (list(chain(*edges)), [edge[0] for edge in edges]):
            if feasible(desk, chosen):
                desk.settle(chosen, "cycle")
                count += len(chosen)
                done += 1
                break
    return count


def circles(desk, max_length):
    """Every simple circle of 3 to max_length banks, from its smallest bank; the most valuable first."""
    paths, found = [[bank] for bank in desk.banks], []
    for length in range(2, max_length + 1):
        paths = [
            [*path, bank]
            for path in paths
            for bank in desk.banks
            if bank.id > path[0].id and bank not in path and between(desk, path[-1], bank)
        ]
        found += [path for path in paths if length > 2 and between(desk, path[-1], path[0])]

    def rank(circle):
        total = sum(value(between(desk, a, b)) for a, b in pairwise([*circle, circle[0]]))
        return -total, len(circle), [bank.id for bank in circle]

    return sorted(found, key=rank)


def netting(desk):
    """partial_netting: the largest set that leaves every sender's order alone."""
    chosen = netted(desk)
    room = desk.room()
    if chosen and (room is None or len(chosen) <= room):
        desk.settle(chosen, "partial_netting")
        return len(chosen)
    return 0


def netted(desk):
    rest = {bank.id: admissible(desk, bank) for bank in desk.banks}
    position = {bank.id: bank.available for bank in desk.banks}
    for payment in chain(*rest.values()):
        position[payment.sender.id] -= payment.amount
        position[payment.receiver.id] += payment.amount
    while short := [bank for bank in position if position[bank] < 0]:
        last = rest[short[0]].pop()
        position[short[0]] += last.amount
        position[last.receiver.id] -= last.amount
    left = {payment.id for payments in rest.values() for payment in payments}
    return [payment for payment in desk.queue if payment.id in left]


def admissible(desk, bank):
    """A bank's payments up to the first that is ineligible or, with those before, would break a limit."""
    own = [payment for payment in desk.queue if payment.sender is bank]
    limits = [(receiver, left) for sender, receiver, left, _ in desk.limits() if sender is bank]
    for place, payment in enumerate(own):
        reached = own[: place + 1] if limits else []
        if not desk.eligible(payment) or any(
            flow(reached, bank, receiver, False) > left for receiver, left in limits
        ):
            return own[:place]
    return own


def best(desk, max_queue=20):
    """max_value: the best of all feasible subsets of the first payments."""
    chosen = best_subset(desk, desk.queue[:max_queue])
    if chosen:
        desk.settle(chosen, "max_value")
    return len(chosen)


def best_subset(desk, payments):
    """Every subset is looked at: number k holds the payments that the binary digits of k name."""
    good = np.flatnonzero(feasible_subsets(desk, payments))
    values = subset_sums([payment.amount for payment in payments])[good]
    good = good[values == values.max()]
    counts = subset_sums([1] * len(payments))[good]
    good = good[counts == counts.max()]
    subsets = [[p for place, p in enumerate(payments) if number >> place & 1] for number in good.tolist()]
    return min(subsets, key=lambda subset: sorted(payment.id for payment in subset))


def feasible_subsets(desk, payments):
    room = desk.room()
    rules = [([not desk.eligible(payment) for payment in payments], 0)]
    rules += [] if room is None else [([1] * len(payments), room)]
    rules += [
        ([flow([payment], bank, None, True) for payment in payments], bank.available) for bank in desk.banks
    ]
    rules += [
        ([flow([payment], sender, receiver, net) for payment in payments], left)
        for sender, receiver, left, net in desk.limits()
    ]
    return np.all([subset_sums(parts) <= most for parts, most in rules], axis=0)


def subset_sums(parts):
    """The sum of every subset of some numbers."""
    sums = np.zeros(1, dtype=np.int64)
    for part in parts:
        sums = np.concatenate([sums, sums + int(part)])
    return sums


def everything(desk):
    """all_or_nothing: the whole queue as one set."""
    whole = list(desk.queue)
    if not whole or not feasible(desk, whole):
        return 0
    desk.settle(whole, "all_or_nothing")
    return len(whole)


def run(desk, algorithm):
    """One run of one algorithm, given as {type, …options}."""
    options = dict(algorithm)
    return ALGORITHMS[options.pop("type")](desk, **options)


ALGORITHMS = {
    "fifo_retry": retry,
    "bilateral": bilateral,
    "cycles": lambda desk, max_length=4, max_cycles=10: cycles(desk, max_length, max_cycles),
    "partial_netting": netting,
    "max_value": best,
    "all_or_nothing": everything,
}


def gridlock(desk):
    """none, gridlock (something could settle together) or deadlock."""
    if not desk.queue:
        return "none"
    room = desk.room()
    chosen = netted(desk)
    if chosen and (room is None or len(chosen) <= room):
        return "gridlock"
    if len(desk.queue) <= 20 and best_subset(desk, desk.queue):
        return "gridlock"
    return "deadlock"


class Account:
    """A bank at a bare desk."""

    def __init__(self, place, available):
        self.id, self.available = place, available


class Order:
    """A payment at a bare desk."""

    def __init__(self, place, sender, receiver, amount):
        self.id, self.sender, self.receiver, self.amount = place, sender, receiver, amount


def solve(algorithm, liquidity, payments, limits=()):
    """One run on bare arrays: settled places, final liquidity, value.

    `payments` are (sender, receiver, amount) with senders as places in `liquidity`; `limits` are
    (sender, receiver or None, most).
    """
    banks = [Account(*entry) for entry in enumerate(liquidity)]
    orders = [Order(place, banks[a], banks[b], x) for place, (a, b, x) in enumerate(payments)]
    bounds = [(banks[a], None if b is None else banks[b], most, False) for a, b, most in limits]
    desk = Desk(banks, orders, bounds)
    run(desk, {"type": algorithm} if isinstance(algorithm, str) else algorithm)
    settled = sorted(order.id for order in desk.settled)
    return settled, [bank.available for bank in banks], value(desk.settled)
