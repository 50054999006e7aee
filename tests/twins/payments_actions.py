"""Steps 4, 6 and 7 of the slow twin: banks decide about themselves and their payments, and it is done."""

from dataclasses import dataclass, field, replace

from tests.twins import payments_costs as exactly
from tests.twins.payments_fields import View
from tests.twins.payments_policies import decide, has_tree
from tests.twins.payments_shocks import cut_off
from tests.twins.payments_state import Payment

FLAGS = {"HIGH": 10, "MEDIUM": 5, "LOW": 1}


@dataclass
class Budget:
    """How much a bank may release in a tick."""

    total: int | None = None
    receivers: tuple = ()  # if there are any, only to these
    per_receiver: int | None = None
    used: dict = field(default_factory=dict)

    def admits(self, payment, amount):
        name = payment.receiver.id
        return (
            (not self.receivers or name in self.receivers)
            and (self.total is None or sum(self.used.values()) + amount <= self.total)
            and (self.per_receiver is None or self.used.get(name, 0) + amount <= self.per_receiver)
        )

    def take(self, payment, amount):
        name = payment.receiver.id
        self.used[name] = self.used.get(name, 0) + amount


# step 4


def ask_banks(twin):
    for bank in twin.sorted_banks:
        bank.budget = Budget()
        decision = decide(bank.settings.policy, "bank_tree", View(twin, bank))
        if decision is not None:
            twin.log_decision(bank, "bank_tree", None, decision)
            prepare(twin, bank, decision)


def prepare(twin, bank, decision):
    """What a bank does with its own registers and its budget."""
    given = decision.parameters
    if decision.action == "SetReleaseBudget":
        bank.budget = Budget(
            at_least_nothing(decision.whole("max_value_to_release")),
            tuple(given.get("focus_counterparties", given.get("focus_cpty_list", ()))),
            at_least_nothing(decision.whole("max_per_counterparty", given.get("max_per_cpty"))),
        )
        total, each = (-1 if x is None else x for x in (bank.budget.total, bank.budget.per_receiver))
        twin.tell("BankBudgetSet", bank, None, total, float(each))
    elif decision.action in ("SetState", "AddState"):
        key = given["key"]
        old = bank.registers.get(key, 0.0) if decision.action == "AddState" else 0.0
        bank.registers[key] = old + given["value"]
        twin.tell("StateRegisterSet", bank, None, 0, bank.registers[key], key)


def at_least_nothing(amount):
    return None if amount is None else max(0, amount)


# step 6


def ask_about_queue1(twin, bank):
    """Parts of split payments that are due go; the policy decides about every other payment."""
    for payment in [p for p in bank.queue if p.due_tick is not None and p.due_tick <= twin.now]:
        send(twin, bank, payment)
    queue = [payment for payment in bank.queue if payment.due_tick is None]
    if twin.scenario.sequential:
        seen = bank.balance
        for payment in queue:
            sent = execute(twin, bank, payment, about(twin, bank, payment, seen))
            seen = deduct(bank, seen, sent)
        return
    for payment, decision in [(payment, about(twin, bank, payment)) for payment in queue]:
        execute(twin, bank, payment, decision)


def about(twin, bank, payment, seen=None):
    return decide(bank.settings.policy, "payment_tree", View(twin, bank, payment, seen))


def deduct(bank, seen, payments):
    """The balance a bank sees after it has released payments that it can pay."""
    for payment in payments:
        if payment.remaining <= exactly.available(seen, bank.limit):
            seen -= payment.remaining
    return seen


def execute(twin, bank, payment, decision):
    """Do what was decided about a payment in Queue 1; what is submitted by it."""
    done = settled_on(twin, bank, payment, decision)
    twin.log_decision(bank, "payment_tree", payment, done)
    if done.action in ("Release", "ReleaseWithCredit"):
        return release(twin, bank, payment, done)
    if done.action in ("Split", "PaceAndRelease", "StaggerSplit"):
        return split(twin, bank, payment, done)
    if done.action == "Drop":
        leave(twin, bank, payment)
        twin.drop(bank, payment)
    elif done.action == "Reprioritize":
        reprioritize(twin, payment, done, 6)
    return []


def settled_on(twin, bank, payment, decision):
    """The decision that remains after everything that may stand in its way."""
    if decision.action in ("Split", "PaceAndRelease", "StaggerSplit"):
        if parts_of(payment, decision) < 2:
            decision = replace(decision, action="Release", reason=None)
        elif not payment.divisible and not twin.scenario.compat:
            return replace(decision, action="Hold", reason="Indivisible")
        elif not twin.scenario.compat and not bank.budget.admits(payment, value_now(payment, decision)):
            return replace(decision, action="Hold", reason="BudgetExhausted")
    if decision.action in ("Release", "ReleaseWithCredit"):
        if decision.number("timed_for_tick", 0) > twin.now:
            return replace(decision, action="Hold", reason="Timed")
        if not bank.budget.admits(payment, payment.remaining):
            return replace(decision, action="Hold", reason="BudgetExhausted")
    return decision


