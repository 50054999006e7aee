"""Spec case 46: every measure of one small day, worked out by hand."""

import pytest

from tests.payments.table import scenario
from tests.twins.payments_measures import measures
from tests.twins.runs import latest_payments

PAYMENTS = """
@0 A 200 B | @0 B 250 C | @0 C 100 A
@1 B 150 A | @1 A 300 C
@2 C 150 A | @2 C 120 B
@3 C 100 A | @3 B 60 C  | @3 A 40 C
"""
DAY = scenario("A 300 | B 100 | C 0", PAYMENTS, ticks_per_day=4)
EXPECTED = {
    "queued": [0, 450, 150, 150],
    "upper_bound": {"A": 250, "B": 200, "C": 0},
    "lower_bound": {"A": 40, "B": 140, "C": 0},
    "delay_indicator": 600 / 2820,
    "liquidity_used": {"A": 290, "B": 50, "C": 0},
    "turnover": 1320 / 340,
    "throughput": [550, 550, 1120, 1320],
    "settlement_rate": 9 / 10,
    "settlement_rate_value": 1320 / 1470,
    "value_weighted_delay": 300 / 1320,
    "netting_ratio": 1 - 190 / 1320,
}


def test_46_measures_from_the_rows(play):
    run = play(DAY)
    found = measures(latest_payments(run), run.rows("settlements"), "ABC", ticks_per_day=4)
    assert found.keys() == EXPECTED.keys()
    for name, expected in EXPECTED.items():
        assert found[name] == pytest.approx(expected), name
