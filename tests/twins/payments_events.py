"""Step 1 of the slow twin: what the scenario makes happen, one function per type of event."""

from tests.twins.payments_arrivals import create, others, weight
from tests.twins.payments_input import exact, nearest
from tests.twins.payments_shocks import SHOCKS, end_outages, give_back, outage_of


def execute_events(twin):
    end_outages(twin)
    give_back(twin)
    for event in twin.scenario.events:
        if due(event["schedule"], twin.now):
            if event["type"] in SHOCKS:
                notice(twin, event, **SHOCKS[event["type"]](twin, event))
            else:
                EVENTS[event["type"]](twin, event)


def due(schedule, now):
    if schedule["type"] == "OneTime":
        return now == schedule["tick"]
    past = now - schedule["start_tick"]
    return past >= 0 and past % schedule["interval"] == 0


def notice(twin, event, bank=None, counterparty=None, tx_id=None, amount=0, value=0.0, settled=True):
    twin.log.write(
        "notices",
        kind="ScenarioEventExecuted",
        event=event["type"],
        bank=bank,
        counterparty=counterparty,
        tx_id=tx_id,
        amount=amount,
        value=float(value),
        settled=settled,
    )


def parties(twin, event):
    return twin.bank(event["from_agent"]), twin.bank(event["to_agent"]), event["amount"]


def transfer(twin, event):
    sender, receiver, amount = parties(twin, event)
    sender.move(-amount)
    receiver.move(amount)
    notice(twin, event, sender.id, receiver.id, amount=amount)


def arrive(twin, event):
    sender, receiver, amount = parties(twin, event)
    priority, divisible = event.get("priority", 5), event.get("is_divisible", False)
    offset = event.get("deadline", usual_deadline(twin))
    payment = create(twin, sender, receiver, amount, priority, offset, divisible, "event")
    sender.queue.append(payment)
    notice(twin, event, sender.id, receiver.id, payment.id, amount)


def settle_as_scheduled(twin, event):
    sender, receiver, amount = parties(twin, event)
    tx_id, feasible = (
        None,
        (
            outage_of(twin, sender, receiver) is None
            and amount <= sender.available
            and twin.breach(sender, receiver, amount) is None
        ),
    )
    if feasible:
        payment = create(twin, sender, receiver, amount, 5, usual_deadline(twin), False, "event")
        twin.settle(payment, "scheduled")
        tx_id = payment.id
    notice(twin, event, sender.id, receiver.id, tx_id, amount, settled=feasible)


def usual_deadline(twin):
    return max(twin.scenario.ticks_per_day // 10, 5)


def change_all_rates(twin, event):
    twin.rate_factor = float(event["multiplier"])
    notice(twin, event, value=event["multiplier"])


def change_rate(twin, event):
    twin.bank(event["agent"]).rate_factor *= event["multiplier"]
    notice(twin, event, event["agent"], value=event["multiplier"])


def change_weight(twin, event):
    bank, chosen, share = twin.bank(event["agent"]), event["counterparty"], float(event["new_weight"])
    for source in bank.settings.streams:
        weights = {other: weight(twin, source, other) for other in others(twin, bank)}
        rest = sum(weights[other] for other in weights if other != chosen)
        if event.get("auto_balance_others", False) and rest > 0:
            weights = {other: old * ((1 - share) / rest) for other, old in weights.items()}
        source.weights = weights | {chosen: share}
    notice(twin, event, bank.id, chosen, value=share)


def change_windows(twin, event):
    lower, upper = event.get("min_ticks_multiplier", 1), event.get("max_ticks_multiplier", 1)
    for source in [source for bank in twin.banks for source in bank.settings.streams]:
        low, high = nearest(source.low * exact(lower)), nearest(source.high * exact(upper))
        source.low = max(1, low)
        source.high = max(source.low, high)
    notice(twin, event, value=lower)


EVENTS = {
    "DirectTransfer": transfer,
    "CustomTransactionArrival": arrive,
    "ScheduledSettlement": settle_as_scheduled,
    "GlobalArrivalRateChange": change_all_rates,
    "AgentArrivalRateChange": change_rate,
    "CounterpartyWeightChange": change_weight,
    "DeadlineWindowChange": change_windows,
}
