"""Every context field of spec 3.3, each as the sentence that defines it, counted anew from the payments."""

from dataclasses import dataclass
from functools import cached_property
from math import inf, tanh

from tests.twins import payments_costs as exactly
from tests.twins.payments_input import LSM_CHANNELS
from tests.twins.payments_shocks import cut_off, system_down

OVERDRAFT_UNIT = 10**4  # basis points


@dataclass
class View:
    """What a bank sees when it decides: about one of its payments, or about itself."""

    twin: object
    bank: object
    payment: object = None
    seen: int | None = None  # a balance from which released payments have been deducted

    def field(self, name):
        if name.startswith("bank_state_"):
            return self.bank.registers.get(name, 0)
        if name[:-1].endswith("_top_") or name.startswith("top_cpty_"):
            return self.ranked(name)
        return FIELDS[name](self)

    def ranked(self, name):
        """my_q2_…_top_<k>, and top_cpty_<k>_id_hash."""
        k = int(name.removesuffix("_id_hash").split("_")[-1]) - 1
        values = {"my_q2_i": self.in_from, "my_bila": self.net_to}.get(name[:7], self.out_to)
        names = ranking(values)
        if k >= len(names):
            return 0
        return self.number_of(names[k]) if name.endswith("_id_hash") else values[names[k]]

    def number_of(self, bank_id):
        return 1 + [bank.id for bank in self.twin.sorted_banks].index(bank_id)

    # money

    @cached_property
    def balance(self):
        return self.bank.balance if self.seen is None else self.seen

    @property
    def limit(self):
        return self.bank.limit

    @property
    def credit_used(self):
        return max(0, -self.balance)

    @property
    def available(self):
        return exactly.available(self.balance, self.limit)

    @property
    def effective_liquidity(self):
        if self.twin.scenario.compat:
            return self.balance + self.bank.settings.cap - self.credit_used
        return self.balance + self.limit

    @property
    def pressure(self):
        means = max(0, self.balance) + self.limit
        return 1 - max(0, self.balance) / means if means else 1

    # queues

    @cached_property
    def queue1_value(self):
        return sum(p.remaining for p in self.bank.queue)

    @cached_property
    def own_queue2(self):
        return [p for p in self.twin.queue2 if p.sender is self.bank]

    @cached_property
    def incoming(self):
        return [p for p in self.twin.queue2 if p.receiver is self.bank]

    @cached_property
    def out_to(self):
        return self.by_partner(self.own_queue2, "receiver")

    @cached_property
    def in_from(self):
        return self.by_partner(self.incoming, "sender")

    @cached_property
    def net_to(self):
        return {name: self.out_to[name] - self.in_from[name] for name in self.out_to}

    def by_partner(self, payments, role):
        sums = {bank.id: 0 for bank in self.twin.banks}
        for payment in payments:
            sums[getattr(payment, role).id] += payment.remaining
        return sums

    @property
    def nearest_deadline(self):
        return min([p.deadline_tick for p in self.own_queue2], default=inf)

    # today

    @cached_property
    def arrived_today(self):
        """Own payments of the day; parts of a split payment are none."""
        day, tpd = self.twin.day, self.twin.scenario.ticks_per_day
        return [
            p for p in self.twin.payments
            if p.sender is self.bank and p.parent is None and p.arrival_tick // tpd == day
        ]  # fmt: skip

    @property
    def top_receivers(self):
        return ranking(self.by_arrivals())[:5]

    def by_arrivals(self):
        sums = {bank.id: 0 for bank in self.twin.banks}
        for payment in self.arrived_today:
            sums[payment.receiver.id] += payment.amount
        return sums

    @property
    def throughput(self):
        due = sum(p.amount for p in self.arrived_today) + self.twin.carried[self.bank.id]
        sent = sum(p.amount for p in self.twin.settled_today if p.sender is self.bank)
        return sent / due if due else 0

    @property
    def progress(self):
        return self.twin.tick_in_day / self.twin.scenario.ticks_per_day

    @property
    def guidance(self):
        rules = sorted(self.twin.scenario.throughput_rules, key=lambda rule: rule["by_tick"])
        ahead = [rule for rule in rules if rule["by_tick"] >= self.twin.tick_in_day]
        return (ahead[:1] or rules[-1:] or [{"fraction": 0}])[0]["fraction"]

    @property
    def lsm_rate(self):
        sets = {
            p.set_id for p in self.twin.payments
            if p.channel in LSM_CHANNELS and self.twin.now - 10 <= p.settled_tick < self.twin.now
        }  # fmt: skip
        return len(sets) / 10

    # collateral

    @property
    def capacity(self):
        return self.bank.settings.capacity

    @property
    def posted(self):
        return self.bank.settings.collateral

    @property
    def required(self):
        return exactly.required(self.credit_used, self.bank.settings)

    # costs

    @property
    def overdraft_rate(self):
        return float(self.twin.scenario.rates.overdraft_bps_per_tick)

    @property
    def delay_rate(self):
        return float(self.twin.scenario.rates.delay_cost_per_tick_per_cent)

    @property
    def cost_if_settled(self):
        extra = max(0, self.payment.remaining - self.balance) - self.credit_used
        return extra * self.overdraft_rate / OVERDRAFT_UNIT

    @property
    def cost_if_held(self):
        payment, twin = self.payment, self.twin
        delay = exactly.delay_weight(payment, twin.now, twin.scenario.rates) / 10**9
        due = twin.now + 1 > payment.deadline_tick and not payment.penalty_charged
        return delay + (twin.deadline_penalty(payment) if due else 0)


