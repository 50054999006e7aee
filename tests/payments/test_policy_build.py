"""Policies written in Python become the same JSON as policies written in JSON."""

import math

import pytest

from simcash.payments.policies import (
    Policy,
    PolicyError,
    acts,
    drop,
    field,
    hold,
    least,
    most,
    no_action,
    param,
    policy,
    read,
    register,
    release,
    set_release_budget,
    set_state,
    split,
    stagger_split,
    when,
)
from simcash.payments.policies.build import Clause
from simcash.payments.policies.write import condition_data, value_data
from tests.payments import trees as b

x, y = field("balance"), field("amount")
X, Y = b.seen("balance"), b.seen("amount")


def test_the_first_example():
    made = policy("careful", payment=when(x > 50_000).then(release()).otherwise(hold()))
    assert made.data == {
        "version": "1.0", "policy_id": "careful",
        "payment_tree": b.when(
            b.compare(">", X, b.number(50_000)),
            b.action("Release", "payment-2"), b.action("Hold", "payment-3"), "payment-1",
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (x + y, b.compute("+", left=X, right=Y)),
        (1 + x, b.compute("+", left=b.number(1), right=X)),
        (x - 1, b.compute("-", left=X, right=b.number(1))),
        (1 - x, b.compute("-", left=b.number(1), right=X)),
        (x * 2.5, b.compute("*", left=X, right=b.number(2.5))),
        (2 * x, b.compute("*", left=b.number(2), right=X)),
        (x / y, b.compute("/", left=X, right=Y)),
        (1 / y, b.compute("/", left=b.number(1), right=Y)),
        (-x, b.compute("-", left=b.number(0), right=X)),
        (abs(x), b.compute("abs", value=X)),
        (round(x), b.compute("round", value=X)),
        (math.ceil(x), b.compute("ceil", value=X)),
        (math.floor(x), b.compute("floor", value=X)),
        (x.clamp(1, 2), b.compute("clamp", value=X, min=b.number(1), max=b.number(2))),
        (x.over(y, 0), b.compute("div0", numerator=X, denominator=Y, default=b.number(0))),
        (most(x, 1, y), b.compute("max", values=[X, b.number(1), Y])),
        (least(x, 1), b.compute("min", values=[X, b.number(1)])),
        (param("k"), {"param": "k"}),
        (register("mode"), b.seen("bank_state_mode")),
        (x + y * 2, b.compute("+", left=X, right=b.compute("*", left=Y, right=b.number(2)))),
    ],
)
def test_arithmetic(made, expected):
    assert value_data(made.value) == expected


ONE, TWO, THREE = (b.compare(op, X, b.number(1)) for op in ("<", ">", "=="))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (x < y, b.compare("<", X, Y)),
        (x <= 1, b.compare("<=", X, b.number(1))),
        (x >= 1, b.compare(">=", X, b.number(1))),
        (x == 1, THREE),
        (x != 1, b.compare("!=", X, b.number(1))),
        (field("tx_counterparty_id") == "B", b.compare("==", b.seen("tx_counterparty_id"), b.number("B"))),
        ((x < 1) & (x > 1) & (x == 1), {"op": "and", "conditions": [ONE, TWO, THREE]}),
        ((x < 1) | (x > 1) | (x == 1), {"op": "or", "conditions": [ONE, TWO, THREE]}),
        ((x < 1) | (x > 1) & (x == 1),
         {"op": "or", "conditions": [ONE, {"op": "and", "conditions": [TWO, THREE]}]}),
        (~(x < 1), {"op": "not", "condition": ONE}),
    ],
)  # fmt: skip
def test_conditions(made, expected):
    assert isinstance(made, Clause)
    assert condition_data(made.condition) == expected


def test_conditions_are_not_decided_while_they_are_written():
    for mistake in (lambda: (x > 1) and (y > 1), lambda: 1 < x < 3, lambda: not (x > 1)):
        with pytest.raises(TypeError, match="join conditions with"):
            mistake()


