"""Each action and each operator of the policy language once, on the engine and on its twin."""

import pytest

from tests.payments.branches import act, both, compute, either, no, param, policy, when
from tests.payments.table import at, column, cost, scenario, settled_at, statuses

HOLD, RELEASE, DROP = act("Hold"), act("Release"), act("Drop")


def of_a(parameters=None, **trees):
    return {"A": {"policy": policy(parameters, **trees)}}


def custom(tick, amount, receiver="B", **terms):
    return {"type": "CustomTransactionArrival", "from_agent": "A", "to_agent": receiver, "amount": amount,
            "schedule": at(tick)} | terms  # fmt: skip


# actions of a payment tree


def test_release_hold_and_drop(play):
    by_amount = when(("amount", ">", 50), DROP, when(("amount", ">", 10), HOLD, RELEASE))
    run = play(scenario("A 100 | B 0", "@0 A 60 B | @0 A 20 B | @0 A 5 B", agents=of_a(payment=by_amount)), 1)
    assert statuses(run) == ["dropped", "queue1", "settled"]


def test_release_sets_priority_and_class_and_waits_for_its_tick(play):
    timed = act("ReleaseWithCredit", timed_for_tick=2, priority_flag="HIGH", rtgs_priority="Normal")
    run = play(scenario("A 0 | B 0", "@0 A 60 B", agents=of_a(payment=timed)), 3)
    assert column(run, "policy_decisions", "reason") == ["Timed", "Timed", None]
    waiting = column(run, "queue_snapshots", "class", queue=2)
    assert (waiting, column(run, "payments", "priority")[-1]) == (["Normal"], 10)


@pytest.mark.parametrize("action", ["Split", "PaceAndRelease"])
def test_split_into_parts_the_last_of_which_takes_the_rest(play, action):
    data = scenario("A 4 | B 0", events=[custom(0, 11, is_divisible=True)], costs={"split_friction_cost": 7},
                    agents=of_a(payment=act(action, num_splits=3)))  # fmt: skip
    run = play(data, 1)
    assert column(run, "payments", "amount", parent_id=0) == [3, 3, 5]
    assert (statuses(run), cost(run, "split_friction")["A"]) == (["split", "settled", "queue2", "queue2"], 14)


def test_what_is_not_divisible_is_held(play):
    run = play(scenario("A 9 | B 0", "@0 A 9 B", agents=of_a(payment=act("Split", num_splits=3))), 1)
    assert column(run, "policy_decisions", "reason") == ["Indivisible"]


def test_stagger_parts_over_ticks(play):
    tree = act("StaggerSplit", num_splits=4, stagger_first_now=2, stagger_gap_ticks=3,
               priority_boost_children=2)  # fmt: skip
    run = play(scenario("A 8 | B 0", events=[custom(0, 8, is_divisible=True)], agents=of_a(payment=tree)), 8)
    assert settled_at(run) == [6, 0, 0, 3, 6]
    assert column(run, "payments", "priority", parent_id=0, tick=0) == [7, 7, 7, 7]


def test_reprioritize_and_no_more_than_ten(play):
    run = play(
        scenario("A 8 | B 0", "@0 A 8 B", agents=of_a(payment=act("Reprioritize", new_priority=12))), 1
    )
    assert column(run, "payments", "priority") == [10]


IN_QUEUE2 = ("is_in_queue2", "==", 1)


def test_withdraw_from_the_central_queue(play):
    back = when(IN_QUEUE2, act("WithdrawFromRtgs"), when(("queue_age", "==", 0), RELEASE, HOLD))
    run = play(scenario("A 0 | B 0", "@0 A 8 B", agents=of_a(payment=back)), 3)
    assert column(run, "queue_snapshots", "queue") == [2, 1, 1]


def test_resubmit_to_another_class_goes_to_the_end(play):
    other = when(both(IN_QUEUE2, ("amount", "==", 8)), act("ResubmitToRtgs", rtgs_priority="Urgent"), RELEASE)
    data = scenario("A 0 | B 0", "@0 A 8 B priority 1 | @0 A 9 B priority 1", agents=of_a(payment=other))
    run = play(data, 2)
    assert column(run, "queue_snapshots", "tx_id", tick=0) == [0, 1]
    assert column(run, "queue_snapshots", "tx_id", tick=1) == [1, 0]
    assert column(run, "queue_snapshots", "class", tick=1) == ["Normal", "Urgent"]


# actions of the other trees


def test_a_budget_in_all_per_receiver_and_for_some_receivers(play):
    budget = act("SetReleaseBudget", max_value_to_release=30, max_per_counterparty=20,
                 focus_counterparties=["B", "C"])  # fmt: skip
    payments = "@0 A 15 B | @0 A 10 B | @0 A 5 D | @0 A 15 C | @0 A 1 C"
    run = play(scenario("A 99 | B 0 | C 0 | D 0", payments, agents=of_a(bank=budget, payment=RELEASE)), 1)
    assert statuses(run) == ["settled", "queue1", "queue1", "settled", "queue1"]
    assert column(run, "bank_ticks", "budget", bank="A") == [30]


