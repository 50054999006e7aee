"""Exact integer arithmetic against Python's own unbounded integers."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcash.core import money

big = st.integers(0, 2**62)


@settings(deadline=None)  # the first call compiles
@given(big, st.integers(0, 2**31), st.integers(2**31, 2**62))
def test_muldiv_is_exact(a, b, d):
    assert money.muldiv(a, b, d) == a * b // d
    assert money.muldiv_half_up(a, b, d) == (a * b + d // 2) // d


@settings(deadline=None)
@given(big, big, big, big)
def test_product_and_plus(a, b, c, d):
    halves = (np.uint64(half) for pair in (money.product(a, b), money.product(c, d)) for half in pair)
    high, low = money.plus(*halves)
    assert int(high) << 64 | int(low) == a * b + c * d


@pytest.mark.parametrize(
    ("x", "expected"), [(0.5, 1), (-0.5, -1), (1.4999, 1), (2.5, 3), (-2.5, -3), (0.49999999999999994, 0)]
)
def test_round_away(x, expected):
    assert money.round_away(x) == expected


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_apportion_sums_and_is_near(total, weights):
    shares = money.apportion(total, weights)
    whole = sum(weights)
    assert sum(shares) == (total if whole else 0)
    assert all(abs(s * whole - total * w) <= whole for s, w in zip(shares, weights, strict=True))


def test_apportion_ties_go_to_the_first():
    assert money.apportion(2, [1, 1, 1]) == [1, 1, 0]


@pytest.mark.parametrize(("text", "cents"), [("12.50", 1250), ("1,250.5", 125050), ("-3", -300), ("0.01", 1)])
def test_text_and_cents(text, cents):
    assert money.parse(text) == cents


@pytest.mark.parametrize(("cents", "text"), [(125050, "1,250.50"), (-5, "-0.05"), (0, "0.00")])
def test_cents_as_text(cents, text):
    assert money.show(cents) == text


def test_too_many_decimals():
    with pytest.raises(ValueError, match="more than two decimals"):
        money.parse("1.005")


@pytest.mark.parametrize(("rate", "k"), [("0.0005", 1), ("0.0004", 0), ("83", 83000), ("0.001", 1)])
def test_scaled(rate, k):
    assert money.scaled(Decimal(rate), 1000) == k
