"""Policies: read them, write them in Python, look into them.

>>> from simcash.payments.policies import field, hold, policy, release, when
>>> policy("careful", payment=when(field("balance") > 50_000).then(release()).otherwise(hold()))
"""

from simcash.payments.policies.acts import (
    add_state,
    drop,
    hold,
    hold_collateral,
    no_action,
    pace_and_release,
    post_collateral,
    release,
    release_with_credit,
    reprioritize,
    resubmit_to_rtgs,
    set_release_budget,
    set_state,
    split,
    stagger_split,
    withdraw_collateral,
    withdraw_from_rtgs,
)
from simcash.payments.policies.build import act, field, least, most, param, policy, register, when
from simcash.payments.policies.document import Policy, PolicyError
from simcash.payments.policies.load import read

__all__ = [
    "Policy",
    "PolicyError",
    "act",
    "add_state",
    "drop",
    "field",
    "hold",
    "hold_collateral",
    "least",
    "most",
    "no_action",
    "pace_and_release",
    "param",
    "policy",
    "post_collateral",
    "read",
    "register",
    "release",
    "release_with_credit",
    "reprioritize",
    "resubmit_to_rtgs",
    "set_release_budget",
    "set_state",
    "split",
    "stagger_split",
    "when",
    "withdraw_collateral",
    "withdraw_from_rtgs",
]