def release(twin, bank, payment, decision):
    given = decision.parameters
    if "priority_flag" in given:
        payment.priority = FLAGS[given["priority_flag"]]
    payment.declared_class = given.get("rtgs_priority", payment.declared_class)
    bank.budget.take(payment, payment.remaining)
    send(twin, bank, payment)
    return [payment]


def send(twin, bank, payment):
    leave(twin, bank, payment)
    payment.due_tick = None
    twin.pending.append(payment)


def leave(twin, bank, payment):
    """Out of Queue 1."""
    bank.queue.remove(payment)
    payment.q1_ticks += twin.now - payment.queued_since


def reprioritize(twin, payment, decision, step):
    priority = min(10, max(0, decision.whole("new_priority")))
    if priority != payment.priority:
        payment.priority = priority
        twin.tell("TransactionReprioritized", payment.sender, payment, priority, step=step)


# splitting


def parts_of(payment, decision):
    return min(decision.whole("num_splits"), payment.remaining)


def parts_now(payment, decision):
    """How many parts are submitted at once."""
    parts = parts_of(payment, decision)
    if decision.action != "StaggerSplit":
        return parts
    return min(parts, max(0, decision.whole("stagger_first_now", 1)))


def amounts(payment, decision):
    parts = parts_of(payment, decision)
    share = payment.remaining // parts
    return [share] * (parts - 1) + [payment.remaining - share * (parts - 1)]


def value_now(payment, decision):
    return sum(amounts(payment, decision)[: parts_now(payment, decision)])


def split(twin, bank, payment, decision):
    """The payment becomes parts: some are submitted now, the others wait in Queue 1 for their ticks."""
    leave(twin, bank, payment)
    payment.status = "split"
    bank.budget.take(payment, value_now(payment, decision))
    boost, gap = decision.whole("priority_boost_children", 0), decision.whole("stagger_gap_ticks", 1)
    children = [child_of(twin, payment, amount, boost) for amount in amounts(payment, decision)]
    friction = twin.scenario.rates.split_friction_cost * (len(children) - 1)
    twin.charge(bank, "split_friction", friction, payment.id)
    first = parts_now(payment, decision)
    for k, child in enumerate(children[first:], 1):
        child.due_tick = twin.now + k * max(1, gap)
        bank.queue.append(child)
    twin.pending += children[:first]
    return children[:first]


def child_of(twin, parent, amount, boost):
    child = Payment(
        id=len(twin.payments),
        sender=parent.sender,
        receiver=parent.receiver,
        amount=amount,
        priority=min(10, max(0, parent.priority + boost)),
        original_priority=min(10, max(0, parent.original_priority + boost)),
        divisible=parent.divisible,
        arrival_tick=parent.arrival_tick,
        deadline_tick=parent.deadline_tick,
        source="split",
        declared_class=parent.declared_class,
        parent=parent,
        queued_since=twin.now,
        overdue_since=parent.overdue_since,
        penalty_charged=parent.penalty_charged,
    )
    twin.payments.append(child)
    return child


# step 7


def ask_about_queue2(twin):
    """Whatever the evaluation, all payments of a bank there see the same state: nothing leaves Queue 1."""
    for bank in twin.sorted_banks:
        if cut_off(twin, bank, "send") or not has_tree(bank.settings.policy, "payment_tree"):
            continue
        own = [payment for payment in twin.queue2 if payment.sender is bank]
        for payment, decision in [(payment, about(twin, bank, payment)) for payment in own]:
            act_in_queue2(twin, bank, payment, decision)


def act_in_queue2(twin, bank, payment, decision):
    """Only three actions mean something there; they alone go on record."""
    if decision.action not in IN_QUEUE2:
        return
    twin.log_decision(bank, "payment_tree", payment, decision)
    IN_QUEUE2[decision.action](twin, payment, decision)


def withdraw(twin, payment, decision):
    twin.queue2.remove(payment)
    count_queue2(twin, payment)
    payment.status, payment.queue_class, payment.declared_class = "queue1", None, None
    payment.queued_since = twin.now
    payment.sender.queue.append(payment)
    twin.tell("RtgsWithdrawal", payment.sender, payment, payment.remaining)


def resubmit(twin, payment, decision):
    chosen = decision.parameters["rtgs_priority"]
    if chosen != payment.queue_class:
        count_queue2(twin, payment)
        payment.submission_tick, payment.queue_class = twin.now, chosen
        twin.queue2.remove(payment)
        twin.queue2.append(payment)
        twin.tell("RtgsResubmission", payment.sender, payment, payment.remaining)


def count_queue2(twin, payment):
    payment.q2_ticks += twin.now - payment.submission_tick


def reprioritize_there(twin, payment, decision):
    reprioritize(twin, payment, decision, 7)


IN_QUEUE2 = {"WithdrawFromRtgs": withdraw, "ResubmitToRtgs": resubmit, "Reprioritize": reprioritize_there}
