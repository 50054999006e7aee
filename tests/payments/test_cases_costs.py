"""Spec cases 14 to 18 and 20 to 23: what things cost, to the cent."""

import pytest

from tests.payments.table import column, costs, scenario, settled_at, statuses

HOLD = {"policy": {"type": "Deadline", "urgency_threshold": 0}}  # never releases; drops at the deadline


def test_14_overdraft_by_the_tick(play):
    run = play(scenario("A -10000000 | B 0", costs={"overdraft_bps_per_tick": 1}), 2)
    assert column(run, "costs", "amount", kind="overdraft", bank="A") == [1000, 1000]


@pytest.mark.parametrize(("ticks", "expected"), [(1, 20), (2, 40), (6, 120)])
def test_15_overdraft_of_a_payment_on_credit(play, ticks, expected):
    data = scenario("A 1000000 cap 500000 | B 0", "@0 A 1200000 B", costs={"overdraft_bps_per_tick": 1})
    assert costs(play(data, ticks)) == (expected, 0)


@pytest.mark.parametrize(("priority", "expected"), [(9, 75), (5, 50), (2, 25)])
def test_16_delay_by_priority(play, priority, expected):
    multipliers = {"urgent_multiplier": 1.5, "normal_multiplier": 1, "low_multiplier": 0.5}
    rates = {"delay_cost_per_tick_per_cent": 0.0001, "priority_delay_multipliers": multipliers}
    run = play(scenario("A 0 | B 0", f"@0 A 500000 B priority {priority}", costs=rates), 1)
    assert costs(run) == (expected, 0)


@pytest.mark.parametrize(
    ("kind", "bps", "amount_charged"), [("deadline_penalty", 100, 10000), ("eod_penalty", 200, 20000)]
)
def test_17_penalties_by_rate(play, kind, bps, amount_charged):
    rates = {kind: {"mode": "rate", "bps_per_event": bps}}
    run = play(scenario("A 0 | B 0", "@0 A 1000000 B by 2", costs=rates))
    assert column(run, "costs", "amount", kind=kind) == [amount_charged]
    assert costs(run) == (amount_charged, 0)


def test_18_both_penalties_by_the_end_of_the_day(play):
    rates = {"deadline_penalty": 50000, "eod_penalty": 10000}
    run = play(scenario("A 0 | B 0", "@0 A 500000 B by 5", costs=rates))
    assert costs(run) == (60000, 0)
    assert column(run, "costs", "tick", kind="deadline_penalty") == [6]


def test_20_pool_money_by_the_tick(play):
    run = play(scenario("A 0 pool 1000000 | B 0", costs={"liquidity_cost_per_tick_bps": 15}), 3)
    assert column(run, "costs", "amount", kind="liquidity") == [1500, 1500, 1500]


def test_21_delay_is_rounded_once_and_attributed_to_the_cent(play):
    rates = {"delay_cost_per_tick_per_cent": 0.0001}
    data = scenario("A 0 | B 0", "@0 A 5000 B | @0 A 5000 B | @0 A 5000 B", costs=rates)
    by_payment = play(data, 1)
    assert column(by_payment, "costs", "tx_id", kind="delay") == [0, 1]
    assert column(by_payment, "costs", "amount", kind="delay") == [1, 1]
    by_bank = play(data | {"record": "standard"}, 1)
    assert column(by_bank, "costs", "amount", kind="delay", bank="A") == [2]


@pytest.mark.parametrize(("compat", "expected"), [("none", 60000), ("simcash", 0)])
def test_22_dropping_is_not_free(play, compat, expected):
    rates = {"deadline_penalty": 50000, "eod_penalty": 10000}
    run = play(scenario("A 0 | B 0", "@0 A 500 B by 1", costs=rates, agents={"A": HOLD}, compat=compat))
    assert statuses(run) == ["dropped"]
    assert costs(run) == costs(run, "drop_penalty") == (expected, 0)


def test_23_throughput_penalty(play):
    rule = {"by_tick": 0, "fraction": 0.5, "penalty": {"mode": "rate", "bps_per_event": 100}}
    run = play(scenario("A 1000000 | B 0", "@0 A 300000 B | @1 A 700000 B", 2, throughput_rules=[rule]))
    assert settled_at(run) == [0, 1]
    assert costs(run) == costs(run, "throughput_penalty") == (2000, 0)