def every_action():
    """Each action made by its function, with everything it takes."""
    yield acts.release("HIGH", "Urgent", 5)
    yield acts.release_with_credit("LOW", "Normal", x)
    yield acts.hold("why")
    yield acts.drop()
    yield acts.split(3)
    yield acts.pace_and_release(param("k"))
    yield acts.stagger_split(3, 1, 2, 1)
    yield acts.reprioritize(9)
    yield acts.withdraw_from_rtgs()
    yield acts.resubmit_to_rtgs("HighlyUrgent")
    yield acts.set_release_budget(100, ["B"], 10)
    yield acts.set_state("mode", 1, "why")
    yield acts.add_state("mode", -1, "why")
    yield acts.no_action()
    yield acts.post_collateral(5, "why", 3)
    yield acts.withdraw_collateral(5, "why")
    yield acts.hold_collateral()


@pytest.mark.parametrize("node", list(every_action()), ids=lambda node: node.action)
def test_every_action_has_its_function(node):
    trees = {"payment": "payment", "bank": "bank", "collateral": "strategic_collateral"}
    known = ("Release", "ReleaseWithCredit", "Hold", "Drop", "Split", "PaceAndRelease", "StaggerSplit",
             "Reprioritize", "WithdrawFromRtgs", "ResubmitToRtgs")  # fmt: skip
    kind = "payment" if node.action in known else "collateral" if "Collateral" in node.action else "bank"
    made = policy("x", **{trees[kind]: node}, k=2)
    assert read(made.data) == made
    assert read(made.to_json()) == made


def test_four_trees_and_notes_and_names():
    made = policy(
        "all",
        payment=when(x > 1, "rich?", node_id="root").then(split(2)).otherwise(stagger_split(3, gap=2)),
        bank=when(register("n") > 0).then(set_release_budget(5)).otherwise(set_state("n", 1)),
        strategic_collateral=acts.hold_collateral(),
        end_of_tick_collateral=acts.withdraw_collateral(field("excess_collateral")),
        description="says",
        spare=3,
    )
    assert list(made.trees) == [
        "bank_tree", "payment_tree", "strategic_collateral_tree", "end_of_tick_collateral_tree",
    ]  # fmt: skip
    root = made.data["payment_tree"]
    assert (root["node_id"], root["description"]) == ("root", "rich?")
    assert made.parameters == {"spare": 3}
    assert read(made.to_json()) == made


def test_a_node_may_be_used_twice():
    leaf = hold("later")
    made = policy("x", payment=when(x > 1).then(leaf).otherwise(when(y > 1).then(leaf).otherwise(drop())))
    names = [node.node_id for _, node in made.nodes()]
    assert len(names) == len(set(names)) == 5


def test_mistakes_are_told_when_the_policy_is_made():
    with pytest.raises(PolicyError) as caught:
        policy("bad", payment=when(field("balnce") > param("k")).then(no_action()).otherwise(hold()))
    assert [problem.path for problem in caught.value.problems] == [
        "payment_tree.condition.left.field", "payment_tree.condition.right.param",
        "payment_tree.on_true.action",
    ]  # fmt: skip
    with pytest.raises(PolicyError, match="expected a finite number"):
        policy("bad", payment=when(x > float("nan")).then(release()).otherwise(hold()))


def test_other_numbers():
    made = policy("x", payment=when(x > param("k")).then(release()).otherwise(hold()), k=3)
    assert made.with_parameters(k=4).parameters == {"k": 4}
    assert read(made, k=4) == made.with_parameters(k=4)
    with pytest.raises(PolicyError, match='unknown parameter "kk"; did you mean "k"'):
        made.with_parameters(kk=4)
    with pytest.raises(PolicyError, match="must be between 0 and 1, got 2"):
        made.with_parameters(initial_liquidity_fraction=2)


def test_policies_are_values():
    one = policy("x", payment=hold())
    assert one == Policy("x", dict(one.trees))
    assert len({one, policy("x", payment=hold()), policy("x", payment=drop())}) == 2
