"""Spec cases 13, 19 and 43 and the rules of spec 3.3, on the slow twin and on the engine."""

from itertools import product

import pytest

from tests.payments.branches import act, both, compute, either, no, param, policy, value, when
from tests.payments.table import at, column, costs, scenario, settled_at, statuses
from tests.twins.runs import RUNS, TwinRun, latest_payments

RELEASE, HOLD, DROP = act("Release"), act("Hold"), act("Drop")


Run = TwinRun


@pytest.fixture(autouse=True, params=sorted(RUNS, reverse=True))
def of_either_kind(request, monkeypatch):
    """Every test runs on the slow twin and on the engine."""
    monkeypatch.setitem(globals(), "Run", RUNS[request.param])


def play(data, ticks=None):
    run, simulation = Run(data), data["simulation"]
    run.step(simulation["ticks_per_day"] * simulation["num_days"] if ticks is None else ticks)
    return run


def played(payments, banks="A 100 | B 0", ticks=1, parameters=None, agent=None, rules=None, **trees):
    """A run in which bank A follows these trees."""
    following = (agent or {}) | {"policy": policy(parameters, **trees)}
    return play(scenario(banks, payments, agents={"A": following}, **(rules or {})), ticks)


def divisible(data):
    for event in data["scenario_events"]:
        event["is_divisible"] = True
    return data


def of(run, *names):
    """The payments by id, as tuples of these columns."""
    rows = [tuple(row[name] for name in names) for row in latest_payments(run)]
    return [row[0] for row in rows] if len(names) == 1 else rows


# the language


@pytest.mark.parametrize(
    ("computed", "expected"),
    [
        (compute("+", 2, 3), 5),
        (compute("-", 2, 3), -1),
        (compute("*", "balance", 3), 300),
        (compute("/", 1, 4), 0.25),
        (compute("max", 1, 7, -3), 7),
        (compute("min", 1, 7, -3), -3),
        (compute("ceil", -1.5), -1),
        (compute("floor", -1.5), -2),
        (compute("round", 2.5), 3),
        (compute("round", -2.5), -3),
        (compute("abs", -2.5), 2.5),
        (compute("clamp", 5, 1, 3), 3),
        (compute("clamp", -5, 1, 3), 1),
        (compute("div0", 6, 3, 9), 2),
        (compute("div0", 6, 1e-9, 9), 9),
        (compute("+", param("ten"), compute("*", 2, compute("-", 4, 1))), 16),
        (value(True), 1),
    ],
)
def test_what_is_computed(computed, expected):
    assert statuses(fits((computed, "==", expected))) == ["dropped"]
    assert statuses(fits((computed, "==", expected + 1))) == ["settled"]


@pytest.mark.parametrize(
    "condition",
    [
        (1, "==", 1 + 5e-10),
        no((1, "!=", 1 + 5e-10)),
        (1 + 5e-10, "<=", 1),
        (1 - 5e-10, ">=", 1),
        no((1, "==", 1 + 5e-9)),
        (1, "<", 1 + 5e-10),
        (1 + 5e-10, ">", 1),
        both((1, "<", 2), (2, "<", 3)),
        no(both((1, "<", 2), (3, "<", 3))),
        either((1, ">", 2), (2, "<", 3)),
        no(either((1, ">", 2), (2, ">", 3))),
        either((1, "<", 2), (compute("/", 1, "credit_used"), ">", 0)),  # never reached
        no(both((1, ">", 2), (compute("/", 1, "credit_used"), ">", 0))),
    ],
)
def test_what_holds(condition):
    assert statuses(fits(condition)) == ["dropped"]


def fits(condition):
    return played("@0 A 50 B", payment=when(condition, DROP, RELEASE), parameters={"ten": 10})


@pytest.mark.parametrize(
    "tree",
    [
        when((compute("/", 1, "credit_used"), "<", 1), RELEASE, DROP),
        when((compute("/", 1, compute("-", 1, "balance")), "<", 1), HOLD, DROP),
        act("Split", num_splits="queue2_nearest_deadline"),
        act("Reprioritize", new_priority=compute("-", "queue2_nearest_deadline", "queue2_nearest_deadline")),
    ],
)
def test_a_decision_that_cannot_be_made_holds(tree):
    """A divisor of zero, or nearly; infinity or no number as a parameter. A negative divisor is one."""
    run = played("@0 A 50 B", payment=tree)
    assert of(run, "status", "priority") == [("queue1", 5)]


