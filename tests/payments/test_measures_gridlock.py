"""Gridlocks: what liquidity saving notes, and what a run without it turns out to have been in."""

import pytest

import simcash
from simcash.payments.gridlock import gridlocks
from simcash.payments.measures import measures
from tests.payments.table import scenario

CIRCLE = "@1 A 5 B | @2 B 5 C | @2 C 5 A"
COLUMNS = ["kind", "first_tick", "last_tick", "ticks"]


def found(*table, **settings):
    return gridlocks(simcash.open(scenario(*table, **settings)).run())[COLUMNS].to_numpy().tolist()


def test_a_circle_of_debts_is_a_gridlock_once_it_is_closed():
    assert found("A 0 | B 0 | C 0", CIRCLE, ticks_per_day=6) == [
        ["deadlock", 1, 1, 1], ["gridlock", 2, 5, 4],
    ]  # fmt: skip


def test_money_ends_it():
    transfer = {"type": "DirectTransfer", "from_agent": "D", "to_agent": "A", "amount": 5}
    event = transfer | {"schedule": {"type": "OneTime", "tick": 4}}
    banks = "A 0 | B 0 | C 0 | D 5"
    assert found(banks, CIRCLE, ticks_per_day=6, events=[event]) == [
        ["deadlock", 1, 1, 1], ["gridlock", 2, 3, 2],
    ]  # fmt: skip


def test_a_limit_makes_a_deadlock_of_it():
    limits = {"A": {"limits": {"bilateral_limits": {"B": 4}}}}
    assert found("A 0 | B 0 | C 0", CIRCLE, ticks_per_day=4, agents=limits) == [["deadlock", 1, 3, 3]]


def test_nothing_waits():
    assert found("A 5 | B 0", "@0 A 5 B") == []


def test_what_was_done_between_ticks_is_done_again():
    sim = simcash.open(scenario("A 0 | B 0", ticks_per_day=4))
    sim.step(1)
    sim.submit("A", "B", 5, 3)
    sim.step(1)
    sim.submit("B", "A", 5, 3)
    assert gridlocks(sim.run())[COLUMNS].to_numpy().tolist() == [
        ["deadlock", 1, 1, 1], ["gridlock", 2, 3, 2],
    ]  # fmt: skip


@pytest.mark.parametrize(("cycles", "expected"), [(True, [["deadlock", 1, 1, 1]]), (False, None)])
def test_liquidity_saving_notes_it_itself(cycles, expected):
    saving = {"enable_bilateral": True, "enable_cycles": cycles}
    data = scenario("A 0 | B 0 | C 0", CIRCLE, ticks_per_day=6, lsm_config=saving)
    data["simulation"]["lsm_enabled"] = True
    sim = simcash.open(data).run()
    wanted = expected or [["deadlock", 1, 1, 1], ["gridlock", 2, 5, 4]]
    assert gridlocks(sim)[COLUMNS].to_numpy().tolist() == wanted
    assert sim.table("gridlocks")[COLUMNS].to_numpy().tolist() == wanted
    assert measures(sim)["value"]["gridlock_ticks"] == (0 if cycles else 4)
