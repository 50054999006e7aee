"""The table policy_decisions: what was decided, with which parameters, and by which way through the tree."""

import json

import pytest

import simcash
from tests.payments.branches import act, compute, param, policy, when
from tests.payments.table import at, scenario


def decisions(data, **where):
    sim = simcash.open(data).run(until=where.pop("until", 1), progress=False)
    rows = sim.rows(
        "SELECT bank, tree, tx_id, action, parameters, reason, path FROM policy_decisions ORDER BY tick, seq"
    )
    return [(*row[:4], row[4] and json.loads(row[4]), *row[5:]) for row in rows]


def decided(payments="@0 A 60 B", amounts="A 100 cap 500 | B 0", parameters=None, events=(), **trees):
    agents = {"A": {"policy": policy(parameters, **trees)}}
    return decisions(scenario(amounts, payments, agents=agents, events=events))


def test_the_way_through_a_tree():
    tree = when(
        ("balance", "<", "amount"),
        act("Hold"),
        when(("priority", ">", 7), act("Release", priority_flag="HIGH"), act("Hold", reason="no hurry")),
    )
    assert decided(payment=tree) == [
        ("A", "payment_tree", 0, "Hold", {}, "no hurry", "N0 no > N2 no > N4"),
    ]  # fmt: skip
    assert decided("@0 A 60 B priority 8", payment=tree)[0][4:] == (
        {"priority_flag": "HIGH"}, None, "N0 no > N2 yes > N3",
    )  # fmt: skip


def test_parameters_are_told_as_they_were_when_it_was_decided():
    collateral = act(
        "PostCollateral", amount=compute("*", "balance", 2), auto_withdraw_after_ticks=param("k")
    )
    assert decided("", parameters={"k": 3}, strategic=collateral) == [
        ("A", "strategic_collateral_tree", None, "PostCollateral",
         {"amount": 200.0, "auto_withdraw_after_ticks": 3}, None, "N0"),
    ]  # fmt: skip


def test_parameters_of_all_kinds():
    budget = act("SetReleaseBudget", max_value_to_release="balance", focus_cpty_list=["B", "A"],
                 max_per_cpty=compute("-", "balance", 1))  # fmt: skip
    (row,) = decided("", bank=budget)
    assert row[4] == {
        "max_value_to_release": 100.0, "focus_counterparties": ["B", "A"], "max_per_counterparty": 99.0,
    }  # fmt: skip
    (row,) = decided("", bank=act("SetState", key="bank_state_x", value="balance", reason="{why}"))
    assert row[3:] == ("SetState", {"key": "bank_state_x", "value": 100.0}, "{why}", "N0")


def test_what_stood_in_the_way_leaves_the_parameters():
    split = act("Split", num_splits=compute("min", "priority", 3))
    assert decided(payment=split) == [
        ("A", "payment_tree", 0, "Hold", {"num_splits": 3.0}, "Indivisible", "N0"),
    ]  # fmt: skip


def test_a_decision_that_could_not_be_made_ends_at_its_node():
    divided = compute("/", "amount", compute("-", "balance", 100))
    tree = when(("balance", ">", 0), when((divided, ">", 1), act("Drop"), act("Drop")), act("Release"))
    assert decided(payment=tree) == [
        ("A", "payment_tree", 0, "Hold", None, "EvalError", "N0 yes > N1"),
    ]  # fmt: skip
    assert decided(payment=act("Split", num_splits=divided))[0][3:] == ("Hold", None, "EvalError", "N0")


def test_policies_without_trees_have_no_way():
    found = decisions(scenario("A 100 | B 0", "@0 A 60 B"))
    assert found == [("A", "payment_tree", 0, "Release", None, None, None)]


def test_ways_of_policies_that_come_later(tmp_path):
    """A policy installed in the course of a run, by an event or by hand, and one that a fork brings."""
    later = {"type": "PolicyChange", "agent": "A", "policy": policy(payment=act("Hold", reason="late")),
             "schedule": at(1)}  # fmt: skip
    data = scenario(
        "A 0 | B 0",
        "@0 A 60 B",
        events=[later],
        agents={"A": {"policy": policy(payment=when(("amount", ">", 9), act("Hold"), act("Drop")))}},
    )
    sim = simcash.open(data)
    sim.step(2)
    sim.set_policy(
        "A", policy(payment=when(("amount", "<", 9), act("Drop"), act("Reprioritize", new_priority=9)))
    )
    sim.step(1)
    other = sim.fork(set={"agents.A.policy": policy(payment=act("Hold", reason="fork"))})
    sim.step(1)
    other.step(1)
    query = "SELECT path, reason, parameters FROM policy_decisions ORDER BY tick, seq"
    before = [("N0 yes > N1", None, "{}"), ("N0", "late", "{}"), ("N0 no > N2", None, '{"new_priority": 9}')]
    assert sim.rows(query) == [*before, before[-1]]
    assert other.rows(query) == [*before, ("N0", "fork", "{}")]


@pytest.mark.parametrize("level", ["off", "summary", "standard"])
def test_nothing_is_told_of_trees_where_decisions_are_not_recorded(level):
    agents = {"A": {"policy": policy(payment=act("Hold"))}}
    sim = simcash.open(scenario("A 0 | B 0", "@0 A 60 B", agents=agents), record=level).run(progress=False)
    assert "told" not in vars(sim.world.programs)
    assert sim.rows("SELECT count(*) FROM policy_decisions") == [(0,)]