def test_without_a_payment_tree_payments_are_released():
    assert statuses(played("@0 A 50 B", bank=act("NoAction"))) == ["settled"]


@pytest.mark.parametrize(
    ("evaluation", "expected"),
    [("snapshot", ["settled", "queue2", "settled"]), ("sequential", ["settled", "queue1", "settled"])],
)
def test_43_what_a_policy_sees(evaluation, expected):
    able = when(("effective_liquidity", ">=", "remaining_amount"), RELEASE, HOLD)
    three = "@0 A 60 B | @0 A 50 B | @0 A 40 B"
    assert statuses(played(three, payment=able, rules={"policy_evaluation": evaluation})) == expected


@pytest.mark.parametrize(("evaluation", "expected"), [("snapshot", 3), ("sequential", 2)])
def test_what_is_left_in_the_own_queue(evaluation, expected):
    """Payments go while more than one is seen there."""
    more = when(("outgoing_queue_size", ">", 1), RELEASE, HOLD)
    run = played("@0 A 1 B | @0 A 1 B | @0 A 1 B", payment=more, rules={"policy_evaluation": evaluation})
    assert statuses(run).count("settled") == expected


# release and hold


def test_flags_of_a_release():
    run = played("@0 A 500 B", payment=act("Release", priority_flag="LOW", rtgs_priority="HighlyUrgent"))
    assert of(run, "priority", "original_priority") == [(1, 5)]
    assert column(run, "queue_snapshots", "class") == ["HighlyUrgent"]


def test_a_release_that_waits_for_its_tick():
    tree = act("Release", timed_for_tick=compute("+", "arrival_tick", 2), priority_flag="HIGH")
    assert of(played("@1 A 50 B", payment=tree, ticks=3), "status", "priority") == [("queue1", 5)]
    assert settled_at(played("@1 A 50 B", payment=tree, ticks=4)) == [3]


def test_priorities_stay_between_0_and_10():
    for given, expected in ((99, 10), (-3, 0), (6.9, 6)):
        assert of(played("@0 A 1 B", payment=act("Reprioritize", new_priority=given)), "priority") == [
            expected
        ]


# budgets

FOUR = "@0 A 10 B | @0 A 10 C | @0 A 10 B | @0 A 10 C"


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ({"max_value_to_release": 25}, "SSHH"),
        ({"focus_counterparties": ["C"]}, "HSHS"),
        ({"focus_counterparties": []}, "SSSS"),
        ({"max_per_counterparty": 10}, "SSHH"),
        ({"max_per_cpty": 15, "focus_cpty_list": ["B"]}, "SHHH"),
        ({"max_value_to_release": 30, "max_per_counterparty": 10}, "SSHH"),
        ({"max_value_to_release": -1}, "HHHH"),
    ],
)
def test_a_release_budget(budget, expected):
    run = played(FOUR, "A 100 | B 0 | C 0", bank=act("SetReleaseBudget", **budget), payment=RELEASE)
    assert "".join("S" if status == "settled" else "H" for status in statuses(run)) == expected


def test_a_budget_holds_for_a_tick():
    tree = when(("current_tick", "==", 0), act("SetReleaseBudget", max_value_to_release=10), act("NoAction"))
    run = played("@0 A 10 B | @0 A 10 B | @0 A 10 B", bank=tree, payment=RELEASE, ticks=2)
    assert settled_at(run) == [0, 1, 1]
    assert column(run, "bank_ticks", "budget", bank="A") == [10, None]


@pytest.mark.parametrize(
    ("tree", "compat", "expected"),
    [
        (act("Split", num_splits=2), "none", ["queue1"]),
        (act("Split", num_splits=2), "simcash", ["settled"] * 3),
        (act("Split", num_splits=1), "simcash", ["queue1"]),
        (act("StaggerSplit", num_splits=2), "none", ["split", "settled", "queue1"]),
        (act("StaggerSplit", num_splits=2, stagger_first_now=2), "none", ["queue1"]),
    ],
)
def test_parts_sent_now_count_against_the_budget(tree, compat, expected):
    following = policy(payment=tree, bank=act("SetReleaseBudget", max_value_to_release=49))
    data = scenario("A 100 | B 0", "@0 A 80 B", agents={"A": {"policy": following}}, compat=compat)
    assert statuses(play(divisible(data), 1)) == expected


