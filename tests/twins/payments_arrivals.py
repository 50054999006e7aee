"""Step 2 of the slow twin: the payments that arrive, and how any payment comes into being."""

from tests.twins import payments_random as chance
from tests.twins.payments_state import Payment


def let_arrive(twin):
    for tick, *listed in twin.scenario.listed:
        if tick == twin.now:
            let_listed_arrive(twin, *listed)
    for bank in twin.sorted_banks:
        for source in bank.settings.streams:
            let_stream_arrive(twin, bank, source)


def let_listed_arrive(twin, sender, receiver, amount, deadline_tick, priority, divisible):
    """A payment known in advance."""
    payer, offset = twin.bank(sender), deadline_tick - twin.now
    payment = create(twin, payer, twin.bank(receiver), amount, priority, offset, divisible, "listed")
    payer.queue.append(payment)


def let_stream_arrive(twin, bank, source):
    count, sizes, receivers, deadlines, priorities = (
        draws(twin, bank, source.purposes + purpose) for purpose in range(1, 6)
    )
    for _ in range(count.poisson(source.rate * twin.rate_factor * bank.rate_factor)):
        amount = chance.amount(sizes, source.amounts)
        receiver = draw_receiver(twin, receivers, bank, source)
        offset = deadlines.range(source.low, source.high + 1)
        priority = chance.priority(priorities, source.priority, twin.scenario.compat)
        payment = create(twin, bank, receiver, amount, priority, offset, source.divisible, "arrival")
        bank.queue.append(payment)


def draws(twin, bank, purpose):
    """The one shared stream, or a fresh one for this bank, purpose and tick."""
    if twin.scenario.shared:
        return twin.stream
    return chance.stream(twin.scenario.seed, bank.id, purpose, twin.now)


def draw_receiver(twin, stream, bank, source):
    candidates = others(twin, bank)
    if not source.weights:
        return twin.bank(candidates[stream.range(0, len(candidates))])
    weights = [weight(twin, source, other) for other in candidates]
    return twin.bank(candidates[chance.choice(stream, weights, twin.scenario.compat)])


def others(twin, bank):
    return [other.id for other in twin.banks if other is not bank]


def weight(twin, source, other):
    """The weight in force; an empty map means equal weights."""
    return float(source.weights.get(other, twin.scenario.missing_weight)) if source.weights else 1.0


def create(twin, sender, receiver, amount, priority, offset, divisible, source):
    payment = Payment(
        id=len(twin.payments),
        sender=sender,
        receiver=receiver,
        amount=amount,
        priority=priority,
        original_priority=priority,
        divisible=divisible,
        arrival_tick=twin.now,
        deadline_tick=deadline(twin, offset, source),
        source=source,
        queued_since=twin.now,
    )
    twin.payments.append(payment)
    return payment


def deadline(twin, offset, source):
    """The run's end bounds it, and the day's end if asked; it comes at least a tick after the arrival."""
    found = min(twin.now + offset, twin.ticks)
    if twin.scenario.capped:
        end_of_day = (twin.day + 1) * twin.scenario.ticks_per_day
        as_the_peer = twin.scenario.compat and source == "arrival"
        found = min(found, end_of_day if as_the_peer else end_of_day - 1)
    return max(found, twin.now + 1)
