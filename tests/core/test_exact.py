"""Exact integer arithmetic against Python's own unbounded integers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcash.core import exact

big = st.integers(0, 2**62)


@settings(deadline=None)  # the first call compiles
@given(big, st.integers(0, 2**31), st.integers(2**31, 2**62))
def test_muldiv_is_exact(a, b, d):
    assert exact.muldiv(a, b, d) == a * b // d
    assert exact.muldiv_half_up(a, b, d) == (a * b + d // 2) // d


@settings(deadline=None)
@given(big, big, big, big)
def test_product_and_plus(a, b, c, d):
    halves = (np.uint64(half) for pair in (exact.product(a, b), exact.product(c, d)) for half in pair)
    high, low = exact.plus(*halves)
    assert int(high) << 64 | int(low) == a * b + c * d


@pytest.mark.parametrize(
    ("x", "expected"), [(0.5, 1), (-0.5, -1), (1.4999, 1), (2.5, 3), (-2.5, -3), (0.49999999999999994, 0)]
)
def test_round_away(x, expected):
    assert exact.round_away(x) == expected