# splitting


def test_19_friction_of_three_parts():
    splitting = {"policy": {"type": "MockSplitting", "num_splits": 3}}
    data = scenario("A 100 | B 0", "@0 A 100 B", costs={"split_friction_cost": 1000}, agents={"A": splitting})
    run = play(divisible(data), 1)
    assert costs(run) == (2000, 0)
    assert column(run, "costs", "tx_id", kind="split_friction") == [0]
    assert of(run, "amount", "parent_id", "source", "status") == [
        (100, None, "event", "settled"), (33, 0, "split", "settled"), (33, 0, "split", "settled"),
        (34, 0, "split", "settled"),
    ]  # fmt: skip
    assert column(run, "settlements", "tx_id") == [1, 2, 3]


def split_by(tree, ticks, payment="@0 A 10 B", banks="A 100 | B 0", **rules):
    data = scenario(banks, payment, agents={"A": {"policy": policy(payment=tree)}}, **rules)
    return play(divisible(data), ticks)


@pytest.mark.parametrize(("parts", "expected"), [(1.9, 1), (0, 1), (-4, 1), (2.9, 3), (99, 11)])
def test_how_many_parts(parts, expected):
    """Cut to a whole number; one part is the payment itself, and none is smaller than a cent."""
    assert len(statuses(split_by(act("PaceAndRelease", num_splits=parts), 1))) == expected


def test_what_cannot_be_split_is_held():
    assert statuses(played("@0 A 10 B", payment=act("Split", num_splits=2))) == ["queue1"]
    assert statuses(played("@0 A 10 B", payment=act("Split", num_splits=1))) == ["settled"]
    peer = {"compat": "simcash"}
    assert statuses(played("@0 A 10 B", payment=act("Split", num_splits=2), rules=peer)) == ["settled"] * 3


def test_a_staggered_split():
    tree = act(
        "StaggerSplit", num_splits=5, stagger_first_now=2, stagger_gap_ticks=3, priority_boost_children=4
    )
    run = split_by(tree, 10, "@1 A 11 B priority 5")
    assert of(run, "amount", "settled_tick", "priority") == [
        (11, None, 5), (2, 1, 9), (2, 1, 9), (2, 4, 9), (2, 7, 9), (3, None, 9),
    ]  # fmt: skip
    assert statuses(run) == ["split", *["settled"] * 4, "queue1"]
    assert column(run, "bank_ticks", "q1_count", bank="A") == [0, 3, 3, 3, 2, 2, 2, 1, 1, 1]


def test_parts_wait_undisturbed():
    """Neither the tree nor a budget touches them, and a boost ends at 10."""
    parts = act("StaggerSplit", num_splits=2, stagger_first_now=0, priority_boost_children=99)
    tree = when(("is_split", "==", 0), parts, DROP)
    run = split_by(tree, 3)
    assert of(run, "settled_tick", "priority") == [(2, 5), (1, 10), (2, 10)]


def test_parts_of_parts():
    """What was split is settled with its last part, however deep."""
    tree = when(("is_in_queue2", "==", 1), act("WithdrawFromRtgs"), act("Split", num_splits=2))
    income = "@0 A 4 B | @3 C 100 A"
    run = split_by(tree, 10, income, "A 1 | B 0 | C 100")
    whole = latest_payments(run)[0]
    assert (whole["status"], whole["settled_tick"]) == ("settled", 4)
    out = [row["amount"] for row in run.rows("settlements") if row["sender"] == "A"]
    assert sum(out) == 4
    day = next(row for row in run.rows("bank_days") if row["bank"] == "A")
    assert (day["settled_count"], day["settled_value"]) == (1, 4)
    assert (day["arrived_count"], day["sent_value"]) == (1, 4)


SPLITTER = {"type": "LiquiditySplitting", "max_splits": 4, "min_split_amount": 10}