def ranking(values):
    """The banks with something, the largest first, ties by id."""
    return sorted((name for name in values if values[name]), key=lambda name: (-abs(values[name]), name))


def ratio(part, whole):
    return part / whole if whole else 0


PAYMENT_FIELDS = {
    "amount": lambda v: v.payment.amount,
    "remaining_amount": lambda v: v.payment.remaining,
    "settled_amount": lambda v: v.payment.amount - v.payment.remaining,
    "arrival_tick": lambda v: v.payment.arrival_tick,
    "deadline_tick": lambda v: v.payment.deadline_tick,
    "priority": lambda v: v.payment.priority,
    "is_split": lambda v: v.payment.parent is not None,
    "is_divisible": lambda v: v.payment.divisible,
    "is_past_deadline": lambda v: v.twin.now > v.payment.deadline_tick,
    "is_overdue": lambda v: v.payment.overdue_since is not None,
    "is_in_queue2": lambda v: v.payment.status == "queue2",
    "overdue_duration": lambda v: (
        0 if v.payment.overdue_since is None else v.twin.now - v.payment.overdue_since
    ),
    "ticks_to_deadline": lambda v: v.payment.deadline_tick - v.twin.now,
    "queue_age": lambda v: v.twin.now - v.payment.arrival_tick,
    "time_in_queue": lambda v: v.twin.now - v.payment.queued_since,
    "tx_counterparty_id": lambda v: v.number_of(v.payment.receiver.id),
    "tx_is_top_counterparty": lambda v: v.payment.receiver.id in v.top_receivers,
    "counterparty_can_receive": lambda v: not cut_off(v.twin, v.payment.receiver, "receive"),
    "counterparty_can_send": lambda v: not cut_off(v.twin, v.payment.receiver, "send"),
    "cost_delay_this_tx_one_tick": lambda v: v.payment.remaining * v.delay_rate,
    "cost_overdraft_this_amount_one_tick": lambda v: v.payment.remaining * v.overdraft_rate / OVERDRAFT_UNIT,
    "cost_delay_so_far": lambda v: v.payment.delay_so_far,
    "cost_if_settled_now": lambda v: v.cost_if_settled,
    "cost_if_held_one_tick": lambda v: v.cost_if_held,
    "cost_urgency": lambda v: v.cost_if_held - v.cost_if_settled,
    "cost_deadline_penalty": lambda v: v.twin.deadline_penalty(v.payment),
    "cost_eod_penalty": lambda v: v.twin.eod_penalty(v.payment),
    "my_q2_out_value_to_counterparty": lambda v: v.out_to[v.payment.receiver.id],
    "my_q2_in_value_from_counterparty": lambda v: v.in_from[v.payment.receiver.id],
    "my_bilateral_net_q2": lambda v: v.net_to[v.payment.receiver.id],
}
BANK_FIELDS = {
    "balance": lambda v: v.balance,
    "unsecured_cap": lambda v: v.bank.settings.cap,
    "credit_limit": lambda v: v.bank.settings.cap,
    "available_liquidity": lambda v: v.available,
    "credit_used": lambda v: v.credit_used,
    "credit_headroom": lambda v: v.bank.settings.cap - v.credit_used,
    "effective_liquidity": lambda v: v.effective_liquidity,
    "is_using_credit": lambda v: v.credit_used > 0,
    "is_overdraft_capped": lambda v: 1,
    "liquidity_buffer": lambda v: v.bank.settings.buffer,
    "liquidity_pressure": lambda v: v.pressure,
    "incoming_expected_count": lambda v: len(v.incoming),
    "incoming_expected_value": lambda v: sum(p.remaining for p in v.incoming),
    "allocated_liquidity": lambda v: v.bank.allocated,
    "liquidity_fraction": lambda v: v.twin.fraction(v.bank),
    "outgoing_queue_size": lambda v: len(v.bank.queue),
    "queue1_total_value": lambda v: v.queue1_value,
    "queue1_liquidity_gap": lambda v: max(0, v.queue1_value - v.available),
    "headroom": lambda v: v.available - v.queue1_value,
    "rtgs_queue_size": lambda v: len(v.twin.queue2),
    "rtgs_queue_value": lambda v: sum(p.remaining for p in v.twin.queue2),
    "queue2_size": lambda v: len(v.twin.queue2),
    "queue2_count_for_agent": lambda v: len(v.own_queue2),
    "queue2_nearest_deadline": lambda v: v.nearest_deadline,
    "ticks_to_nearest_queue2_deadline": lambda v: max(0, v.nearest_deadline - v.twin.now),
    "posted_collateral": lambda v: v.posted,
    "max_collateral_capacity": lambda v: v.capacity,
    "remaining_collateral_capacity": lambda v: max(0, v.capacity - v.posted),
    "collateral_utilization": lambda v: ratio(v.posted, v.capacity),
    "collateral_haircut": lambda v: v.bank.settings.haircut,
    "allowed_overdraft_limit": lambda v: v.limit,
    "overdraft_headroom": lambda v: v.limit - v.credit_used,
    "overdraft_utilization": lambda v: ratio(v.credit_used, v.limit),
    "required_collateral_for_usage": lambda v: v.required,
    "excess_collateral": lambda v: max(0, v.posted - v.required),
    "cost_overdraft_bps_per_tick": lambda v: v.overdraft_rate,
    "cost_delay_per_tick_per_cent": lambda v: v.delay_rate,
    "cost_collateral_bps_per_tick": lambda v: v.twin.scenario.rates.collateral_cost_per_tick_bps,
    "cost_split_friction": lambda v: v.twin.scenario.rates.split_friction_cost,
    "current_tick": lambda v: v.twin.now,
    "system_ticks_per_day": lambda v: v.twin.scenario.ticks_per_day,
    "system_current_day": lambda v: v.twin.day,
    "system_tick_in_day": lambda v: v.twin.tick_in_day,
    "ticks_remaining_in_day": lambda v: v.twin.scenario.ticks_per_day - v.twin.tick_in_day - 1,
    "day_progress_fraction": lambda v: v.progress,
    "is_eod_rush": lambda v: v.progress >= v.twin.scenario.eod_rush_threshold,
    "total_agents": lambda v: len(v.twin.banks),
    "system_queue2_pressure_index": lambda v: tanh(len(v.twin.queue2) / (10 * len(v.twin.banks))),
    "lsm_run_rate_last_10_ticks": lambda v: v.lsm_rate,
    "my_throughput_fraction_today": lambda v: v.throughput,
    "expected_throughput_fraction_by_now": lambda v: v.progress,
    "throughput_gap": lambda v: v.throughput - v.progress,
    "system_throughput_guidance_fraction_by_tick": lambda v: v.guidance,
    "is_system_outage": lambda v: system_down(v.twin),
}
FIELDS = PAYMENT_FIELDS | BANK_FIELDS
