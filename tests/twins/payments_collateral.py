"""Steps 3, 5 and 11 of the slow twin: collateral posted and taken back by trees, and by timers."""

from dataclasses import replace

from tests.twins import payments_costs as exactly
from tests.twins.payments_fields import View
from tests.twins.payments_policies import decide

LAYERS = {"strategic_collateral_tree": "strategic", "end_of_tick_collateral_tree": "end_of_tick"}
TIMER_BUFFER = 100


def ask_about_collateral(twin, tree):
    """One of the two collateral trees of every bank that has it."""
    for bank in twin.sorted_banks:
        decision = decide(bank.settings.policy, tree, View(twin, bank))
        if decision is not None:
            if decision.whole("amount", 0) <= 0:
                decision = replace(decision, action="HoldCollateral")
            twin.log_decision(bank, tree, None, decision)
            carry_out(twin, bank, LAYERS[tree], decision)


def carry_out(twin, bank, layer, decision):
    if decision.action == "PostCollateral":
        post(twin, bank, layer, decision.whole("amount"), decision)
    elif decision.action == "WithdrawCollateral":
        withdraw(twin, bank, layer, decision.whole("amount"), 0, decision.reason)


def pledge(twin, bank, amount):
    """Post by hand, or take back if negative; False, and nothing moves, if not all of it can."""
    settings = bank.settings
    if amount > max(0, settings.capacity - settings.collateral) or -amount > withdrawable(bank, 0):
        return False
    move(twin, bank, "user", amount, amount, None)
    return True


def post(twin, bank, layer, requested, decision):
    """As much as there is capacity for; a timer may take it back."""
    amount = min(requested, max(0, bank.settings.capacity - bank.settings.collateral))
    move(twin, bank, layer, requested, amount, decision.reason)
    wait = decision.whole("auto_withdraw_after_ticks")
    if wait is not None and amount > 0:
        bank.timers.append((twin.now + wait, amount))


def withdraw(twin, bank, layer, requested, buffer, reason):
    """As much as credit in use leaves free; what moved."""
    amount = min(requested, withdrawable(bank, buffer))
    move(twin, bank, layer, -requested, -amount, reason)
    return amount


def withdrawable(bank, buffer):
    settings = bank.settings
    if settings.haircut == 1:
        return settings.collateral
    needed = exactly.required(max(0, -bank.balance) + buffer, settings)
    return max(0, settings.collateral - needed)


def move(twin, bank, layer, requested, amount, reason):
    before = bank.settings.collateral
    bank.settings.collateral += amount
    twin.log.write(
        "collateral", bank=bank.id, layer=layer, requested=requested, amount=amount, before=before,
        after=bank.settings.collateral, reason=reason,
    )  # fmt: skip


def run_timers(twin):
    """What is due goes back; what credit in use holds back is tried again in the next tick."""
    for bank in twin.sorted_banks:
        waiting = []
        for due, amount in bank.timers:
            rest = amount
            if due <= twin.now:
                rest -= withdraw(twin, bank, "timer", amount, TIMER_BUFFER, None)
            if rest:
                waiting.append((due, rest))
        bank.timers = waiting
