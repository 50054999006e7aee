"""Spec cases 7 to 12: liquidity games with known payoffs, and their equilibria."""

from itertools import product

import pytest

from tests.payments.table import costs, scenario

CASTRO_PAYMENTS = "@1 A 15000 B by 2 | @0 B 15000 A by 2 | @1 B 5000 A by 2"
THREE_PERIODS = "@0 A 20000 B by 2 | @0 B 20000 A by 2 | @1 A 20000 B by 2 | @1 B 20000 A by 2"
RULES = {"crediting": "deferred", "deadline_cap_at_eod": True}


def pools(fractions):
    a, b = fractions
    return f"A 0 pool 100000 fraction {a} | B 0 pool 100000 fraction {b}"


def as_the_peer(fractions, payments, ticks_per_day, bps, compat="simcash"):
    rates = {
        "liquidity_cost_per_tick_bps": bps, "delay_cost_per_tick_per_cent": 0.2,
        "deadline_penalty": 50000, "eod_penalty": 100000,
    }  # fmt: skip
    return scenario(pools(fractions), payments, ticks_per_day, costs=rates, compat=compat, **RULES)


@pytest.mark.parametrize(
    ("fractions", "compat", "expected"),
    [
        ((0.5, 0.5), "simcash", (5000, 5000)),
        ((0, 0.2), "simcash", (0, 2000)),
        ((0.05, 0.18), "simcash", (500, 2800)),
        ((0.05, 0.18), "none", (500, 102800)),
    ],
)
def test_7_and_9_two_periods_as_the_peer_ran_them(play, fractions, compat, expected):
    assert costs(play(as_the_peer(fractions, CASTRO_PAYMENTS, 2, 500, compat))) == expected


@pytest.mark.parametrize(
    ("fractions", "compat", "expected"),
    [
        ((0.5, 0.5), "simcash", (4995, 4995)),
        ((0.01, 0.3), "simcash", (12099, 6997)),
        ((0.01, 0.3), "none", (112099, 6997)),
    ],
)
def test_8_and_9_three_periods_as_the_peer_ran_them(play, fractions, compat, expected):
    assert costs(play(as_the_peer(fractions, THREE_PERIODS, 3, 333, compat))) == expected


IN_UNITS = " | ".join(
    ["@1 A 5000 B by 2"] * 3 + ["@0 B 5000 A by 2"] * 3 + ["@1 B 5000 A by 2"]
)  # the same amounts, so that a part of a period's payments can be made


def castro(fractions, rates=(0.1, 0.2, 0.4)):
    """Castro et al. 2025: borrowing from the pool in the morning, delay, borrowing in the evening."""
    morning, delay, evening = rates
    rates = {
        "liquidity_cost_once_per_day": morning, "delay_cost_per_tick_per_cent": delay,
        "eod_borrowing_rate": evening, "overdue_delay_multiplier": 1,
    }  # fmt: skip
    return scenario(pools(fractions), IN_UNITS, 2, costs=rates, **RULES)


@pytest.mark.parametrize(
    ("fraction_b", "expected"),
    [(0, 11000), (0.05, 8500), (0.1, 6000), (0.15, 3500), (0.2, 2000), (0.25, 2500), (0.3, 3000)],
)
def test_10_costs_of_b(play, fraction_b, expected):
    assert costs(play(castro((0, fraction_b))))[1] == expected


@pytest.mark.parametrize(
    ("fraction_b", "expected"), [(0.2, [0, 500, 1000, 1500]), (0, [6000, 4500, 3000, 1500])]
)
def test_10_costs_of_a(play, fraction_b, expected):
    assert [
        costs(play(castro((fraction_a, fraction_b))))[0] for fraction_a in (0, 0.05, 0.1, 0.15)
    ] == expected


GRID = [step / 20 for step in range(21)]


@pytest.mark.parametrize(
    ("rates", "equilibrium", "expected"),
    [
        ((0.1, 0.2, 0.4), (0, 0.2), (0, 2000)),
        ((0.1, 0.05, 0.4), (0, 0.2), (0, 2000)),
        ((0.1, 0.01, 0.4), (0, 0.2), (0, 2000)),
        ((0.1, 0.3, 0.4), (0, 0.2), (0, 2000)),
        ((0.2, 0.1, 0.4), (0, 0.2), (0, 4000)),
        ((0.4, 0.2, 0.1), (0, 0), (1500, 5000)),
    ],
)
def test_11_the_only_equilibrium(play, rates, equilibrium, expected):
    payoffs = {pair: costs(play(castro(pair, rates))) for pair in product(GRID, GRID)}
    assert equilibria(payoffs, GRID) == {equilibrium}
    assert payoffs[equilibrium] == expected


def equilibria(payoffs, choices):
    """The pairs from which neither player gains by choosing otherwise."""
    return {
        (a, b)
        for a, b in payoffs
        if payoffs[a, b][0] == min(payoffs[other, b][0] for other in choices)
        and payoffs[a, b][1] == min(payoffs[a, other][1] for other in choices)
    }


POLICIES = {
    "m": {"type": "Fifo"},  # in the morning
    "a": {"type": "Deadline", "urgency_threshold": 1},  # in the afternoon: one tick before the deadline
}


@pytest.mark.parametrize(
    ("delay", "expected", "nash"),
    [
        (0.005, {"mm": (0, 0), "ma": (10000, 5000), "am": (5000, 10000), "aa": (5000, 5000)}, ["mm", "aa"]),
        (0.02, {"mm": (0, 0), "ma": (10000, 20000), "am": (20000, 10000), "aa": (20000, 20000)}, ["mm"]),
    ],
)
def test_12_bech_and_garratt(play, delay, expected, nash):
    payoffs = {a + b: costs(play(bech_garratt(a, b, delay))) for a, b in product("ma", "ma")}
    assert payoffs == expected
    assert equilibria({tuple(pair): cost for pair, cost in payoffs.items()}, "ma") == set(map(tuple, nash))


def bech_garratt(a, b, delay):
    agents = {"A": {"policy": POLICIES[a]}, "B": {"policy": POLICIES[b]}}
    rates = {"overdraft_bps_per_tick": 100, "delay_cost_per_tick_per_cent": delay}
    owed = "@0 A 1000000 B by 2 | @0 B 1000000 A by 2"
    return scenario("A 0 cap 1000000 | B 0 cap 1000000", owed, 2, costs=rates, agents=agents)
