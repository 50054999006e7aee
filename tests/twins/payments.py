"""The payments world again, slow and plain: a method per numbered step of spec 3.2, written from the spec."""

from fractions import Fraction
from math import exp

from tests.twins import payments_costs as exactly
from tests.twins import payments_random as chance
from tests.twins import payments_rows as rows
from tests.twins.payments_actions import ask_about_queue1, ask_about_queue2, ask_banks
from tests.twins.payments_arrivals import create, let_arrive
from tests.twins.payments_collateral import ask_about_collateral, pledge, run_timers
from tests.twins.payments_events import execute_events
from tests.twins.payments_input import exact, penalty, read
from tests.twins.payments_lsm import offset_at_entry, save_liquidity
from tests.twins.payments_policies import TREES, initial_fraction
from tests.twins.payments_shocks import cut_off, outage_of, system_down
from tests.twins.payments_state import Bank

STEP_OF_TREE = dict(zip(TREES, (4, 6, 3, 11), strict=True))
CLASSES = ("HighlyUrgent", "Urgent", "Normal")


class Twin:
    """A run of one scenario; `tables` maps each recorded table's name to its rows, dicts in order."""

    def __init__(self, data):
        self.scenario = read(data)
        self.now = 0
        self.banks = [Bank(settings, settings.opening_balance) for settings in self.scenario.banks]
        for bank in self.banks:
            if bank.settings.fraction is None:
                self.install(bank, bank.settings.policy)
        self.first_fractions = {bank.id: self.fraction(bank) for bank in self.banks}  # before tick 0
        self.sorted_banks = sorted(self.banks, key=lambda bank: bank.id)
        self.payments = []
        self.queue2 = []
        self.settled_today = []
        self.counted = []  # those that count against limits
        self.pending = []
        self.outages = []
        self.squeezes = []  # (tick in which it is given back, bank, amount)
        self.sets = 0
        self.rate_factor = 1.0
        self.stream = chance.Stream(self.scenario.seed)  # used where one stream serves all
        self.carried = dict.fromkeys((bank.id for bank in self.banks), 0)
        self.log = rows.Log(self.scenario.record)
        self.log.open(0)
        self.written = {}

    # what a user does

    @property
    def tables(self):
        return self.log.tables

    @property
    def ticks(self):
        return self.scenario.ticks_per_day * self.scenario.days

    @property
    def done(self):
        return self.now >= self.ticks

    @property
    def day(self):
        return self.now // self.scenario.ticks_per_day

    @property
    def tick_in_day(self):
        return self.now % self.scenario.ticks_per_day

    @property
    def last_of_day(self):
        return self.tick_in_day == self.scenario.ticks_per_day - 1

    def bank(self, name):
        return next(bank for bank in self.banks if bank.id == name)

    def step(self, ticks=1):
        for _ in range(min(ticks, self.ticks - self.now)):
            self.tick()

    def submit(
        self, sender, receiver, amount, deadline_tick, priority=5, divisible=False, rtgs_priority=None
    ):
        """A payment by hand, into the sender's own queue."""
        payer, offset = self.bank(sender), deadline_tick - self.now
        payment = create(self, payer, self.bank(receiver), amount, priority, offset, divisible, "submit")
        payment.declared_class = rtgs_priority
        payer.queue.append(payment)
        return payment.id

    def post_collateral(self, bank, amount):
        """By hand; whether there is capacity for it."""
        return pledge(self, self.bank(bank), amount)

    def withdraw_collateral(self, bank, amount):
        """By hand; whether that much is free."""
        return pledge(self, self.bank(bank), -amount)

    def set_policy(self, bank, policy):
        self.install(self.bank(bank), policy)
        return True

    def tick(self):
        self.start_day()
        execute_events(self)
        let_arrive(self)
        ask_about_collateral(self, "strategic_collateral_tree")
        ask_banks(self)
        run_timers(self)
        self.escalate()
        self.ask_policies()
        if not system_down(self):
            ask_about_queue2(self)
        self.submit_pending()
        if not system_down(self):
            self.retry_queue2()
            save_liquidity(self)
        ask_about_collateral(self, "end_of_tick_collateral_tree")
        if not system_down(self):
            self.lend()
        self.apply_deferred_credits()
        self.book_costs()
        self.end_day()
        self.write_rows()
        self.now += 1
        self.log.open(self.now)

    # step 0

    def start_day(self):
        if self.tick_in_day == 0:
            self.settled_today = []
            for bank in self.sorted_banks:
                bank.day = {"opening": bank.balance, "allocated": 0, "returned": 0, "loan": 0, "costs": {}}
            for bank in self.sorted_banks:
                self.enter(bank, "repayment", -bank.loan)
                bank.loan = 0
            if self.scenario.reset_daily:
                for bank in self.sorted_banks:
                    self.enter(bank, "reset", bank.settings.opening_balance - bank.balance)
            if self.now == 0 or self.scenario.reallocation:
                for bank in self.sorted_banks:
                    self.allocate(bank)
            for bank in self.sorted_banks:
                bank.day["min_balance"] = bank.day["max_balance"] = bank.balance
        for bank in self.sorted_banks:
            bank.tick_low = bank.balance
            bank.in_force = bank.allocated

    def allocate(self, bank):
        bank.allocated = bank.day["allocated"] = self.allocation(bank)
        self.enter(bank, "allocation", bank.allocated)

    def allocation(self, bank):
        fraction = self.first_fractions[bank.id] if self.now == 0 else self.fraction(bank)
        if not self.scenario.compat:
            return int(bank.settings.pool * fraction)
        return int(float(bank.settings.pool) * float(fraction))

    def fraction(self, bank):
        """The share of the pool in force (the peer: from the second day on, only what the policy says)."""
        found = bank.settings.fraction
        if self.scenario.compat and self.day > 0 and bank.settings.new_fraction is None:
            found = initial_fraction(bank.settings.policy)
        return exact(1) if found is None else found

    def install(self, bank, policy):
        """From now on the bank follows it; its share of the pool counts from the next allocation."""
        bank.settings.policy = policy
        share = initial_fraction(policy)
        if self.scenario.compat:
            bank.settings.new_fraction = None  # the policy's word counts again
        elif share is not None:
            bank.settings.fraction = share

    def enter(self, bank, kind, amount):
        """Money that enters or leaves a balance other than by payments."""
        if amount:
            bank.balance += amount
            self.log.write("liquidity", bank=bank.id, kind=kind, amount=amount, balance_after=bank.balance)

    def move_outside(self, bank, kind, amount):
        """Money that enters or leaves within the day."""
        if amount:
            bank.move(amount)
            self.log.write("liquidity", bank=bank.id, kind=kind, amount=amount, balance_after=bank.balance)

    # step 6

    def escalate(self):
        rule = self.scenario.escalation
        for payment in self.queued() if rule else ():
            left = max(0, payment.deadline_tick - self.now)
            if left <= rule.start:
                raised = min(10, payment.original_priority + boost(rule, left))
                if raised > payment.priority:
                    payment.priority = raised
                    self.tell("PriorityEscalated", payment.sender, payment, raised)

    def tell(self, kind, bank, payment, amount, value=0.0, register=None, step=None):
        self.log.write(
            "notices", kind=kind, event=None, bank=bank.id, counterparty=None,
            tx_id=None if payment is None else payment.id, amount=amount, value=value, settled=True,
            register=register, step=step,
        )  # fmt: skip

    def queued(self):
        """Every waiting payment, in order of creation."""
        waiting = [payment for bank in self.banks for payment in bank.queue] + self.queue2
        return sorted(waiting, key=lambda payment: payment.id)

    def ask_policies(self):
        for bank in self.sorted_banks:
            if cut_off(self, bank, "send"):
                continue
            if "priority_deadline" in (self.scenario.queue1_ordering, ordering(bank)):
                bank.queue.sort(key=lambda payment: (-payment.priority, payment.deadline_tick))
            ask_about_queue1(self, bank)

    def log_decision(self, bank, tree, payment, decision):
        if decision.reason == "EvalError":
            self.tell("PolicyEvalError", bank, payment, 0, step=STEP_OF_TREE[tree])
        self.log.decide(
            bank=bank.id, tree=tree, tx_id=None if payment is None else payment.id, action=decision.action,
            parameters=decision.told, reason=decision.reason, path=decision.path,
        )  # fmt: skip

    def drop(self, bank, payment):
        payment.status, payment.dropped_tick = "dropped", self.now
        if not self.scenario.free_drop:
            cost = 0 if payment.penalty_charged else self.deadline_penalty(payment)
            self.charge(bank, "drop_penalty", cost + self.eod_penalty(payment), payment.id)

    def deadline_penalty(self, payment):
        return exactly.penalty(payment.amount, self.scenario.rates.deadline_penalty)

    def eod_penalty(self, payment):
        return exactly.penalty(payment.remaining, self.scenario.rates.eod_penalty)

    # step 8

    def submit_pending(self):
        for payment in self.pending:
            payment.submission_tick = self.now
            payment.queue_class = payment.declared_class or self.usual_class(payment)
            if self.try_to_settle(payment, self.queue2, "rtgs"):
                continue
            payment.status, payment.queued_since = "queue2", self.now
            self.queue2.append(payment)
            self.sort_queue2()
            offset_at_entry(self, payment)
        self.pending = []

    def usual_class(self, payment):
        if self.scenario.compat or payment.priority <= 3:
            return "Normal"
        return "Urgent" if payment.priority <= 7 else "HighlyUrgent"

    def try_to_settle(self, payment, earlier, channel):
        """Settle if nothing stands in the way; `earlier` payments wait before it in Q2."""
        sender, receiver, amount = payment.sender, payment.receiver, payment.remaining
        if self.blocked_by(payment, earlier) or not self.eligible(payment):
            return False
        if amount > sender.available:
            return False
        if breach := self.breach(sender, receiver, amount):
            self.log_breach(payment, breach)
            return False
        self.settle(payment, channel)
        return True

    def eligible(self, payment):
        return outage_of(self, payment.sender, payment.receiver) is None

    def blocked_by(self, payment, earlier):
        """Whether strict order makes it wait for an earlier payment of its sender."""
        return self.scenario.strict_fifo and any(
            other.sender is payment.sender for other in reversed(earlier)
        )

    def breach(self, sender, receiver, amount):
        """The limit the amount would exceed, or None (spec 3.4)."""
        settings = sender.settings
        used = self.used(sender, receiver)
        limit = settings.bilateral.get(receiver.id)
        if limit is not None and used + amount > limit:
            return {"reason": "bilateral_limit", "counterparty": receiver.id, "used": used, "limit": limit}
        used, limit = self.used(sender), settings.multilateral
        if limit is not None and used + amount > limit:
            return {"reason": "multilateral_limit", "counterparty": None, "used": used, "limit": limit}
        return None

    def used(self, bank, partner=None):
        """Today's outflow to one partner or to all; net of the inflow if the bank's limits are net."""
        counted = [payment for payment in self.counted if payment.channel != "eod_borrowing"]
        out = [p.amount for p in counted if p.sender is bank and partner in (None, p.receiver)]
        back = [p.amount for p in counted if p.receiver is bank and partner in (None, p.sender)]
        return sum(out) - (sum(back) if bank.settings.net else 0)

    def log_breach(self, payment, breach):
        if not payment.breach_logged:
            payment.breach_logged = True
            self.log.write(
                "limits", bank=payment.sender.id, counterparty=breach["counterparty"], used=breach["used"],
                limit=breach["limit"], tx_id=payment.id,
            )  # fmt: skip

    def settle(self, payment, channel):
        payment.sender.move(-payment.amount)
        self.credit(payment.receiver, payment.amount)
        self.mark_settled(payment, channel, None)

    def credit(self, bank, amount):
        if self.scenario.deferred:
            bank.pending += amount
        else:
            bank.move(amount)

    def mark_settled(self, payment, channel, set_id):
        payment.status, payment.channel, payment.settled_tick = "settled", channel, self.now
        payment.set_id, payment.settled_seq = set_id, self.log.seq
        self.settle_part(payment)
        self.settled_today.append(payment)
        self.counted.append(payment)
        self.log.write(
            "settlements", tx_id=payment.id, sender=payment.sender.id, receiver=payment.receiver.id,
            amount=payment.amount, channel=channel, set_id=set_id,
            wait_ticks=self.now - payment.arrival_tick, late=self.now > payment.deadline_tick,
        )  # fmt: skip

    def settle_part(self, child):
        """A payment that was split is settled with its last part."""
        parent = child.parent
        if parent is not None:
            parent.parts_settled += child.amount
            if parent.remaining == 0:
                parent.status, parent.settled_tick = "settled", self.now
                self.settle_part(parent)

    # step 9

    def retry_queue2(self):
        self.sort_queue2()
        for payment in self.queue2:
            self.mark_if_overdue(payment)
        self.pass_queue2()

    def sort_queue2(self):
        if self.scenario.priority_mode:
            self.queue2.sort(key=lambda p: (CLASSES.index(p.queue_class), p.submission_tick))

    def pass_queue2(self):
        """Try each once, in order; how many settled."""
        before, waiting = len(self.queue2), []
        for payment in self.queue2:
            if self.try_to_settle(payment, waiting, "queue2"):
                payment.q2_ticks += self.now - payment.submission_tick
            else:
                waiting.append(payment)
        self.queue2 = waiting
        return before - len(waiting)

    def mark_if_overdue(self, payment):
        if self.now > payment.deadline_tick and payment.overdue_since is None:
            payment.overdue_since = self.now

    # step 12

    def lend(self):
        everything = self.queued()
        rate = self.scenario.rates.eod_borrowing_rate
        if rate is None or not self.last_of_day or not everything:
            return
        for bank in self.sorted_banks:
            self.borrow(bank, everything, rate)
        self.settle_together(everything, "eod_borrowing")
        for bank in self.sorted_banks:
            bank.queue = []

    def settle_together(self, payments, channel):
        """Settle a set: net payers are debited, net receivers credited."""
        for bank in self.sorted_banks:
            net = outflow(bank, payments) - inflow(bank, payments)
            if net > 0:
                bank.move(-net)
            else:
                self.credit(bank, -net)
        for payment in payments:
            self.count_last_wait(payment)
            self.mark_settled(payment, channel, self.sets)
        self.sets += 1
        self.queue2 = [payment for payment in self.queue2 if payment.status == "queue2"]

    def borrow(self, bank, everything, rate):
        usable = 0 if self.scenario.deferred else inflow(bank, everything)
        loan = max(0, outflow(bank, everything) - usable - bank.available)
        bank.loan = bank.day["loan"] = loan
        if loan:
            bank.move(loan)
            self.log.write("liquidity", bank=bank.id, kind="loan", amount=loan, balance_after=bank.balance)
            self.charge(bank, "eod_borrowing", exactly.once(loan, rate))

    def count_last_wait(self, payment):
        if payment.status == "queue1":
            payment.q1_ticks += self.now - payment.queued_since
        else:
            payment.q2_ticks += self.now - payment.submission_tick

    # step 13

    def apply_deferred_credits(self):
        for bank in self.sorted_banks:
            bank.credited, bank.pending = bank.pending, 0
            if bank.credited:
                bank.move(bank.credited)
                self.log.write(
                    "notices", kind="DeferredCreditApplied", event=None, bank=bank.id, counterparty=None,
                    tx_id=None, amount=bank.credited, value=0.0, settled=True,
                )  # fmt: skip

    # step 14

    def book_costs(self):
        for bank in self.sorted_banks:
            self.book_bank_costs(bank)
        for payment in self.queued():
            if self.now > payment.deadline_tick and not payment.penalty_charged:
                payment.penalty_charged = True
                self.mark_if_overdue(payment)
                self.charge(payment.sender, "deadline_penalty", self.deadline_penalty(payment), payment.id)

    def book_bank_costs(self, bank):
        rates = self.scenario.rates
        self.charge(bank, "overdraft", exactly.overdraft(bank.balance, rates.overdraft_bps_per_tick))
        self.book_delay(bank, rates)
        collateral = bank.settings.collateral
        self.charge(bank, "collateral", exactly.holding(collateral, rates.collateral_cost_per_tick_bps))
        liquidity = exactly.holding(bank.allocated, rates.liquidity_cost_per_tick_bps)
        if self.tick_in_day == 0:
            liquidity += exactly.once(bank.allocated, rates.liquidity_cost_once_per_day)
        self.charge(bank, "liquidity", liquidity)

    def book_delay(self, bank, rates):
        waiting = [payment for payment in self.queued() if payment.sender is bank]
        weights = [exactly.delay_weight(payment, self.now, rates) for payment in waiting]
        total = exactly.delay(weights)
        for payment, share in zip(waiting, exactly.attribute(total, weights), strict=True):
            payment.delay_so_far += share
            if self.scenario.record == "full":
                self.charge(bank, "delay", share, payment.id)
        if self.scenario.record != "full":
            self.charge(bank, "delay", total)

    def charge(self, bank, kind, amount, tx_id=None):
        if amount:
            for account in (bank.day["costs"], bank.costs):
                account[kind] = account.get(kind, 0) + amount
            self.log.write("costs", bank=bank.id, kind=kind, tx_id=tx_id, amount=amount)

    # step 15

    def end_day(self):
        if not self.last_of_day:
            return
        for payment in self.queued():
            if not self.scenario.eod_overdue_only or payment.deadline_tick < self.now:
                self.charge(payment.sender, "eod_penalty", self.eod_penalty(payment), payment.id)
        for bank in self.sorted_banks:
            self.charge(bank, "throughput_penalty", self.throughput_penalty(bank))
        self.counted = []
        for bank in self.banks:
            bank.registers = {}
        if self.scenario.reallocation:
            for bank in self.sorted_banks:
                bank.day["returned"] = bank.allocated
                self.enter(bank, "return", -bank.allocated)
                bank.allocated = 0
        self.log.write(
            "notices", kind="EndOfDay", event=None, bank=None, counterparty=None, tx_id=None, amount=0,
            value=0.0, settled=True,
        )  # fmt: skip

    def throughput_penalty(self, bank):
        total, sent = 0, [p for p in self.settled_today if p.sender is bank]
        for rule in self.scenario.throughput_rules:
            if bank.id in rule.get("agents", [bank.id]):
                deadline = self.day * self.scenario.ticks_per_day + rule["by_tick"]
                in_time = sum(p.amount for p in sent if p.settled_tick <= deadline)
                missing = exactly.shortfall(exact(rule["fraction"]), sum(p.amount for p in sent), in_time)
                total += self.miss_throughput(bank, rule, missing) if missing else 0
        return total

    def miss_throughput(self, bank, rule, missing):
        self.log.write(
            "notices", kind="ThroughputMissed", event=None, bank=bank.id, counterparty=None, tx_id=None,
            amount=missing, value=0.0, settled=True,
        )  # fmt: skip
        return exactly.penalty(missing, penalty(rule["penalty"]))

    # step 16

    def write_rows(self):
        for payment in self.payments:
            row = rows.of_payment(payment)
            if self.written.get(payment.id) != row:
                self.written[payment.id] = row
                self.log.change(row)
        for bank in self.banks:
            self.log.write("bank_ticks", **rows.of_bank_tick(self, bank))
        if self.last_of_day:
            for bank in self.banks:
                self.log.write("bank_days", **rows.of_bank_day(self, bank))
            self.carried = {bank.id: rows.waiting_value(self, bank) for bank in self.banks}
        for row in rows.of_queues(self):
            self.log.write("queue_snapshots", **row)


def boost(rule, left):
    """How much priority rises with `left` ticks to the deadline."""
    u = 1 - Fraction(left, rule.start) if rule.start else Fraction(1)
    if rule.curve == "step":
        return rule.most
    if rule.curve == "exponential":
        return chance.half_away(rule.most * (exp(3 * float(u)) - 1) / (exp(3) - 1))
    return int(rule.most * u + Fraction(1, 2))


def ordering(bank):
    return "priority_deadline" if bank.settings.policy["type"] == "PriorityDeadline" else "fifo"


def outflow(bank, payments):
    return sum(payment.amount for payment in payments if payment.sender is bank)


def inflow(bank, payments):
    return sum(payment.amount for payment in payments if payment.receiver is bank)
