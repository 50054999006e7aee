"""Spec cases 29 to 31, 33 and 34 as scenarios, and what limits, deferred credits and outages do to sets."""

import pytest

from tests.payments.table import at, column, scenario, settled_at, statuses
from tests.twins.runs import TwinRun, latest_payments

F2_3 = "@0 A 20 B | @0 B 15 A | @0 A 30 B | @0 B 12 A | @0 A 15 B | @0 B 80 A"
MUTUAL = "@0 A 5 B | @0 B 5 A"


def played(banks, payments, ticks=1, **settings):
    """A run of the twin with liquidity saving as it is unless something else is asked for."""
    data = scenario(banks, payments, **settings)
    data["simulation"]["lsm_enabled"] = True
    run = TwinRun(data)
    run.step(ticks)
    return run


def algorithms(*chosen):
    return {"lsm_config": {"algorithms": list(chosen)}}


def balances(run):
    return column(run, "bank_ticks", "balance")


def channels(run):
    return [payment["channel"] for payment in latest_payments(run)]


def test_29_two_banks_offset():
    run = played("A 200000 | B 0", "@0 A 500000 B | @0 B 300000 A")
    assert balances(run) == [0, 200000]
    assert channels(run) == ["bilateral"] * 2
    assert column(run, "lsm_sets", "n_payments") == [2]
    assert column(run, "lsm_sets", "gross") == [800000]
    assert column(run, "lsm_sets", "net") == [200000]


def test_30_a_triangle():
    run = played("A 0 | B 0 | C 0", "@0 A 500000 B | @0 B 500000 C | @0 C 500000 A")
    assert channels(run) == ["cycle"] * 3
    assert balances(run) == [0, 0, 0]
    assert column(run, "lsm_sets", "tx_ids") == [[0, 1, 2]]


def test_31_four_banks_of_unequal_amounts():
    flows = "@0 A 1000000 B | @0 B 1200000 C | @0 C 800000 D | @0 D 900000 A"
    run = played("A 100000 | B 200000 | C 0 | D 100000", flows)
    assert balances(run) == [0, 0, 400000, 0]
    assert column(run, "lsm_sets", "gross") == [3900000]


def test_33_an_offset_at_submission():
    run = played(
        "A 0 | B 0", "@0 A 500000 B | @0 B 500000 A",
        entry_disposition_offsetting=True, lsm_config={"enable_bilateral": False, "enable_cycles": False},
    )  # fmt: skip
    assert channels(run) == ["entry_offset"] * 2
    assert column(run, "settlements", "set_id") == [0, 0]


def test_34_the_sequence_of_t2():
    run = played("A 10 | B 8", F2_3, algorithm_sequencing=True)
    assert channels(run) == ["partial_netting"] * 2 + [None, "partial_netting", "queue2", None]
    assert balances(run) == [2, 16]
    runs = zip(column(run, "lsm_runs", "algorithm"), column(run, "lsm_runs", "payments"), strict=True)
    assert [(int(name), n) for name, n in runs] == [(1, 0), (2, 3), (1, 0), (2, 0), (3, 0)]


def test_liquidity_saving_can_be_off():
    data = scenario("A 0 | B 0", MUTUAL)
    run = TwinRun(data)
    run.step(1)
    assert statuses(run) == ["queue2"] * 2


@pytest.mark.parametrize(("limit", "expected"), [(4, ["queue2"] * 2), (5, ["settled"] * 2)])
def test_a_set_respects_limits(limit, expected):
    limits = {"limits": {"bilateral_limits": {"B": limit}}}
    assert statuses(played("A 0 | B 0", MUTUAL, agents={"A": limits})) == expected


def test_a_net_basis_counts_what_comes_back_in_the_set():
    limits = {"limits": {"multilateral_limit": 0, "basis": "net"}}
    assert statuses(played("A 0 | B 0", MUTUAL, agents={"A": limits})) == ["settled"] * 2


def test_deferred_credits_do_not_pay_within_a_tick():
    run = played(
        "A 0 | B 0 | C 0",
        "@0 A 5 B | @0 B 8 A | @0 A 3 C",
        2,
        crediting="deferred",
        agents={"B": {"unsecured_cap": 3}},
    )
    assert settled_at(run) == [0, 0, 1]


def test_a_pass_over_the_queue_follows_a_success():
    run = played("A 0 | B 0 | C 0", "@0 A 5 B | @0 B 8 A | @0 A 3 C", agents={"B": {"unsecured_cap": 3}})
    assert channels(run) == ["bilateral", "bilateral", "queue2"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "LsmOutage", "duration": 2}, [2, 2]),
        ({"type": "SystemOutage", "duration": 3}, [3, 3]),
        ({"type": "ParticipantOutage", "agent": "B", "direction": "receive"}, [1, 1]),
        ({"type": "CapacityLimit", "max_settlements_per_tick": 1}, [1, 1]),
        ({"type": "CapacityLimit", "max_settlements_per_tick": 2}, [0, 0]),
    ],
)
def test_outages_stop_sets(event, expected):
    run = played("A 0 | B 0", MUTUAL, 5, events=[event | {"schedule": at(0)}])
    assert settled_at(run) == expected


@pytest.mark.parametrize(
    ("banks", "payments", "expected"),
    [
        ("A 0 | B 0", MUTUAL, "gridlock"),
        ("A 0 | B 0", "@0 A 5 B | @0 B 3 A", "deadlock"),
        ("A 0 | B 0 | C 0", "@0 A 9 C | @0 A 5 B | @0 B 5 A", "gridlock"),  # no order of A's is kept by it
    ],
)
def test_gridlock_and_deadlock(banks, payments, expected):
    run = played(banks, payments, **algorithms("fifo_retry"))
    assert column(run, "lsm_runs", "gridlock")[-1] == expected
