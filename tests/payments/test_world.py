"""The promises every world keeps, on scenarios that exercise the whole of this one."""

import numpy as np
import pytest

import simcash
from simcash.core.scenario import read
from simcash.payments.actions import Submit
from simcash.payments.world import Payments, open_world

BANKS = ("A", "B", "C", "D")
POLICIES = ("Fifo", "Deadline", "LiquidityAware", "PriorityDeadline")
WEEK = {
    "simulation": {"ticks_per_day": 10, "num_days": 3, "rng_seed": 1, "lsm_enabled": False},
    "record": "full",
    "cost_rates": {"delay_cost_per_tick_per_cent": 0.001, "eod_borrowing_rate": 0.01},
    "agents": [
        {
            "id": bank,
            "opening_balance": 30_000,
            "liquidity_pool": 20_000,
            "policy": policy,
            "limits": {"multilateral_limit": 90_000},
            "arrival_config": {
                "rate_per_tick": 1.5,
                "amount_distribution": {"type": "LogNormal", "mean": 8000, "std_dev": 9000},
                "deadline_range": [2, 9],
            },
        }
        for bank, policy in zip(BANKS, POLICIES, strict=True)
    ],
    "scenario_events": [
        {"type": "GlobalArrivalRateChange", "multiplier": 2, "schedule": {"type": "OneTime", "tick": 7}},
        {"type": "DirectTransfer", "from_agent": "A", "to_agent": "B", "amount": 500,
         "schedule": {"type": "Repeating", "start_tick": 3, "interval": 8}},
    ],
}  # fmt: skip
DIALECTS = [
    {},
    {"crediting": "deferred", "priority_mode": True},
    {"queue2_discipline": "strict_fifo", "rng_streams": "shared", "policy_evaluation": "sequential"},
]


def world(seed: int = 1, **changes: object) -> Payments:
    data = {**WEEK, **changes}
    data["simulation"] = {**WEEK["simulation"], "rng_seed": seed}
    return open_world(read(data))


@pytest.mark.parametrize("changes", DIALECTS)
def test_the_promises(changes):
    simcash.check_world(lambda seed: world(seed, **changes))


def test_a_restored_snapshot_goes_on_in_a_fresh_world():
    first, second = world(), world()
    first.step(13)
    second.restore(first.snapshot())
    ours, theirs = first.step(17), second.step(17)
    for table in ours:
        for column, values in ours[table].items():
            missing = values.dtype == np.float64  # a parameter that is not given is no number
            assert np.array_equal(values, theirs[table][column], equal_nan=missing), (table, column)


def test_many_rows_and_payments_make_arrays_grow():
    busy = world(
        agents=[dict(a, arrival_config=dict(a["arrival_config"], rate_per_tick=400)) for a in WEEK["agents"]]
    )
    busy.step(30)
    assert busy.done
    assert busy.store["tx"].size > 1000
    assert busy.total() == 4 * 30_000


def test_snapshots_of_other_banks_are_refused():
    other = world(agents=WEEK["agents"][:2], scenario_events=[])
    with pytest.raises(ValueError, match="other banks"):
        other.restore(world().snapshot())


@pytest.mark.parametrize(
    ("changed", "reason", "nearest"),
    [
        ({"sender": "AA"}, 'unknown bank "AA"', None),
        ({"receiver": "A"}, "does not pay itself", None),
        ({"amount": 0}, "amount 0 is not between 1", 1),
        ({"amount": -5}, "amount -5 is not between 1", 1),
        ({"amount": 2**63}, "is not between", 2**53),
        ({"amount": 1.5}, "is not a whole number", None),
        ({"deadline_tick": 0}, "deadline_tick 0 is not between 1", 1),
        ({"priority": 11}, "priority 11 is not between 0 and 10", 10),
        ({"rtgs_priority": "Fast"}, "is not one of", None),
    ],
)
def test_refused_submissions_say_why_and_change_nothing(changed, reason, nearest):
    here = world()
    before = here.snapshot()
    terms = {"sender": "A", "receiver": "B", "amount": 100, "deadline_tick": 5} | changed
    receipt = here.act(Submit(**terms))
    assert not receipt.accepted
    assert reason in receipt.reason
    assert receipt.nearest == nearest
    after = here.snapshot()
    assert all(np.array_equal(after.arrays[name], array) for name, array in before.arrays.items())


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ({"type": "Submitt"}, 'unknown action "Submitt"'),
        ({"type": "Submit", "sender": "A"}, '"receiver" is required, but not there'),
        (
            {"type": "Submit", "sender": "A", "receiver": "B", "amount": 1, "deadline_tick": 3, "speed": 1},
            "speed",
        ),
    ],
)
def test_actions_as_data_are_checked(action, reason):
    receipt = world().act(action)
    assert not receipt.accepted
    assert reason in receipt.reason


def test_an_accepted_action_can_be_acted_again():
    first, second = world(), world()
    receipt = first.act(Submit("A", "B", 100, 5, priority=9))
    assert receipt.accepted
    assert second.act(receipt.action) == receipt
    assert first.step(3)["payments"]["tx_id"].tolist() == second.step(3)["payments"]["tx_id"].tolist()


def test_nothing_can_be_submitted_after_the_end():
    over = world()
    over.step(100)
    assert over.act(Submit("A", "B", 100, 50)).reason == "the run is over"
