"""Money as text, exact rates, and shares that add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcash.core import money


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
    assert money.scaled(Decimal(rate), 3) == k