@pytest.mark.parametrize(
    ("balance", "payment", "expected"),
    [
        (100, "@0 A 100 B by 9", ["settled"]),
        (50, "@0 A 100 B by 9", ["split", "settled", "queue2"]),
        (50, "@0 A 100 B by 5", ["split", "settled", "settled", "queue2", "queue2"]),
        (5, "@0 A 39 B by 5", ["queue1"]),
        (5, "@0 A 40 B by 5", ["split", *["queue2"] * 4]),
        (0, "@0 A 100 B by 5", ["queue1"]),
    ],
)
def test_splitting_by_liquidity(balance, payment, expected):
    data = scenario(f"A {balance} | B 0", payment, agents={"A": {"policy": SPLITTER}})
    assert statuses(play(divisible(data), 1)) == expected


# the central queue


def test_out_of_the_central_queue_and_in_again():
    tree = when(("is_in_queue2", "==", 1), act("WithdrawFromRtgs"), RELEASE)
    run = played("@0 A 500 B", payment=tree, ticks=4)
    assert column(run, "queue_snapshots", "queue") == [2, 1, 2, 1]
    assert of(run, "q1_ticks", "q2_ticks", "submission_tick") == [(1, 2, 2)]


def test_a_new_class_takes_the_last_place():
    changing = when(("amount", "==", 500), act("ResubmitToRtgs", rtgs_priority="Urgent"), HOLD)
    tree = when(("is_in_queue2", "==", 1), changing, act("Release", rtgs_priority="Normal"))
    run = played("@0 A 500 B | @0 A 600 B", payment=tree, ticks=3)
    assert column(run, "queue_snapshots", "tx_id", tick=0) == [0, 1]
    assert column(run, "queue_snapshots", "tx_id", tick=1) == [1, 0]
    assert column(run, "queue_snapshots", "class", tick=2) == ["Normal", "Urgent"]
    assert of(run, "submission_tick", "q2_ticks") == [
        (1, 1),
        (0, 0),
    ]  # resubmitted once: then it has the class


# registers


def test_registers_count_until_the_day_ends():
    counting = act("AddState", key="bank_state_n", value=1)
    twice = when(("bank_state_n", "==", 2), DROP, HOLD)
    run = played("@0 A 50 B", payment=twice, bank=counting, ticks=2)
    assert statuses(run) == ["dropped"]
    data = scenario(
        "A 100 | B 0",
        "@2 A 50 B by 9",
        2,
        days=3,
        agents={"A": {"policy": policy(payment=when(("bank_state_n", ">=", 2), DROP, HOLD), bank=counting)}},
    )
    assert [statuses(play(data, ticks)) for ticks in (3, 4)] == [["queue1"], ["dropped"]]


@pytest.mark.parametrize(("name", "expected"), [("bank_state_n", "dropped"), ("bank_state_a", "queue1")])
def test_a_new_policy_finds_the_registers_it_names(name, expected):
    before = policy(payment=HOLD, bank=act("SetState", key="bank_state_n", value=3))
    after = policy(payment=when((name, "==", 3), DROP, HOLD))
    change = {"type": "PolicyChange", "agent": "A", "policy": after, "schedule": at(1)}
    data = scenario("A 100 | B 0", "@0 A 50 B by 5", agents={"A": {"policy": before}}, events=[change])
    assert statuses(play(data, 2)) == [expected]


# collateral


def collateral(run):
    return [
        (row["tick"], row["layer"], row["requested"], row["amount"], row["after"])
        for row in run.rows("collateral")
    ]


def test_as_much_as_capacity_and_use_allow():
    """Case 25's numbers: credit of 6000000 in use keeps all but 3333333 of 10000000."""
    tree = when(
        ("system_tick_in_day", "==", 0),
        act("WithdrawCollateral", amount=99999999),
        act("PostCollateral", amount=3333334.9),
    )
    agent = {"max_collateral_capacity": 10000000}
    run = played("", "A -6000000 collateral 10000000 haircut 0.1 | B 0", 2, strategic=tree, agent=agent)
    assert collateral(run) == [
        (0, "strategic", -99999999, -3333333, 6666667), (1, "strategic", 3333334, 3333333, 10000000),
    ]  # fmt: skip


def test_nothing_to_do_for_collateral():
    for amount in (0, 0.9, -5):
        assert collateral(played("", strategic=act("PostCollateral", amount=amount))) == []
    assert collateral(played("", strategic=act("HoldCollateral", amount=5))) == []