def test_registers_are_set_and_added_to_and_empty_in_the_morning(play):
    count = when(("system_tick_in_day", "==", 0), act("SetState", key="bank_state_n", value=5),
                 act("AddState", key="bank_state_n", value=2))  # fmt: skip
    third = when(("bank_state_n", "==", 7), RELEASE, HOLD)
    data = scenario("A 99 | B 0", "@0 A 1 B", ticks_per_day=3, agents=of_a(bank=count, payment=third))
    run = play(data)
    assert settled_at(run) == [1]
    assert column(run, "notices", "value", kind="StateRegisterSet") == [5, 7, 9]


def test_a_bank_may_do_nothing(play):
    run = play(scenario("A 0 | B 0", agents=of_a(bank=act("NoAction"))), 1)
    assert column(run, "policy_decisions", "action") == ["NoAction"]


def test_collateral_is_posted_held_and_withdrawn(play):
    post = when(("current_tick", "==", 0), act("PostCollateral", amount=70, reason="morning"),
                act("HoldCollateral"))  # fmt: skip
    back = when(("current_tick", "==", 1), act("WithdrawCollateral", amount="posted_collateral"),
                act("HoldCollateral"))  # fmt: skip
    run = play(scenario("A 0 cap 5 | B 0", agents=of_a(strategic=post, end_of_tick=back)), 2)
    assert column(run, "collateral", "layer") == ["strategic", "end_of_tick"]
    assert column(run, "collateral", "amount") == [50, -50]  # the capacity is ten times the cap
    assert column(run, "collateral", "reason") == ["morning", None]


def test_a_timer_takes_collateral_back(play):
    post = when(("current_tick", "==", 1), act("PostCollateral", amount=40, auto_withdraw_after_ticks=2),
                act("HoldCollateral"))  # fmt: skip
    run = play(scenario("A 0 cap 100 | B 0", agents=of_a(strategic=post)), 5)
    moves = zip(column(run, "collateral", "tick"), column(run, "collateral", "amount"), strict=True)
    assert list(moves) == [(1, 40), (3, -40)]


# operators: 12 is paid, or not


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (("amount", "==", 12), True), (("amount", "!=", 12), False), (("amount", "<", 12), False),
        (("amount", "<=", 12), True), (("amount", ">", 12), False), (("amount", ">=", 12), True),
        (("amount", "==", 12 + 5e-10), True), (("amount", "<", 12 + 5e-10), True),
        (both(("amount", ">", 1), ("amount", "<", 12)), False),
        (either(("amount", ">", 1), ("amount", "<", 12)), True),
        (no(("amount", ">", 1)), False),
        (("tx_counterparty_id", "==", {"value": "B"}), True),
    ],
)  # fmt: skip
def test_comparisons(play, condition, holds):
    decided(play, condition, holds)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (compute("+", "amount", 3), 15), (compute("-", 3, "amount"), -9), (compute("*", "amount", 0.5), 6),
        (compute("/", "amount", 8), 1.5), (compute("max", "amount", 3, 20), 20),
        (compute("min", "amount", 3, 20), 3), (compute("ceil", compute("/", "amount", 8)), 2),
        (compute("floor", compute("/", "amount", 8)), 1), (compute("round", compute("/", "amount", 8)), 2),
        (compute("round", compute("/", "amount", -8)), -2), (compute("abs", compute("-", 3, "amount")), 9),
        (compute("clamp", "amount", 3, 10), 10), (compute("clamp", "amount", 13, 20), 13),
        (compute("div0", "amount", "balance", 7), 0.12), (compute("div0", "amount", "credit_used", 7), 7),
        (param("k"), 2.5),
    ],
)  # fmt: skip
def test_computations(play, value, expected):
    decided(play, (value, "==", expected), True)
    decided(play, (value, "!=", expected), False)


def decided(play, condition, holds):
    tree = when(condition, RELEASE, HOLD)
    run = play(scenario("A 100 | B 0", "@0 A 12 B", agents=of_a({"k": 2.5}, payment=tree)), 1)
    assert statuses(run) == ["settled" if holds else "queue1"]


def test_a_divisor_of_zero_holds(play):
    tree = when((compute("/", "amount", "credit_used"), ">", 0), DROP, DROP)
    run = play(scenario("A 100 | B 0", "@0 A 12 B", agents=of_a(payment=tree)), 1)
    assert (statuses(run), column(run, "policy_decisions", "reason")) == (["queue1"], ["EvalError"])
    assert column(run, "notices", "step", kind="PolicyEvalError") == [6]
