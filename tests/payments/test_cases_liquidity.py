"""Spec cases 24, 26, 27, 28 and 32: what a bank can pay with, and when."""

import pytest

from tests.payments.table import column, scenario, settled_at, statuses


@pytest.mark.parametrize(("balance", "available"), [(1000000, 1696000), (-200000, 496000)])
def test_24_available(play, balance, available):
    run = play(scenario(f"A {balance} cap 500000 collateral 200000 haircut 0.02"), 1)
    assert column(run, "bank_ticks", "limit") == [696000]
    assert column(run, "bank_ticks", "available") == [available]


def test_26_liquidity_gap(play):
    hold = {"policy": {"type": "Deadline", "urgency_threshold": 0}}
    run = play(scenario("A 500000 cap 300000 | B 0", "@0 A 1000000 B by 9", agents={"A": hold}), 1)
    (row,) = [row for row in run.rows("bank_ticks") if row["bank"] == "A"]
    assert row["q1_value"] - row["available"] == 200000


def test_27_the_pool_comes_in_the_morning_and_leaves_in_the_evening(play):
    run = play(scenario("A 100000 pool 1000000 fraction 0.5", days=2), 11)
    balances = column(run, "bank_ticks", "balance", bank="A")
    assert balances == [600000] * 9 + [100000] + [600000]
    assert column(run, "liquidity", "amount") == [500000, -500000, 500000]


@pytest.mark.parametrize(("crediting", "expected"), [("immediate", [0, 0]), ("deferred", [0, 1])])
def test_28_when_credit_becomes_usable(play, crediting, expected):
    run = play(scenario("A 100 | B 0 | C 0", "@0 A 100 B | @0 B 100 C", crediting=crediting))
    assert settled_at(run) == expected


@pytest.mark.parametrize(("balance_b", "expected"), [(0, ["queue2"] * 2), (10000, ["settled"] * 2)])
def test_32_mutual_payments_without_liquidity_saving(play, balance_b, expected):
    run = play(scenario(f"A 0 | B {balance_b}", "@0 A 10000 B | @0 B 10000 A"))
    assert statuses(run) == expected
