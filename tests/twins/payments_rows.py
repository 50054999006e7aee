"""The rows of spec section 4: dicts with names for codes and None for NULL."""

from tests.twins.payments_shocks import outage_of

LEVELS = ("off", "summary", "standard", "full")
LEVEL_OF = {
    "payments": 1,
    "settlements": 1,
    "bank_days": 1,
    "queue_snapshots": 3,
    "policy_decisions": 3,
}  # others: 2
TABLES = ("payments", "settlements", "bank_ticks", "bank_days", "costs", "liquidity", "limits", "notices",
          "queue_snapshots", "policy_decisions", "lsm_sets", "lsm_runs", "collateral")  # fmt: skip
WITHOUT_SEQ = ("bank_ticks", "bank_days", "queue_snapshots")
COST_KINDS = ("overdraft", "delay", "collateral", "liquidity", "deadline_penalty", "eod_penalty",
              "drop_penalty", "split_friction", "throughput_penalty", "eod_borrowing")  # fmt: skip


class Log:
    """The rows so far of every table the level records."""

    def __init__(self, level):
        self.level = LEVELS.index(level)
        self.tables = {name: [] for name in TABLES if self.records(name)}

    def records(self, table):
        return LEVEL_OF.get(table, 2) <= self.level

    def open(self, tick):
        self.tick = tick
        self.seq = self.changes = self.decisions = 0

    def write(self, table, **row):
        head = {"tick": self.tick}
        if table == "notices":
            row.setdefault("register", None)
            row.setdefault("step", None)
        if table not in WITHOUT_SEQ:
            head["seq"] = self.seq
            self.seq += 1
        self.keep(table, head | row)

    def change(self, row):
        self.keep("payments", {"tick": self.tick, "seq": self.changes} | row)
        self.changes += 1

    def decide(self, **row):
        self.keep("policy_decisions", {"tick": self.tick, "seq": self.decisions} | row)
        self.decisions += 1

    def keep(self, table, row):
        if self.records(table):
            self.tables[table].append(row)


def of_payment(payment):
    return {
        "tx_id": payment.id, "parent_id": payment.parent.id if payment.parent else None,
        "sender": payment.sender.id, "receiver": payment.receiver.id, "amount": payment.amount,
        "priority": payment.priority, "original_priority": payment.original_priority,
        "divisible": payment.divisible, "arrival_tick": payment.arrival_tick,
        "deadline_tick": payment.deadline_tick, "submission_tick": payment.submission_tick,
        "settled_tick": payment.settled_tick, "settled_seq": payment.settled_seq,
        "overdue_since": payment.overdue_since, "status": payment.status, "channel": payment.channel,
        "set_id": payment.set_id, "source": payment.source,
        "q1_ticks": payment.q1_ticks, "q2_ticks": payment.q2_ticks,
    }  # fmt: skip


def of_bank_tick(twin, bank):
    own2 = [p for p in twin.queue2 if p.sender is bank]
    now = [p for p in twin.settled_today if p.settled_tick == twin.now]
    return {
        "bank": bank.id, "balance": bank.balance, "min_balance": bank.tick_low,
        "pending_credit": bank.credited, "cap": bank.settings.cap,
        "posted_collateral": bank.settings.collateral, "haircut": float(bank.settings.haircut),
        "limit": bank.limit, "available": bank.available, "allocated": bank.in_force,
        "q1_count": len(bank.queue), "q1_value": value(bank.queue),
        "q2_count": len(own2), "q2_value": value(own2),
        "sent": value(sent(now, bank)), "received": value(received(now, bank)),
        "net_today": value(received(twin.settled_today, bank)) - value(sent(twin.settled_today, bank)),
        "budget": bank.budget.total,
    }  # fmt: skip


def of_bank_day(twin, bank):
    day = bank.day
    originals = [p for p in twin.payments if p.parent is None]
    today = [p for p in originals if p.arrival_tick // twin.scenario.ticks_per_day == twin.day]
    arrived, out, back = sent(today, bank), sent(twin.settled_today, bank), received(twin.settled_today, bank)
    complete = [p for p in sent(originals, bank) if settled_today(p, twin)]
    dropped = [p for p in sent(twin.payments, bank) if dropped_today(p, twin)]
    due = value(arrived) + twin.carried[bank.id]
    return {
        "day": twin.day, "bank": bank.id, "opening": day["opening"], "closing": bank.balance,
        "min_balance": day["min_balance"], "max_balance": day["max_balance"],
        "peak_overdraft": max(0, -day["min_balance"]),
        "allocated": day["allocated"], "returned": day["returned"], "loan": day["loan"],
        "arrived_count": len(arrived), "arrived_value": value(arrived),
        "sent_count": len(out), "sent_value": value(out),
        "received_count": len(back), "received_value": value(back),
        "settled_count": len(complete), "settled_value": value(complete),
        "dropped_count": len(dropped), "dropped_value": value(dropped),
        **{kind: day["costs"].get(kind, 0) for kind in COST_KINDS},
        "throughput": value(out) / due if due else 0.0,
    }  # fmt: skip


def of_queues(twin):
    for bank in twin.banks:
        for position, payment in enumerate(bank.queue):
            yield of_waiting(1, position, payment, None, "policy")
    places = [(twin.banks.index(p.sender), place, p) for place, p in enumerate(twin.queue2)]
    for _, place, payment in sorted(places, key=lambda entry: entry[:2]):
        yield of_waiting(2, place, payment, payment.queue_class, reason(twin, payment, twin.queue2[:place]))


def reason(twin, payment, earlier):
    """What keeps it in the central queue as things stand now; liquidity, too, if nothing does any more."""
    breach = twin.breach(payment.sender, payment.receiver, payment.remaining)
    if payment.remaining > payment.sender.available:
        return "liquidity"
    if breach:
        return breach["reason"]
    if outage := outage_of(twin, payment.sender, payment.receiver):
        return outage
    return "strict_fifo" if twin.blocked_by(payment, earlier) else "liquidity"


def of_waiting(queue, position, payment, queue_class, reason):
    return {
        "queue": queue, "position": position, "tx_id": payment.id, "bank": payment.sender.id,
        "remaining": payment.remaining, "class": queue_class, "reason": reason,
        "missing": max(0, payment.remaining - payment.sender.available),
    }  # fmt: skip


def dropped_today(payment, twin):
    tick = payment.dropped_tick
    return tick is not None and tick // twin.scenario.ticks_per_day == twin.day


def settled_today(payment, twin):
    tick = payment.settled_tick
    return tick is not None and tick // twin.scenario.ticks_per_day == twin.day


def waiting_value(twin, bank):
    return value(p for p in twin.queued() if p.sender is bank)


def sent(payments, bank):
    return [p for p in payments if p.sender is bank]


def received(payments, bank):
    return [p for p in payments if p.receiver is bank]


def value(payments):
    return sum(payment.amount for payment in payments)