def test_a_timer_takes_back_what_is_free():
    """150 posted for two ticks; 30 of credit in use and a buffer of 100 keep 130 of them, until A is paid."""
    tree = when(
        ("current_tick", "==", 0),
        act("PostCollateral", amount=150, auto_withdraw_after_ticks=2, reason="cover"),
        act("HoldCollateral"),
    )
    agent = {"max_collateral_capacity": 1000}
    run = played("@1 A 30 B | @2 B 30 A", "A 0 haircut 0 | B 0", 5, agent=agent, end_of_tick=tree)
    assert collateral(run) == [
        (0, "end_of_tick", 150, 150, 150), (2, "timer", -150, -20, 130), (3, "timer", -130, -30, 100),
        (4, "timer", -100, 0, 100),
    ]  # fmt: skip
    assert column(run, "collateral", "reason") == ["cover", None, None, None]


BG = {"collateral_cost_per_tick_bps": 100, "delay_cost_per_tick_per_cent": 0.005}
AFTER = {"m": 0, "a": 1}


@pytest.mark.parametrize(
    ("delay", "expected", "nash"),
    [
        (
            0.005,
            {"mm": (10000, 10000), "ma": (20000, 5000), "am": (5000, 20000), "aa": (15000, 15000)},
            {"aa"},
        ),
        (0.01, None, {"mm", "ma", "am", "aa"}),
        (0.02, None, {"mm"}),
    ],
)
def test_13_bech_and_garratt_with_collateral(delay, expected, nash):
    payoffs = {a + b: costs(bech_garratt(a, b, delay)) for a, b in product("ma", "ma")}
    assert expected in (None, payoffs)
    assert nash == {
        pair for pair in payoffs
        if payoffs[pair][0] == min(payoffs[other + pair[1]][0] for other in "ma")
        and payoffs[pair][1] == min(payoffs[pair[0] + other][1] for other in "ma")
    }  # fmt: skip


def bech_garratt(a, b, delay):
    def bank(choice):
        time = ("current_tick", ">=", AFTER[choice])
        post = act("PostCollateral", amount="queue1_liquidity_gap")
        free = act("WithdrawCollateral", amount="posted_collateral")
        empty = both(("outgoing_queue_size", "==", 0), ("credit_used", "==", 0))
        tree = when(
            both(time, ("queue1_total_value", ">", "available_liquidity")),
            post,
            when(empty, free, act("HoldCollateral")),
        )
        following = policy(strategic=tree, payment=when(time, RELEASE, HOLD))
        return {"max_collateral_capacity": 1000000, "policy": following}

    owed = "@0 A 1000000 B by 2 | @0 B 1000000 A by 2"
    rates = BG | {"delay_cost_per_tick_per_cent": delay}
    agents = {"A": bank(a), "B": bank(b)}
    return play(scenario("A 0 haircut 0 | B 0 haircut 0", owed, 2, costs=rates, agents=agents))


# the pool


@pytest.mark.parametrize(
    ("given", "compat", "expected"),
    [
        ("fraction 0.5", "none", [500, 500]),
        ("", "none", [200, 200]),
        ("fraction 0.5", "simcash", [500, 200]),
        ("", "simcash", [1000, 200]),
    ],
)
def test_the_share_of_the_pool(given, compat, expected):
    """The scenario's, else the policy's; the peer takes the policy's from the second day on."""
    following = policy({"initial_liquidity_fraction": 0.2}, payment=RELEASE)
    data = scenario(
        f"A 0 pool 1000 {given} | B 0", "", 1, days=2, agents={"A": {"policy": following}}, compat=compat
    )
    assert column(play(data), "bank_days", "allocated", bank="A") == expected


@pytest.mark.parametrize(
    ("share", "expected"), [({}, [500, 500]), ({"initial_liquidity_fraction": 0.3}, [500, 300])]
)
def test_the_share_of_the_pool_that_a_new_policy_brings(share, expected):
    change = {
        "type": "PolicyChange",
        "agent": "A",
        "policy": policy(share, payment=RELEASE),
        "schedule": at(0),
    }
    data = scenario("A 0 pool 1000 fraction 0.5 | B 0", "", 1, days=2, events=[change])
    assert column(play(data), "bank_days", "allocated", bank="A") == expected
