"""A policy tree followed by hand: the way through it, with the numbers on it."""

import pytest

from simcash.payments.policies import field, hold, least, most, param, policy, register, release, split, when
from simcash.payments.walking import follow

SEEN = {"balance": 40.0, "amount": 60.0, "priority": 9.0, "bank_state_calm": 1.0, "tx_counterparty_id": 2.0}
BANKS = ("A", "B")


def walked(tree, **parameters):
    return follow(policy("p", payment=tree, **parameters), "payment_tree", SEEN.__getitem__, BANKS)


def steps(decision):
    return [(step.expression, step.left, step.right, step.result) for step in decision.path]


def test_the_way_to_an_action():
    inner = when(field("priority") >= 8).then(release()).otherwise(hold("calm"))
    found = walked(when(field("balance") >= field("amount")).then(release()).otherwise(inner))
    assert (found.action, len({step.node_id for step in found.path})) == ("Release", 2)
    assert steps(found) == [("balance ≥ amount", 40.0, 60.0, False), ("priority ≥ 8", 9.0, 8.0, True)]


def test_and_and_or_stop_as_soon_as_they_know():
    short, urgent = field("balance") < field("amount"), field("priority") > 7
    assert len(walked(when(urgent | short).then(hold()).otherwise(release())).path) == 1
    assert len(walked(when(~urgent & short).then(hold()).otherwise(release())).path) == 1
    assert len(walked(when(urgent & short).then(hold()).otherwise(release())).path) == 2
    assert walked(when(~urgent).then(hold()).otherwise(release())).action == "Release"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (field("balance") + 2, 42), (field("balance") - 2, 38), (field("balance") * 1.5, 60),
        (field("amount") / 8, 7.5), (round(field("amount") / 8), 8), (round(0 - field("amount") / 8), -8),
        (abs(0 - field("balance")), 40), (most(field("balance"), 50), 50), (least(field("balance"), 50), 40),
        (param("share") * field("balance"), 10), (register("calm") + 1, 2),
    ],
)  # fmt: skip
def test_values(value, expected):
    found = walked(when(value == expected).then(release()).otherwise(hold()), share=0.25)
    assert (found.action, found.path[0].left) == ("Release", expected)


@pytest.mark.parametrize(("bank", "action"), [("B", "Release"), ("A", "Hold")])
def test_a_bank_is_its_place_among_the_sorted(bank, action):
    found = walked(when(field("tx_counterparty_id") == bank).then(release()).otherwise(hold()))
    assert found.action == action


def test_equality_allows_for_an_epsilon():
    assert walked(when(field("balance") >= 40 + 1e-10).then(release()).otherwise(hold())).action == "Release"
    assert walked(when(field("balance") < 40 + 1e-10).then(release()).otherwise(hold())).action == "Release"


def test_a_decision_that_cannot_be_made_holds():
    divided = field("amount") / (field("balance") - 40)
    found = walked(when(divided > 1).then(release()).otherwise(hold()))
    assert (found.action, found.reason, found.path) == ("Hold", "EvalError", ())
    assert walked(split(divided)).reason == "EvalError"


def test_a_policy_without_such_a_tree_releases():
    found = follow(policy("p", bank=None), "payment_tree", SEEN.__getitem__, BANKS)
    assert (found.action, found.path) == ("Release", ())


def test_the_reason_is_the_one_that_the_policy_gives():
    assert walked(hold("wait for B")).reason == "wait for B"
    assert walked(hold()).reason.startswith("node ")
