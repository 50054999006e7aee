"""Another future from here: what a fork may change takes effect from now on, and nothing else changes."""

import pytest

import simcash
from simcash.core.scenario import ScenarioError
from tests.payments.test_world import WEEK


def opened(**changes):
    return simcash.open({**WEEK, **changes})


def later(sim, table, tick):
    frame = sim.run().table(table)
    return frame[frame["tick"] >= tick].reset_index(drop=True)


def test_a_fork_that_changes_nothing_goes_on_the_same():
    with opened() as sim:
        sim.run(until=14)
        other = sim.fork()
        for table in ("settlements", "bank_ticks", "costs", "payments"):
            assert later(other, table, 0).equals(later(sim, table, 0)), table


@pytest.mark.parametrize(
    ("path", "value", "table"),
    [
        ("agents.A.policy", "Deadline", "settlements"),
        ("agents.B.unsecured_cap", 500_000, "bank_ticks"),
        ("agents.C.arrival_config.rate_per_tick", 6, "payments"),
        ("agents.D.limits.multilateral_limit", 1000, "settlements"),
        ("agents.A.liquidity_allocation_fraction", 0.1, "liquidity"),
        ("cost_rates.delay_cost_per_tick_per_cent", 0.5, "costs"),
        ("simulation.rng_seed", 99, "payments"),
    ],
)
def test_a_live_field_takes_effect_from_now_on(path, value, table):
    with opened() as sim:
        sim.run(until=14)
        other = sim.fork(set={path: value})
        assert not later(other, table, 14).equals(later(sim, table, 14))
        before, shared = sim.table(table), other.table(table)
        assert before[before["tick"] < 14].equals(shared[shared["tick"] < 14])


def test_the_cap_in_force_is_the_forks():
    with opened() as sim:
        sim.run(until=14)
        other = sim.fork(set={"agents.B.unsecured_cap": 500_000})
        assert int(other.banks.loc["B", "cap"]) == 500_000
        assert int(sim.banks.loc["B", "cap"]) == 0


def test_a_pool_in_part_27():
    """Spec case 27: pool 1000000 at .5 on 100000, returned in tick 9; at .3 the next morning has 400000."""
    data = {
        "simulation": {"ticks_per_day": 10, "num_days": 2, "rng_seed": 1, "lsm_enabled": False},
        "agents": [
            {"id": "A", "opening_balance": 100_000, "liquidity_pool": 1_000_000,
             "liquidity_allocation_fraction": 0.5},
            {"id": "B", "opening_balance": 0},
        ],
    }  # fmt: skip
    with simcash.open(data) as sim:
        sim.run(until=9)
        assert sim.world.store["balance"][0] == 600_000
        sim.run(until=10)
        assert sim.world.store["balance"][0] == 100_000
        other = sim.fork(set={"agents.A.liquidity_allocation_fraction": 0.3})
        assert sim.run(until=11).world.store["balance"][0] == 600_000
        assert other.run(until=11).world.store["balance"][0] == 400_000


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("agents.A.opening_balance", 5, "opening_balance"),
        ("crediting", "deferred", "crediting"),
        ("agents.A.arrival_config.deadline_range", [1, 2], "deadline_range"),
        ("agents.A.bilateral_limits", {"B": 10}, "adds none"),
        ("scenario_events", [], "have happened"),
    ],
)
def test_what_is_fixed_is_refused(path, value, reason):
    with opened() as sim:
        sim.run(until=14)
        with pytest.raises(ScenarioError, match=reason):
            sim.fork(set={path: value})
        assert sim.run().done


def test_a_weight_change_can_be_added():
    change = {"type": "CounterpartyWeightChange", "agent": "A", "counterparty": "B", "new_weight": 1,
              "auto_balance_others": True, "schedule": {"type": "OneTime", "tick": 20}}  # fmt: skip
    with opened() as sim:
        sim.run(until=14)
        other = sim.fork(set={"scenario_events": [*WEEK["scenario_events"], change]})
        receivers = other.run().rows(
            "SELECT DISTINCT receiver FROM payments WHERE sender = 'A' AND arrival_tick >= 20"
        )
        assert receivers == [("B",)]


def test_the_one_stream_goes_on():
    with opened(rng_streams="shared") as sim:
        sim.step(5)
        with pytest.raises(ScenarioError, match="the seed is fixed"):
            sim.fork(set={"simulation.rng_seed": 5})
