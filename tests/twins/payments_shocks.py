"""Shocks of spec section 2: outages and capacity, credit and haircuts, money that leaves, new policies."""

from tests.twins.payments_arrivals import create
from tests.twins.payments_input import exact


class Outage:
    """Something that is out of order from its first tick up to, and without, its end."""

    def __init__(self, event, end):
        self.kind, self.end = event["type"], end
        self.bank, self.direction = event.get("agent"), event.get("direction", "send")
        self.capacity = event.get("max_settlements_per_tick")


def in_force(twin, kind):
    return [outage for outage in twin.outages if outage.kind == kind and outage.end > twin.now]


def system_down(twin):
    return bool(in_force(twin, "SystemOutage"))


def lsm_down(twin):
    return system_down(twin) or bool(in_force(twin, "LsmOutage"))


def cut_off(twin, bank, direction):
    """Whether a bank cannot send, or cannot receive."""
    return any(
        outage.bank == bank.id and outage.direction in (direction, "both")
        for outage in in_force(twin, "ParticipantOutage")
    )


def room(twin):
    """How many payments may settle yet in this tick; None for any number."""
    settled = sum(payment.settled_tick == twin.now for payment in twin.settled_today)
    limits = [outage.capacity for outage in in_force(twin, "CapacityLimit")]
    return max(0, min(limits) - settled) if limits else None


def outage_of(twin, sender, receiver):
    """Which outage keeps a payment from settling, or None."""
    if cut_off(twin, sender, "send"):
        return "sender_outage"
    if cut_off(twin, receiver, "receive"):
        return "receiver_outage"
    if system_down(twin):
        return "system_outage"
    return "capacity" if room(twin) == 0 else None


def end_outages(twin):
    """What works again from this tick on, each told once."""
    for kind in ("SystemOutage", "LsmOutage"):
        if is_back(twin, [outage for outage in twin.outages if outage.kind == kind]):
            tell_end(twin, kind, None)
    for bank in twin.banks:
        own = [outage for outage in twin.outages if outage.bank == bank.id]
        if any(
            is_back(twin, [o for o in own if o.direction in (way, "both")]) for way in ("send", "receive")
        ):
            tell_end(twin, "ParticipantOutage", bank.id)


def is_back(twin, outages):
    return max((outage.end for outage in outages), default=None) == twin.now


def tell_end(twin, kind, bank):
    twin.log.write(
        "notices", kind="OutageEnded", event=kind, bank=bank, counterparty=None, tx_id=None, amount=0,
        value=0.0, settled=True,
    )  # fmt: skip


def give_back(twin):
    """Money that squeezes took for a time returns before the tick's events."""
    due = [squeeze for squeeze in twin.squeezes if squeeze[0] == twin.now]
    twin.squeezes = [squeeze for squeeze in twin.squeezes if squeeze[0] > twin.now]
    for _, bank, amount in due:
        twin.move_outside(bank, "squeeze", amount)


# The events; each gives what its notice tells beyond its type.


def concerned(twin, event):
    return twin.banks if event["agent"] == "all" else [twin.bank(event["agent"])]


def one_bank(event):
    return {} if event["agent"] == "all" else {"bank": event["agent"]}


def break_down(twin, event):
    twin.outages.append(Outage(event, twin.now + event.get("duration", 1)))
    return {"bank": event.get("agent"), "amount": event.get("max_settlements_per_tick", 0)}


def adjust_collateral(twin, event):
    bank = twin.bank(event["agent"])
    bank.settings.cap = max(0, bank.settings.cap + event["delta"])
    return {"bank": bank.id, "amount": event["delta"]}


def change_credit(twin, event):
    for bank in concerned(twin, event):
        settings = bank.settings
        if "new_cap" in event:
            settings.cap = event["new_cap"]
        elif "delta" in event:
            settings.cap = max(0, settings.cap + event["delta"])
        else:
            settings.cap = int(settings.cap * exact(event["multiplier"]))
    amount = event.get("new_cap", event.get("delta", 0))
    return one_bank(event) | {"amount": amount, "value": event.get("multiplier", 0)}


def change_haircut(twin, event):
    for bank in concerned(twin, event):
        bank.settings.haircut = exact(event["haircut"])
    return one_bank(event) | {"value": event["haircut"]}


def squeeze(twin, event):
    for bank in concerned(twin, event):
        amount = event.get("amount")
        if amount is None:
            amount = int(max(0, bank.balance) * exact(event["fraction"]))
        twin.move_outside(bank, "squeeze", -amount)
        if "duration" in event:
            twin.squeezes.append((twin.now + event["duration"], bank, amount))
    return one_bank(event) | {"amount": event.get("amount", 0), "value": event.get("fraction", 0)}


def call_margin(twin, event):
    bank, told = twin.bank(event["agent"]), {"bank": event["agent"], "amount": event["amount"]}
    if "to_agent" not in event:
        twin.move_outside(bank, "outflow", -event["amount"])
        return told
    receiver, offset = twin.bank(event["to_agent"]), event.get("deadline", 1)
    payment = create(twin, bank, receiver, event["amount"], 10, offset, False, "event")
    payment.declared_class = "HighlyUrgent"
    twin.pending.append(payment)
    return told | {"counterparty": receiver.id, "tx_id": payment.id}


def change_policy(twin, event):
    twin.install(twin.bank(event["agent"]), event["policy"])
    return {"bank": event["agent"]}


def change_fraction(twin, event):
    settings = twin.bank(event["agent"]).settings
    settings.fraction = settings.new_fraction = exact(event["fraction"])
    return {"bank": event["agent"], "value": event["fraction"]}


SHOCKS = {
    "CollateralAdjustment": adjust_collateral,
    "CreditLimitChange": change_credit,
    "HaircutChange": change_haircut,
    "SystemOutage": break_down,
    "LsmOutage": break_down,
    "ParticipantOutage": break_down,
    "CapacityLimit": break_down,
    "LiquiditySqueeze": squeeze,
    "MarginCall": call_margin,
    "PolicyChange": change_policy,
    "LiquidityFractionChange": change_fraction,
}
