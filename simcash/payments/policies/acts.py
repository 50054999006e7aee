"""The actions of policies, as functions to build trees with."""

from __future__ import annotations

from collections.abc import Sequence

from simcash.payments.policies import words
from simcash.payments.policies.build import Number, Quantity, act
from simcash.payments.policies.nodes import Action

Amount = Quantity | Number


def release(
    priority: str | None = None, rtgs_priority: str | None = None, timed_for_tick: Amount | None = None
) -> Action:
    """Submit the payment; `priority` is HIGH, MEDIUM or LOW, `rtgs_priority` its class in Queue 2."""
    return act("Release", priority_flag=priority, timed_for_tick=timed_for_tick, rtgs_priority=rtgs_priority)


def release_with_credit(
    priority: str | None = None, rtgs_priority: str | None = None, timed_for_tick: Amount | None = None
) -> Action:
    """As release; says that credit is meant to be used."""
    return act(
        "ReleaseWithCredit",
        priority_flag=priority,
        timed_for_tick=timed_for_tick,
        rtgs_priority=rtgs_priority,
    )


def hold(reason: str | None = None) -> Action:
    """Keep the payment and look at it again in the next tick."""
    return act("Hold", reason=reason)


def drop() -> Action:
    """Give the payment up for good, at the price of the penalties."""
    return act("Drop")


def split(parts: Amount) -> Action:
    """Submit the payment in equal parts."""
    return act("Split", num_splits=parts)


def pace_and_release(parts: Amount) -> Action:
    """As split."""
    return act("PaceAndRelease", num_splits=parts)


def stagger_split(
    parts: Amount, first_now: Amount | None = None, gap: Amount | None = None, boost: Amount | None = None
) -> Action:
    """Submit some parts now and one more every few ticks."""
    return act(
        "StaggerSplit",
        num_splits=parts, stagger_first_now=first_now, stagger_gap_ticks=gap, priority_boost_children=boost,
    )  # fmt: skip


def reprioritize(priority: Amount) -> Action:
    """Give the payment another priority, 0 to 10."""
    return act("Reprioritize", new_priority=priority)


def withdraw_from_rtgs() -> Action:
    """Take the payment back from the central queue."""
    return act("WithdrawFromRtgs")


def resubmit_to_rtgs(rtgs_priority: str) -> Action:
    """Move the payment to another class of the central queue, at its end."""
    return act("ResubmitToRtgs", rtgs_priority=rtgs_priority)


def set_release_budget(
    most: Amount | None = None, only: Sequence[str] | None = None, each: Amount | None = None
) -> Action:
    """What may be released in this tick: in all, to which banks only, to each bank."""
    return act(
        "SetReleaseBudget",
        max_value_to_release=most,
        focus_counterparties=None if only is None else list(only),
        max_per_counterparty=each,
    )


def set_state(register: str, value: Amount, reason: str | None = None) -> Action:
    """Write a register; `set_state("mode", 1)` writes bank_state_mode."""
    return act("SetState", key=words.REGISTER + register, value=value, reason=reason)


def add_state(register: str, value: Amount, reason: str | None = None) -> Action:
    """Add to a register."""
    return act("AddState", key=words.REGISTER + register, value=value, reason=reason)


def no_action() -> Action:
    """Leave the bank as it is."""
    return act("NoAction")


def post_collateral(
    amount: Amount, reason: str | None = None, auto_withdraw_after_ticks: Amount | None = None
) -> Action:
    """Pledge collateral, for some ticks or until it is withdrawn."""
    return act(
        "PostCollateral", amount=amount, reason=reason, auto_withdraw_after_ticks=auto_withdraw_after_ticks
    )


def withdraw_collateral(amount: Amount, reason: str | None = None) -> Action:
    """Take collateral back, as far as credit in use allows."""
    return act("WithdrawCollateral", amount=amount, reason=reason)


def hold_collateral() -> Action:
    """Leave collateral as it is."""
    return act("HoldCollateral")
