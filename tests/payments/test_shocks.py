"""Spec cases 25, 41 and 42, and every shock and option by hand."""

import pytest

from simcash.payments.engine import collateral
from tests.payments.table import scenario
from tests.twins.runs import EngineRun


def store(**changes):
    """The state of a bank A at tick 0, some of its numbers changed."""
    found = EngineRun(scenario("A 0 collateral 10000000 haircut 0.1")).world.store
    for name, value in changes.items():
        found[name][0] = value
    return found


@pytest.mark.parametrize(("buffer", "expected"), [(0, 3333333), (1000000, 2222222)])
def test_25_max_withdrawable(buffer, expected):
    assert collateral.max_withdrawable(store(balance=-6000000).record, 0, buffer) == expected


def test_collateral_that_is_all_in_use_or_worth_nothing():
    assert collateral.max_withdrawable(store(balance=-9000000).record, 0, 0) == 0
    assert collateral.max_withdrawable(store(balance=-9000001).record, 0, 0) == 0
    assert collateral.max_withdrawable(store(balance=-5, keep=0, collateral_value=0).record, 0, 0) == 10000000


def test_collateral_moves_within_its_bounds():
    s = store(collateral_capacity=10000050, balance=-6000000)
    assert collateral.max_postable(s.record, 0) == 50
    collateral.move_collateral(s.record, 0, 50)
    assert (s["posted"][0], s["collateral_value"][0]) == (10000050, 9000045)
