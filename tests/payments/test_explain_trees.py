"""A policy tree followed by hand: the way through it, with the numbers on it."""

import numpy as np
import pytest
from hypothesis import given, settings

import simcash
from simcash.payments import deciding
from simcash.payments.engine.codes import NONE
from simcash.payments.engine.opcodes import PAYMENT_TREE
from simcash.payments.policies import (
    field,
    hold,
    least,
    most,
    param,
    policy,
    register,
    release,
    split,
    stagger_split,
    when,
)
from simcash.payments.trees import trees_of
from simcash.payments.walking import follow
from tests.payments.table import arrival, at, scenario
from tests.twins.strategies import plays

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


# in a run


@settings(max_examples=15, deadline=None)
@given(plays(trees=True, saving=True, shocks=True))
def test_the_way_that_is_told_is_the_way_that_was_taken(play):
    """Whatever the evaluation: a bank sees less with every decision, or the same for all of them."""
    sim = simcash.open(play.data, record="standard")
    for _ in range(min(3, sim.clock.ticks)):
        world = sim.world_at(sim.now)
        deciding.wait_for_decisions(world)
        before = world.store.rows.counts.copy()
        told = dict(questions(world))
        world.store["pause"][0] = 0
        world.step(1)
        rows = world.store.rows.since(before)["decisions"]
        ways, _ = world.programs.told
        asked = np.isin(rows["tx_id"], list(told)) & (rows["tree"] == PAYMENT_TREE)
        taken = zip(rows["tx_id"][asked].tolist(), rows["path"][asked].tolist(), strict=True)
        for tx_id, number in taken:
            asking = [node.split()[0] for node in ways[number].split(" > ")]
            if told[tx_id].reason != "EvalError":
                asking.pop()  # the last is the action
            assert list(dict.fromkeys(step.node_id for step in told[tx_id].path)) == asking
        assert set(told) == set(rows["tx_id"][asked].tolist())
        sim.step()


def questions(world):
    """Every payment about which a tree is asked, in turn, and what it says."""
    s = world.store
    for b in s["order"].tolist():
        trees = trees_of(deciding.policy_of(world, b))
        if trees is None or world.now < s["sends_from"][b]:
            continue
        for p in deciding.in_turn(world, b):
            if s["goes_at"][p] == NONE:
                yield int(s["tx"][p]), deciding.decision(world, b, p)


SPENDS = (
    when(field("effective_liquidity") >= field("remaining_amount")).then(release()).otherwise(hold("short"))
)


@pytest.mark.parametrize(
    ("evaluation", "place", "left"), [("snapshot", "queue2", 0), ("sequential", "queue1", 40.0)]
)
def test_the_state_that_the_bank_saw_43(evaluation, place, left):
    """Spec case 43: 100 for payments of 60, 50 and 40. Asked one after the other, the bank sees 40 when it
    comes to the second."""
    tree = {"type": "InlineJson", "json_string": policy("p", payment=SPENDS).to_json()}
    data = scenario(
        "A 100 | B 0",
        "@0 A 60 B | @0 A 50 B | @0 A 40 B",
        agents={"A": {"policy": tree}},
        policy_evaluation=evaluation,
    )
    sim = simcash.open(data, record="standard")
    sim.step()
    found = sim.explain(1)
    assert found.location == place
    if left:
        ((_, _, seen, amount, result),) = found.path
        assert (seen, amount, result) == (left, 50.0, False)
        assert (found["action"], found["reason"], found["tick"]) == ("Hold", "short", 0)
    assert [sim.payment(i).status for i in (0, 2)] == ["settled", "settled"]


def test_budgets_and_parts_are_counted_on_the_way():
    """Sequential: a split submits 30 of 60 and keeps 30 for later, so that the next sees 70 and two payments
    in the queue besides itself."""
    rich = (
        when(field("balance") > 80)
        .then(stagger_split(2))
        .otherwise(when(field("outgoing_queue_size") == 3).then(hold("three")).otherwise(hold("not three")))
    )
    tree = {"type": "InlineJson", "json_string": policy("p", payment=rich).to_json()}
    parts = [
        {
            "type": "CustomTransactionArrival",
            "from_agent": "A",
            "to_agent": "B",
            "amount": 60,
            "is_divisible": True,
            "schedule": at(0),
        }
    ]
    data = scenario(
        "A 100 | B 0",
        "",
        agents={"A": {"policy": tree}},
        events=[*parts, *map(arrival, ("@0 A 5 B", "@0 A 6 B"))],
        policy_evaluation="sequential",
    )
    sim = simcash.open(data, record="summary")
    sim.step()
    found = sim.explain(1)
    assert (found["action"], found["reason"]) == ("Hold", "three")
    assert [step.left for step in found.path] == [70.0, 3.0]
    later = sim.explain(4)
    assert (later["action"], later["due_tick"], later["tick"]) == ("none", 1, None)
    assert "tick 1" in repr(later)


def test_a_bank_that_cannot_send_is_not_asked():
    outage = {"type": "ParticipantOutage", "agent": "A", "duration": 2, "schedule": at(1)}
    tree = {"type": "InlineJson", "json_string": policy("p", payment=hold("later")).to_json()}
    sim = simcash.open(scenario("A 0 | B 0", "@0 A 5 B", agents={"A": {"policy": tree}}, events=[outage]))
    sim.step(2)
    assert sim.explain(0)["reason"] == "its bank could not decide in this tick"
    sim.step(2)
    assert (sim.explain(0)["action"], sim.explain(0)["reason"]) == ("Hold", "later")
